"""Names, owner tags and digests."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider.contract import (
    POLL_RULE_PREFIX,
    PREFIX_MAX,
    OwnerTag,
    identifier_problem,
    shorten_prefix,
    tag_problem,
)
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request, RequestType, parse_request
from support import events

VALID = st.from_regex(r"[A-Za-z](-?[A-Za-z0-9]){0,62}", fullmatch=True).filter(
    lambda text: identifier_problem(text) is None
)


def request_of(**others: Any) -> tuple[Request, Properties]:  # noqa: ANN401 - wire properties
    request = parse_request(events.create(**others))
    assert request.properties
    return request, request.properties


def name_of(**others: Any) -> str:  # noqa: ANN401 - wire properties
    return ownership.snapshot_identifier(*request_of(**others))


def test_a_name_is_prefix_slug_and_digest() -> None:
    assert re.fullmatch(r"my-graph-[0-9a-f]{10}", name_of())
    assert re.fullmatch(r"my-graph-v1-2-3-[0-9a-f]{10}", name_of(Trigger="v1.2.3"))
    assert re.fullmatch(r"nightly-[0-9a-f]{10}", name_of(SnapshotIdentifierPrefix="nightly"))


def test_an_explicit_name_is_used_in_lower_case() -> None:
    assert name_of(DBClusterSnapshotIdentifier="Before-Upgrade") == "before-upgrade"


@given(
    cluster=VALID,
    prefix=VALID | st.none(),
    trigger=st.text(max_size=300),
    request_id=st.uuids().map(str),
)
def test_every_name_obeys_the_rules_of_the_api(
    cluster: str, prefix: str | None, trigger: str, request_id: str
) -> None:
    properties = Properties(cluster=cluster.lower(), prefix=prefix or "", trigger=trigger)
    request = Request(
        type=RequestType.CREATE,
        stack_id=events.STACK_ID,
        request_id=request_id,
        logical_id="Snapshot",
        properties=properties,
    )
    name = ownership.snapshot_identifier(request, properties)
    assert identifier_problem(name) is None
    assert name == name.lower()
    assert name.startswith(shorten_prefix(prefix or cluster) + "-")


@given(VALID)
def test_a_shortened_prefix_is_a_valid_one(prefix: str) -> None:
    shortened = shorten_prefix(prefix)
    assert identifier_problem(shortened) is None
    assert len(shortened) <= PREFIX_MAX
    assert prefix.lower().startswith(shortened)


def test_names_differ_by_request_resource_and_stack_only() -> None:
    request, properties = request_of()
    names = {
        ownership.snapshot_identifier(
            Request(
                type=RequestType.CREATE,
                stack_id=stack,
                request_id=request_id,
                logical_id=logical_id,
                properties=properties,
            ),
            properties,
        )
        for stack in (events.STACK_ID, events.STACK_ID + "7")
        for logical_id in ("A", "B")
        for request_id in ("1", "2")
    }
    assert len(names) == 8
    assert ownership.snapshot_identifier(request, properties) == name_of(TimeoutSeconds="5")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"TimeoutSeconds": "60"}, True),
        ({"Tags": events.tag_list(a="b")}, True),
        ({"cluster": "MY-Graph"}, True),
        ({"cluster": "other"}, False),
        ({"Trigger": "x"}, False),
        ({"SnapshotIdentifierPrefix": "x"}, False),
        ({"DBClusterSnapshotIdentifier": "x"}, False),
    ],
)
def test_the_generation_changes_with_all_that_asks_for_a_new_snapshot(
    change: dict[str, Any],
    same: bool,  # noqa: FBT001 - a test's expectation
) -> None:
    _, before = request_of()
    _, after = request_of(**change)
    assert (ownership.generation(before) == ownership.generation(after)) is same


def test_owner_tags_are_allowed_as_tags() -> None:
    for key, value in ownership.owner_tags(*request_of()).items():
        assert len(value) <= 256
        # The only rule they break is the one that keeps users from setting them.
        assert tag_problem(key.replace("neptune-snapshot:", "x:"), value) is None


def test_own_needs_both_owner_tags() -> None:
    request, properties = request_of()
    tags = ownership.owner_tags(request, properties)
    assert ownership.is_own(tags, request)
    for missing in (OwnerTag.STACK, OwnerTag.RESOURCE):
        assert not ownership.is_own({k: v for k, v in tags.items() if k != missing}, request)
    assert not ownership.is_of_request({**tags, OwnerTag.REQUEST: "other"}, request)


def test_the_arn_is_of_the_stacks_partition_region_and_account() -> None:
    request, _ = request_of()
    arn = ownership.snapshot_arn(request, "x")
    assert arn == "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:x"


def test_a_poll_is_named_after_stack_and_resource_and_short() -> None:
    request, _ = request_of()
    poll_id = ownership.poll_id(request)
    assert poll_id.startswith(f"{POLL_RULE_PREFIX}0a1b2c3d-")
    assert re.fullmatch(r"[a-z0-9-]{20,56}", poll_id)
