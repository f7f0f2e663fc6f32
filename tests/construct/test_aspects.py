"""An upgrade without a snapshot before it ends the synthesis."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from constructs import Construct

from cdk_neptune_snapshot import (
    DatabaseClusterSnapshot,
    RequireSnapshotBeforeUpgrade,
    WhenClusterMissing,
)
from construct.templates import new_stack


def l1_cluster(scope: Construct) -> Construct:
    return neptune.CfnDBCluster(scope, "Cluster", engine_version="1.4.1.0")


def l2_cluster(scope: Construct) -> Construct:
    return neptune_alpha.DatabaseCluster(
        scope,
        "Cluster",
        vpc=ec2.Vpc(scope, "Vpc"),
        instance_type=neptune_alpha.InstanceType.R5_LARGE,
        engine_version=neptune_alpha.EngineVersion.V1_3_0_0,
    )


KINDS = pytest.mark.parametrize("make", [l1_cluster, l2_cluster], ids=["L1", "L2"])
Make = Callable[[Construct], Construct]


def snapshot_of(scope: Construct) -> DatabaseClusterSnapshot:
    return DatabaseClusterSnapshot(
        scope, "Snapshot", cluster="graph", when_cluster_missing=WhenClusterMissing.SKIP
    )


def complaints(stack: cdk.Stack) -> list[str]:
    cdk.Aspects.of(stack.node.root).add(RequireSnapshotBeforeUpgrade())
    found = cdk.assertions.Annotations.from_stack(stack).find_error(
        "*", cdk.assertions.Match.any_value()
    )
    return [str(one.entry.data) for one in found]


@KINDS
def test_no_snapshot_at_all(make: Make) -> None:
    stack = new_stack()
    make(stack)
    (complaint,) = complaints(stack)
    assert complaint.startswith("Invalid engine_version '1.")
    assert "snapshot.before(cluster)" in complaint


@KINDS
def test_a_snapshot_that_nothing_waits_for(make: Make) -> None:
    stack = new_stack()
    make(stack)
    snapshot_of(stack)
    assert len(complaints(stack)) == 1


@KINDS
def test_a_snapshot_before_the_cluster(make: Make) -> None:
    stack = new_stack()
    snapshot_of(stack).before(make(stack))
    assert not complaints(stack)


@KINDS
def test_a_snapshot_before_a_construct_around_the_cluster(make: Make) -> None:
    stack = new_stack()
    around = Construct(stack, "Around")
    make(around)
    snapshot_of(stack).before(around)
    assert not complaints(stack)


def test_a_snapshot_of_another_stack() -> None:
    stack = new_stack()
    snapshots = cdk.Stack(cdk.App.of(stack), "Snapshots")
    snapshot_of(snapshots).before(l1_cluster(stack))
    assert not complaints(stack)


def test_a_stack_that_waits_for_the_stack_of_the_snapshot() -> None:
    stack = new_stack()
    snapshots = cdk.Stack(cdk.App.of(stack), "Snapshots")
    l1_cluster(stack)
    snapshot_of(snapshots)
    stack.add_dependency(snapshots)
    assert not complaints(stack)


def test_a_stack_that_waits_for_a_stack_without_a_snapshot() -> None:
    stack = new_stack()
    l1_cluster(stack)
    stack.add_dependency(cdk.Stack(cdk.App.of(stack), "Other"))
    assert len(complaints(stack)) == 1


def test_the_cluster_waits_for_something_else() -> None:
    stack = new_stack()
    l1_cluster(stack).node.add_dependency(cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic"))
    assert len(complaints(stack)) == 1


def test_a_cluster_whose_version_aws_chooses() -> None:
    stack = new_stack()
    neptune.CfnDBCluster(stack, "Cluster")
    assert not complaints(stack)


def test_each_cluster_is_looked_at() -> None:
    stack = new_stack()
    for name in ("One", "Two", "Three"):
        l1_cluster(Construct(stack, name))
    assert len(complaints(stack)) == 3


def test_synthesis_fails() -> None:
    stack = new_stack()
    l1_cluster(stack)
    cdk.Aspects.of(stack).add(RequireSnapshotBeforeUpgrade())
    assembly = cdk.App.of(stack).synth()  # type: ignore[union-attr]
    messages = assembly.get_stack_by_name("Stack").messages
    assert [m.level for m in messages] == [cdk.cx_api.SynthesisMessageLevel.ERROR]
