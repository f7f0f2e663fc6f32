"""Names, owner tags and digests."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider.contract import (
    PREFIX_MAX,
    WAIT_RESOURCE_TYPE,
    OwnerTag,
)
from neptune_snapshot_provider.core import generations, ownership
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request, parse_request
from neptune_snapshot_provider.name_rules import identifier_problem, shorten_prefix, tag_problem
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
    request = replace(request_of()[0], request_id=request_id)
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
    others = [
        replace(request, stack_id=events.STACK_ID + "7"),
        replace(request, logical_id="B"),
        replace(request, request_id="2"),
    ]
    names = {ownership.snapshot_identifier(one, properties) for one in (request, *others)}
    assert len(names) == 4
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
    assert (generations.generation(before) == generations.generation(after)) is same


def test_owner_tags_are_allowed_as_tags() -> None:
    for key, value in ownership.owner_tags(*request_of()).items():
        assert len(value) <= 256
        # The only rule they break is the one that keeps users from setting them.
        assert tag_problem(key.replace("neptune-snapshot:", "x:"), value) is None


def own_snapshot(**others: object) -> tuple[Request, Snapshot, dict[str, str]]:
    """A request, the snapshot that it takes, and its tags."""
    request, properties = request_of(**others)
    record = {
        "DBClusterSnapshotIdentifier": ownership.snapshot_identifier(request, properties),
        "DBClusterIdentifier": properties.cluster,
        "Engine": "neptune",
        "Status": "available",
        "SnapshotType": "manual",
    }
    return request, Snapshot.of(record), ownership.owner_tags(request, properties)


def changed(snapshot: Snapshot, **fields: object) -> Snapshot:
    return Snapshot.of({**snapshot.fields, **fields})


def test_own_needs_both_owner_tags() -> None:
    request, snapshot, tags = own_snapshot()
    assert ownership.belongs_to(request, snapshot, tags)
    assert ownership.is_of_request(request, snapshot, tags)
    for missing in (OwnerTag.STACK, OwnerTag.RESOURCE):
        fewer = {key: value for key, value in tags.items() if key != missing}
        assert not ownership.belongs_to(request, snapshot, fewer)
        assert not ownership.belongs_to(request, snapshot, {**tags, missing: "another"})
    other = parse_request(events.create("request-2"))
    assert ownership.belongs_to(other, snapshot, tags)
    assert not ownership.is_of_request(other, snapshot, tags)


@pytest.mark.parametrize("properties", [{}, {"DBClusterSnapshotIdentifier": "by-name"}])
@pytest.mark.parametrize(
    "fields", [{"SourceDBClusterSnapshotArn": "arn:x"}, {"DBClusterSnapshotIdentifier": "by-hand"}]
)
def test_a_copy_or_a_snapshot_of_a_restored_cluster_is_not_own_though_its_tags_are(
    properties: dict[str, Any], fields: dict[str, str]
) -> None:
    """Tags travel with a copy, with a restore and with CopyTagsToSnapshot."""
    request, snapshot, tags = own_snapshot(**properties)
    assert not ownership.belongs_to(request, changed(snapshot, **fields), tags)


@pytest.mark.parametrize("tag", [OwnerTag.STACK, OwnerTag.RESOURCE, OwnerTag.REQUEST])
def test_a_generated_name_ends_with_the_digest_of_its_tags(tag: str) -> None:
    _, snapshot, tags = own_snapshot()
    assert is_own_by_its_tags(snapshot, tags)
    assert not is_own_by_its_tags(snapshot, {**tags, tag: "x"})


def test_a_snapshot_under_an_explicit_name_is_own_by_its_trigger_tag() -> None:
    """The tools do not know the properties of the resource."""
    _, snapshot, tags = own_snapshot(DBClusterSnapshotIdentifier="by-name")
    assert is_own_by_its_tags(snapshot, tags)
    elsewhere = changed(snapshot, DBClusterSnapshotIdentifier="other-name")
    assert not is_own_by_its_tags(elsewhere, tags)


def is_own_by_its_tags(snapshot: Snapshot, tags: dict[str, str]) -> bool:
    return ownership.is_own(snapshot, tags, tags[OwnerTag.STACK], tags[OwnerTag.RESOURCE])


def test_an_explicit_name_with_a_trigger_is_own_by_the_properties() -> None:
    assert ownership.belongs_to(*own_snapshot(DBClusterSnapshotIdentifier="by-name", Trigger="v1"))


def test_a_wait_owns_what_the_resource_of_its_snapshot_took() -> None:
    _, snapshot, tags = own_snapshot()
    properties = {"DBClusterSnapshotIdentifier": snapshot.identifier}
    owning = {**properties, "SnapshotLogicalResourceId": events.LOGICAL_ID}
    event = {**events.create("request-2"), "LogicalResourceId": "Wait2"}
    event["ResourceType"] = WAIT_RESOURCE_TYPE
    for sent, is_own in ((owning, True), (properties, False)):
        request = parse_request({**event, "ResourceProperties": sent})
        assert ownership.belongs_to(request, snapshot, tags) is is_own


@pytest.mark.parametrize(
    ("fields", "is_usable"),
    [
        ({}, True),
        ({"Status": "creating"}, False),
        ({"SnapshotType": "automated"}, False),
        ({"Engine": "aurora-mysql"}, False),
    ],
)
def test_usable_is_an_available_manual_snapshot_of_neptune(
    fields: dict[str, Any], *, is_usable: bool
) -> None:
    assert ownership.is_usable(changed(own_snapshot()[1], **fields)) is is_usable


def test_a_reused_snapshot_has_the_generation_that_it_was_taken_for_first() -> None:
    """Its last generation is the one that it was used for last."""
    request, snapshot, tags = own_snapshot(Trigger="v1")
    first, second, third = (request_of(Trigger=f"v{number}")[1] for number in (1, 2, 3))
    assert generations.is_last(tags, first)
    tags[OwnerTag.TRIGGER] = generations.after_reuse(tags, second, 1e9)
    wanted = [generations.generation(first), generations.generation(second)]
    assert generations.generations(tags) == wanted
    for properties, has_it in ((first, True), (second, True), (third, False)):
        assert ownership.is_of_generation(request, properties, snapshot, tags) is has_it
    assert not generations.is_last(tags, first)
    assert generations.is_last(tags, second)
    assert not generations.is_last({}, second)


@pytest.mark.parametrize(("old", "has_failed"), [("v1", True), ("v2", False)])
def test_a_reuse_has_failed_where_cloudformation_has_older_properties(
    old: str, *, has_failed: bool
) -> None:
    """Of the snapshot that was taken for v1 and reused for v2."""
    request, first = request_of(Trigger="v1")
    tags = ownership.owner_tags(request, first)
    tags[OwnerTag.TRIGGER] = generations.after_reuse(tags, request_of(Trigger="v2")[1], 1e9)
    event = events.update("s", events.properties(Trigger="v3"), events.properties(Trigger=old))
    assert ownership.has_failed_reuse(parse_request(event), tags) is has_failed
    assert not ownership.has_failed_reuse(request, tags)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=5), st.booleans()), max_size=30))
def test_the_generations_always_fit_into_a_tag(uses: list[tuple[str, bool]]) -> None:
    tags = ownership.owner_tags(*request_of())
    taken_for = tags[OwnerTag.TRIGGER]
    for trigger, is_reuse in uses:
        properties = request_of(Trigger=trigger)[1]
        if is_reuse:
            tags[OwnerTag.TRIGGER] = generations.after_reuse(tags, properties, 9_999_999_999)
        else:
            tags[OwnerTag.TRIGGER] = generations.after_return(tags, properties)
        assert len(tags[OwnerTag.TRIGGER]) <= 256
        assert re.fullmatch(r"[a-z0-9=]+( [a-z0-9=]+)*", tags[OwnerTag.TRIGGER])
        assert generations.generations(tags)[0] == taken_for
        assert generations.is_last(tags, properties)


def test_a_snapshot_was_used_when_it_was_taken_or_else_when_it_was_reused() -> None:
    _, snapshot, tags = own_snapshot(Trigger="v1")
    first, second = (request_of(Trigger=trigger)[1] for trigger in ("v1", "v2"))
    assert generations.used_at(snapshot, tags) == snapshot.created_at
    assert generations.used_at(replace(snapshot, created_at=None), tags) is None
    later = (snapshot.created_at or 0) + 1000
    for properties in (first, second):
        tags[OwnerTag.TRIGGER] = generations.after_reuse(tags, properties, later)
        assert generations.used_at(snapshot, tags) == later
    tags[OwnerTag.TRIGGER] = generations.after_return(tags, first)
    assert generations.used_at(snapshot, tags) == later


def test_a_snapshot_that_a_reversal_returned_was_used_by_an_update_that_failed() -> None:
    request, first = request_of(Trigger="v1")
    second, third = request_of(Trigger="v2")[1], request_of(Trigger="v3")[1]
    tags = ownership.owner_tags(request, first)

    def after(value: str) -> dict[str, str]:
        return {**tags, OwnerTag.TRIGGER: value}

    assert not generations.was_returned(tags)
    assert after(generations.after_return(tags, first)) == tags
    returned = after(generations.after_return(tags, second))
    assert generations.was_returned(returned)
    # Nothing tells whether the deployment that reused it succeeded.
    assert generations.was_returned(after(generations.after_reuse(returned, third, 1e9)))


def test_a_trigger_that_is_the_time_of_the_deployment_reuses_any_own_snapshot() -> None:
    request, snapshot, tags = own_snapshot(Trigger="v1")
    for trigger, is_reusable in (("20261123T212300.000001Z", True), ("v1", True), ("v2", False)):
        properties = request_of(Trigger=trigger)[1]
        assert ownership.is_reusable(request, properties, snapshot, tags) is is_reusable
    assert not ownership.is_reusable(request, properties, snapshot, {})


def test_the_arn_is_of_the_stacks_partition_region_and_account() -> None:
    request, _ = request_of()
    arn = ownership.snapshot_arn(request, "x")
    assert arn == "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:x"
