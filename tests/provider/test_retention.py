"""Which older snapshots are deleted or retained, and what the parameter names."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider.contract import KEEP_TAG, OwnerTag
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.retention import (
    Candidate,
    Plan,
    has_failed_reuse_since,
    keeps_last_good,
    plan,
)


def snapshot(name: str, created_at: float | None, cluster: str = "my-graph") -> Snapshot:
    return Snapshot(
        identifier=name,
        arn=f"arn:{name}",
        engine="neptune",
        status="available",
        cluster=cluster,
        created_at=created_at,
    )


def candidate(
    name: str,
    created_at: float | None,
    *,
    shared: bool = False,
    tags: Mapping[str, str] | None = None,
) -> Candidate:
    return Candidate(snapshot=snapshot(name, created_at), tags=tags or {}, shared=shared)


FIVE = [candidate(f"s{number}", number) for number in range(1, 6)]
"""``s5`` is the newest."""


@pytest.mark.parametrize(
    ("keep_last", "known", "deleted", "retained"),
    [
        pytest.param(2, {"replaced_at": 4}, "s3 s2 s1", {}, id="newest first"),
        pytest.param(1, {"replaced_at": 4}, "s3 s2 s1", {"s4": "replaced"}, id="replaced"),
        # They come from deployments that failed.
        pytest.param(
            1,
            {"replaced_at": 2},
            "s1",
            {"s4": "newer-than-replaced", "s3": "newer-than-replaced", "s2": "replaced"},
            id="newer than the replaced one",
        ),
        pytest.param(
            1,
            {"replaced_at": 4, "last_good": "s2"},
            "s3 s1",
            {"s4": "replaced", "s2": "last-good"},
            id="named by the parameter",
        ),
        pytest.param(
            1,
            {"replaced_at": None},
            "",
            dict.fromkeys(("s4", "s3", "s2", "s1"), "nothing-replaced"),
            id="nothing replaced",
        ),
        # A late delivery, or an Update that keeps its snapshot.
        pytest.param(
            2,
            {"replaced_at": 3, "newest": "s1"},
            "s2",
            {"s3": "replaced", "s1": "new"},
            id="newer ones than the new one",
        ),
    ],
)
def test_the_newest_are_kept_and_others_deleted_or_retained(
    keep_last: int, known: dict[str, Any], deleted: str, retained: dict[str, str]
) -> None:
    for candidates in (FIVE, FIVE[::-1]):
        made = plan(candidates, keep_last, **{"newest": "s5", **known})
        assert made == Plan(delete=tuple(deleted.split()), retained=retained)


def test_a_tag_or_a_share_retains() -> None:
    candidates = [
        *FIVE[1:],
        candidate("tagged", 0.5, tags={KEEP_TAG: ""}),
        candidate("shared", 0.4, shared=True),
    ]
    made = plan(candidates, 1, newest="s5", replaced_at=4)
    assert made.delete == ("s3", "s2")
    assert made.retained == {"s4": "replaced", "tagged": "keep-tag", "shared": "shared"}


@given(
    times=st.lists(st.integers(0, 20) | st.none(), max_size=12),
    keep_last=st.integers(0, 5),
    replaced_at=st.none() | st.integers(0, 20),
    newest=st.integers(0, 11),
    last_good=st.integers(0, 11),
)
def test_no_plan_ever_deletes_what_a_deployment_may_need(
    times: list[int | None], keep_last: int, replaced_at: int | None, newest: int, last_good: int
) -> None:
    candidates = [candidate(f"s{number}", time) for number, time in enumerate(times)]
    made = plan(
        candidates,
        keep_last,
        newest=f"s{newest}",
        replaced_at=replaced_at,
        last_good=f"s{last_good}",
    )
    assert set(made.delete).isdisjoint(made.retained)
    assert set(made.delete).isdisjoint({f"s{newest}", f"s{last_good}"})
    assert len(made.delete) + len(made.retained) == max(len(times) - keep_last, 0)
    if replaced_at is None:
        assert not made.delete
        return
    deleted = [one.snapshot for one in candidates if one.snapshot.identifier in made.delete]
    assert all((one.created_at or 0) < replaced_at for one in deleted)


@pytest.mark.parametrize(
    ("last_good_at", "replaced_at", "is_own_attempt", "keeps"),
    [
        pytest.param(5, 3, True, True, id="an attempt that failed"),
        pytest.param(5, 5, False, False, id="the replaced one"),
        pytest.param(5, 5, True, True, id="the replaced one, reused by an attempt that failed"),
        pytest.param(2, 3, True, False, id="older than the replaced one"),
        pytest.param(5, 3, False, False, id="somebody else's, and older"),
        pytest.param(5, None, True, True, id="own, nothing replaced"),
        pytest.param(5, None, False, False, id="somebody else's, nothing replaced"),
        pytest.param(11, 3, False, True, id="newer"),
    ],
)
def test_the_parameter_keeps_naming_the_first_snapshot_of_several_attempts(
    last_good_at: float, replaced_at: float | None, *, is_own_attempt: bool, keeps: bool
) -> None:
    kept = keeps_last_good(
        Candidate(snapshot=snapshot("good", last_good_at), tags={}),
        snapshot("new", 10),
        replaced_at=replaced_at,
        is_own_attempt=is_own_attempt,
    )
    assert kept is keeps


@pytest.mark.parametrize(
    ("created_at", "reused_at", "has_failed"),
    [
        pytest.param(1, 7, True, id="older, and reused since"),
        pytest.param(1, 5, False, id="older, and reused last with the replaced one"),
        pytest.param(1, 3, False, id="older, and replaced by it"),
        pytest.param(6, 7, False, id="younger: perhaps no migration ran"),
    ],
)
def test_a_deployment_that_reused_an_older_snapshot_has_failed(
    created_at: float, reused_at: int, *, has_failed: bool
) -> None:
    tags: dict[str, str] = {OwnerTag.TRIGGER: f"digest t={reused_at}"}
    candidates = [*FIVE[:1], candidate("reused", created_at, tags=tags)]
    assert has_failed_reuse_since(candidates, 5, newest="new") is has_failed
    assert not has_failed_reuse_since(candidates, 5, newest="reused")


@pytest.mark.parametrize(("created_at", "is_own_attempt"), [(11, False), (5, True)])
def test_the_parameter_keeps_naming_another_cluster_only_after_an_own_attempt(
    created_at: float, *, is_own_attempt: bool
) -> None:
    good = Candidate(snapshot=snapshot("good", created_at, cluster="other-graph"), tags={})
    keeps = keeps_last_good(good, snapshot("new", 10), replaced_at=3, is_own_attempt=is_own_attempt)
    assert keeps is is_own_attempt
