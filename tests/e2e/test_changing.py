"""A stack with a snapshot is updated, fails, rolls back, is used on and is destroyed."""

from collections.abc import Iterator
from functools import partial

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from deployment.migration import Migration
from deployment.migration_function import FAILURE
from local_aws import LocalAws
from support.deployment import Deployment, Snapshots

pytestmark = pytest.mark.e2e

POLICIES = [cdk.RemovalPolicy.RETAIN, cdk.RemovalPolicy.DESTROY]


@pytest.fixture
def stale_reads(aws: LocalAws) -> Iterator[None]:
    """The provider reads the status of six seconds ago: no rollback when its Delete arrives."""
    aws.set_stale_reads(6)
    yield
    aws.set_stale_reads(0)


def test_tags_are_changed_in_place(deployment: Deployment, snapshots: Snapshots) -> None:
    def define(stack: cdk.Stack, **tags: str) -> None:
        DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster)
        for key, value in tags.items():
            cdk.Tags.of(stack).add(key, value)

    assert deployment.deploy(lambda stack: define(stack, team="graph", cost="7")).succeeded
    (name,) = snapshots.names()
    assert snapshots.tags(name)["team"] == "graph"
    result = deployment.deploy(lambda stack: define(stack, team="data"))
    assert result.succeeded, result.output
    assert snapshots.names() == [name]
    tags = snapshots.tags(name)
    assert tags["team"] == "data"
    assert "cost" not in tags
    assert "neptune-snapshot:stack" in tags


def test_a_changed_trigger_takes_a_new_snapshot_and_keeps_the_old(
    deployment: Deployment, snapshots: Snapshots
) -> None:
    outputs = []
    for version in ("v1", "v1", "v2"):
        result = deployment.deploy(partial(_snapshot, snapshots=snapshots, version=version))
        assert result.succeeded, result.output
        outputs.append(result.outputs["Name"])
    assert outputs[0] == outputs[1] != outputs[2]
    assert snapshots.names() == [outputs[0], outputs[2]]


@pytest.mark.usefixtures("stale_reads")
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.value.lower())
def test_failing_migration(
    deployment: Deployment, snapshots: Snapshots, policy: cdk.RemovalPolicy
) -> None:
    """Both snapshots outlive the rollback, and the stack can be used afterwards."""

    def deploy(version: str, *, fail: bool = False) -> bool:
        def define(stack: cdk.Stack) -> None:
            snapshot = _snapshot(stack, snapshots, version, policy)
            snapshot.before(Migration(stack, "Migration", version=version, fail=fail))

        return deployment.deploy(define).succeeded

    assert deploy("v1")
    (first,) = snapshots.names()
    assert not deploy("v2", fail=True)
    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    old, new = snapshots.names()
    assert old == first
    assert snapshots.record(new)["Status"] == "available"
    assert deploy("v3")
    kept = snapshots.names()
    if policy is cdk.RemovalPolicy.RETAIN:
        assert kept[:2] == [first, new]
        assert len(kept) == 3
    else:
        # The first was replaced by an update that succeeded; the failed one's is still there.
        assert kept[0] == new
        assert len(kept) == 2


@pytest.mark.usefixtures("stale_reads")
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.value.lower())
def test_failing_first_deployment(
    deployment: Deployment, snapshots: Snapshots, policy: cdk.RemovalPolicy
) -> None:
    """What the migration ran against is kept, whatever the policy."""

    def define(stack: cdk.Stack) -> None:
        snapshot = _snapshot(stack, snapshots, "v1", policy)
        snapshot.before(Migration(stack, "Migration", version="v1", fail=True))

    result = deployment.deploy(define)
    assert not result.succeeded
    assert FAILURE in result.output
    assert len(snapshots.names()) == 1


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.value.lower())
def test_destroying_the_stack(
    deployment: Deployment, snapshots: Snapshots, policy: cdk.RemovalPolicy
) -> None:
    result = deployment.deploy(partial(_snapshot, snapshots=snapshots, version="v1", policy=policy))
    assert result.succeeded, result.output
    result = deployment.destroy()
    assert result.succeeded, result.output
    assert len(snapshots.names()) == (1 if policy is cdk.RemovalPolicy.RETAIN else 0)


def _snapshot(
    stack: cdk.Stack,
    snapshots: Snapshots,
    version: str,
    policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
) -> DatabaseClusterSnapshot:
    snapshot = DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster=snapshots.cluster,
        trigger=SnapshotTrigger.on_value_changed(version),
        removal_policy=policy,
    )
    cdk.CfnOutput(stack, "Name", value=snapshot.snapshot_identifier)
    return snapshot
