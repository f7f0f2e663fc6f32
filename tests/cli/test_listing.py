"""Whose snapshots are, and which of them a habit would prune."""

import json

import pytest

from neptune_snapshot_cli import listing
from neptune_snapshot_cli.errors import Denied
from neptune_snapshot_provider.contract import OwnerTag
from support.told import NOW, STACK_ARN, Told, owned


def verdicts(told: Told, keep_last: int = 1, stack: str = "") -> dict[str, str]:
    rows, _ = listing.look(told, cluster="", stack=stack, keep_last=keep_last)
    return {row.snapshot.identifier: row.verdict for row in rows}


def test_nothing_is_listed_of_nothing(told: Told) -> None:
    assert listing.look(told, cluster="my-graph", stack="", keep_last=1) == ([], [])
    assert json.loads(listing.to_json([], NOW)) == []


def test_the_newest_of_each_resource_are_kept(told: Told) -> None:
    for age, (name, resource) in enumerate((n, r) for n in "abc" for r in ("X", "Y")):
        told.put(f"{name}-{resource}", age=age, tags=owned(resource))
    assert verdicts(told, keep_last=2) == {
        "a-X": "kept: newest",
        "a-Y": "kept: newest",
        "b-X": "kept: newest",
        "b-Y": "kept: newest",
        "c-X": "prunable",
        "c-Y": "prunable",
    }


def test_reasons_to_spare_one_are_the_providers_own(told: Told) -> None:
    told.put("new", tags=owned())
    told.put("marked", age=1, tags={**owned(), OwnerTag.KEEP: "incident"})
    told.put("shared", age=2, tags=owned())
    told.put("current", age=3, tags=owned())
    told.put("old", age=4, tags=owned())
    told.put("foreign", age=5)
    told.put("half", age=6, tags={OwnerTag.STACK: STACK_ARN})
    told.put("broken", "failed", 10, age=7, tags=owned())
    told.shared.add("shared")
    told.hold("Before", "current")
    assert verdicts(told) == {
        "new": "kept: newest",
        "marked": "kept: keep-tag",
        "shared": "kept: shared",
        "current": "kept: replaced",
        "old": "prunable",
        "foreign": "kept: foreign",
        "half": "kept: foreign",
        "broken": "kept: not-available",
    }


def test_nothing_is_prunable_while_a_rollback_may_need_it(told: Told) -> None:
    """The stack stands for the new one already, and its migration still runs."""
    told.put("new", tags=owned())
    told.put("before", age=10, tags=owned())
    told.put("theirs", age=5, tags=owned("Other", STACK_ARN.replace("0a1b", "ffff")))
    told.put("theirs-old", age=15, tags=owned("Other", STACK_ARN.replace("0a1b", "ffff")))
    told.hold("Before", "new")
    told.happen("", "UPDATE_IN_PROGRESS")
    assert verdicts(told) == {
        "new": "kept: newest",
        "before": "kept: in-progress",
        "theirs": "kept: newest",
        "theirs-old": "prunable",
    }


def test_whether_one_is_shared_is_asked_only_of_those_that_would_go(told: Told) -> None:
    for age in range(100):
        told.put(f"s-{age}", age=age, tags=owned())
    verdicts(told, keep_last=97)
    assert told.calls.count("is_shared") == 3
    assert told.calls.count("tags") == 100
    assert told.calls.count("resources") == 1


@pytest.mark.parametrize("stack", ["my-stack", STACK_ARN])
def test_only_those_of_a_stack_by_name_or_arn(told: Told, stack: str) -> None:
    told.put("mine", tags=owned())
    told.put("theirs", tags=owned(stack=STACK_ARN.replace("my-stack", "other")))
    told.put("foreign")
    assert set(verdicts(told, stack=stack)) == {"mine"}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("resources", "stack not readable"),
        ("stack", "stack not readable"),
        ("is_shared", "sharing not readable"),
    ],
)
def test_what_may_not_be_seen_is_never_called_prunable(
    told: Told, question: str, reason: str
) -> None:
    def deny(name: str) -> None:
        if name == question:
            raise Denied("some:Action", "no")

    told.put("new", tags=owned())
    for age in (1, 2):
        told.put(f"old-{age}", age=age, tags=owned())
    told.before = deny
    rows, problems = listing.look(told, cluster="", stack="", keep_last=1)
    assert {row.verdict for row in rows} == {"kept: newest", f"unknown: {reason}"}
    assert [row.prunable for row in rows] == [False, None, None]
    (problem,) = problems
    assert "some:Action is missing" in problem


def test_json_has_documented_keys_and_plain_values(told: Told) -> None:
    told.put("s", "creating", 43, age=3600, tags=owned())
    told.put("foreign", "creating", None, age=7200)
    rows, _ = listing.look(told, cluster="", stack="", keep_last=1)
    mine, foreign = json.loads(listing.to_json(rows, NOW))
    assert mine == {
        "identifier": "s",
        "arn": "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:s",
        "cluster": "my-graph",
        "status": "creating",
        "percent": 43,
        "created": "1970-01-12T12:46:40Z",
        "age_seconds": 3600,
        "size_gib": 12,
        "engine_version": "1.4.1.0",
        "stack": STACK_ARN,
        "resource": "Before",
        "prunable": False,
        "reason": "not-available",
    }
    absent = {key for key, value in foreign.items() if value is None}
    assert absent == {"percent", "stack", "resource"}
