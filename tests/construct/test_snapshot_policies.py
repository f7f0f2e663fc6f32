"""Pruning, publishing, reusing and skipping: what is sent, who is allowed what, what is refused."""

from typing import Any

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import WhenClusterMissing
from construct.templates import (
    TWO_HOURS,
    Json,
    actions,
    links,
    new_stack,
    resources,
    stack_with,
    statements,
    take,
    wire,
    with_action,
)

SNAPSHOTS = "arn:aws-us-gov:rds:us-gov-west-1:123456789012:cluster-snapshot:*"
PARAMETER = "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter"
PRUNING = {"rds:DescribeDBClusterSnapshotAttributes", "rds:DescribeAccountAttributes"}
PUBLISHING = {"ssm:GetParameter", "ssm:PutParameter"}

NOT_ASKED_FOR: dict[str, Any] = {
    "keep_last": None,
    "last_good_parameter": None,
    "reuse_younger_than": None,
    "when_cluster_missing": WhenClusterMissing.FAIL,
}
POLICIES: dict[str, Any] = {
    "keep_last": 5,
    "last_good_parameter": "/graph/last-good",
    "reuse_younger_than": cdk.Duration.hours(6),
    "when_cluster_missing": WhenClusterMissing.SKIP,
}
ON_THE_WIRE = {
    "KeepLast": 5,
    "LastGoodParameter": "/graph/last-good",
    "ReuseYoungerThanSeconds": 21_600,
    "WhenClusterMissing": "SKIP",
}


def test_nothing_is_sent_that_was_not_asked_for() -> None:
    assert not ON_THE_WIRE.keys() & wire(stack_with(**NOT_ASKED_FOR)).keys()
    assert wire(stack_with(**NOT_ASKED_FOR)) == wire(stack_with())


def test_everything_asked_for_is_sent() -> None:
    sent = wire(stack_with(**POLICIES))
    assert {key: sent[key] for key in ON_THE_WIRE} == ON_THE_WIRE
    # A single resource knows itself which snapshot it replaces.
    assert not {"ReplacedSnapshotIdentifier", "ReportsReplacedSnapshot"} & sent.keys()


PERMITTED = {"keep_last": PRUNING, "last_good_parameter": PUBLISHING}


@pytest.mark.parametrize(("name", "key"), list(zip(POLICIES, ON_THE_WIRE, strict=True)))
def test_each_is_sent_alone_and_permitted_what_it_needs(name: str, key: str) -> None:
    stack, without = stack_with(**{name: POLICIES[name]}), actions(stack_with())
    sent = wire(stack)
    assert {one: sent[one] for one in ON_THE_WIRE if one in sent} == {key: ON_THE_WIRE[key]}
    assert not without & (PRUNING | PUBLISHING)
    assert actions(stack) == without | PERMITTED.get(name, set())


def test_pruning_looks_at_shares_and_quotas_and_deletes_only_what_is_own() -> None:
    allowed = statements(stack_with(keep_last=5))
    (shares,) = with_action(allowed, "rds:DescribeDBClusterSnapshotAttributes")
    assert shares["Resource"] == [SNAPSHOTS]
    deletions = with_action(allowed, "rds:DeleteDBClusterSnapshot")
    assert all("aws:ResourceTag/neptune-snapshot:stack" in str(one) for one in deletions)


@pytest.mark.parametrize(
    ("name", "resource"),
    [("/graph/last-good", "/graph/last-good"), ("last-good", "/last-good")],
)
def test_publishing_reaches_one_parameter(name: str, resource: str) -> None:
    allowed = statements(stack_with(last_good_parameter=name))
    (parameters,) = with_action(allowed, "ssm:PutParameter")
    assert parameters["Resource"] == [f"{PARAMETER}{resource}"]


def chain_of(**properties: Any) -> tuple[str, list[Json]]:  # noqa: ANN401 - of every type
    """The id of the first of three resources, and the properties of each."""
    found = resources(stack_with(**properties, timeout=TWO_HOURS))
    names = links(found)
    return names[0], [found[name]["Properties"] for name in names]


def test_in_a_chain_the_last_link_prunes_and_publishes_for_the_first() -> None:
    """The first decides whether a snapshot is taken, and makes room in a full quota."""
    owner, (first, middle, last) = chain_of(**POLICIES)
    afterwards = {"LastGoodParameter", "SnapshotLogicalResourceId", "ReplacedSnapshotIdentifier"}
    assert not afterwards & (first.keys() | middle.keys())
    assert "KeepLast" not in middle
    assert first["KeepLast"] == last["KeepLast"] == 5
    assert last["LastGoodParameter"] == "/graph/last-good"
    assert last["SnapshotLogicalResourceId"] == owner
    assert last["DBClusterIdentifier"] == "graph"
    deciding = {"ReuseYoungerThanSeconds", "WhenClusterMissing"}
    assert deciding <= first.keys()
    assert not deciding & (middle.keys() | last.keys())


@pytest.mark.parametrize("policy", ["keep_last", "last_good_parameter"])
def test_the_last_link_learns_from_the_first_which_snapshot_is_replaced(policy: str) -> None:
    """The first has a property for it: an existing first resource is updated too, and answers."""
    owner, (first, middle, last) = chain_of(**{policy: POLICIES[policy]})
    assert last["ReplacedSnapshotIdentifier"] == {"Fn::GetAtt": [owner, "ReplacedSnapshot"]}
    assert first["ReportsReplacedSnapshot"] == "true"
    new = {"ReplacedSnapshotIdentifier", "ReportsReplacedSnapshot"}
    assert [len(new & link.keys()) for link in (first, middle, last)] == [1, 0, 1]


def test_without_policies_a_chain_names_no_owner() -> None:
    sent = {"ServiceToken", "ServiceTimeout", "DBClusterSnapshotIdentifier", "TimeoutSeconds"}
    _, (_, *waits) = chain_of()
    assert all(wait.keys() <= sent | {"OnTimeout"} for wait in waits)


@pytest.mark.parametrize("timeout", [None, TWO_HOURS], ids=["one resource", "a chain"])
def test_what_was_done_is_read_from_where_it_is_done(timeout: cdk.Duration | None) -> None:
    """The first resource decides about the snapshot, the last sees it available."""
    stack = new_stack()
    snapshot = take(stack, timeout=timeout)
    names = links(resources(stack))
    first, last = names[0], names[-1]
    read = {
        "Outcome": (snapshot.outcome, first),
        "RestoreCommand": (snapshot.restore_command, last),
        "PrunedSnapshots": (snapshot.pruned_snapshots, last),
        "SparedSnapshots": (snapshot.spared_snapshots, last),
    }
    for name, (value, link) in read.items():
        assert stack.resolve(value) == {"Fn::GetAtt": [link, name]}
