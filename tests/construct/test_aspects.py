"""An upgrade without a snapshot before it ends the synthesis."""

from collections.abc import Callable

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_docdb as docdb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import (
    DatabaseClusterSnapshot,
    RequireSnapshotBeforeUpgrade,
    WhenClusterMissing,
)
from construct.templates import annotations, new_stack


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
    return annotations(stack, "error")


@KINDS
def test_no_snapshot_at_all(make: Make) -> None:
    stack = new_stack()
    make(stack)
    (complaint,) = complaints(stack)
    assert complaint.startswith("Invalid engine_version '1.")
    assert "snapshot.before(cluster)" in complaint


def overridden(scope: Construct) -> Construct:
    cluster = neptune.CfnDBCluster(scope, "Cluster")
    cluster.add_property_override("EngineVersion", "1.4.5.0")
    return cluster


def overridden_as_a_whole(scope: Construct) -> Construct:
    cluster = neptune.CfnDBCluster(scope, "Cluster")
    cluster.add_override("Properties", {"EngineVersion": "1.4.5.0"})
    return cluster


def overridden_by_an_aspect(scope: Construct) -> Construct:
    @jsii.implements(cdk.IAspect)
    class Upgrades:
        def visit(self, node: IConstruct) -> None:
            if isinstance(node, neptune.CfnDBCluster):
                node.add_property_override("EngineVersion", "1.4.5.0")

    cdk.Aspects.of(scope).add(Upgrades(), priority=cdk.AspectPriority.READONLY)
    return neptune.CfnDBCluster(scope, "Cluster")


def plain(scope: Construct) -> Construct:
    properties = {"EngineVersion": "1.4.5.0"}
    kind = "AWS::Neptune::DBCluster"
    return cdk.CfnResource(scope, "Cluster", type=kind, properties=properties)


def plain_overridden(scope: Construct) -> Construct:
    cluster = cdk.CfnResource(scope, "Cluster", type="AWS::Neptune::DBCluster")
    cluster.add_property_override("EngineVersion", "1.4.5.0")
    return cluster


def of_a_parameter(scope: Construct) -> Construct:
    version = cdk.CfnParameter(scope, "Version").value_as_string
    return neptune.CfnDBCluster(scope, "Cluster", engine_version=version)


def global_cluster(scope: Construct) -> Construct:
    return neptune.CfnGlobalCluster(
        scope, "Cluster", engine_version="1.4.5.0", global_cluster_identifier="graph"
    )


DEPLOYED = [
    overridden,
    overridden_as_a_whole,
    overridden_by_an_aspect,
    plain,
    plain_overridden,
    of_a_parameter,
    global_cluster,
]


@pytest.mark.parametrize("make", DEPLOYED)
@pytest.mark.parametrize("nested", [False, True], ids=["stack", "nested stack"])
def test_what_is_deployed_counts(make: Make, *, nested: bool) -> None:
    stack = new_stack()
    scope = cdk.NestedStack(stack, "Nested") if nested else stack
    make(scope)
    (complaint,) = complaints(stack)
    assert complaint.startswith("Invalid engine_version ")
    assert "Token[" not in complaint


@pytest.mark.parametrize("make", DEPLOYED)
def test_what_is_deployed_after_a_snapshot_passes(make: Make) -> None:
    stack = new_stack()
    snapshot_of(stack).before(make(stack))
    assert not complaints(stack)


def test_a_version_that_is_taken_out_again() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster", engine_version="1.4.5.0")
    cluster.add_property_deletion_override("EngineVersion")
    assert not complaints(stack)


def test_another_kind_of_cluster_is_not_checked() -> None:
    stack = new_stack()
    docdb.CfnDBCluster(stack, "Cluster", engine_version="5.0.0")
    assert not complaints(stack)


def in_a_construct(stack: cdk.Stack, cluster: cdk.CfnResource) -> None:
    safety = Construct(stack, "Safety")
    snapshot_of(safety)
    cluster.node.add_dependency(safety)


def by_way_of_a_resource(stack: cdk.Stack, cluster: cdk.CfnResource) -> None:
    between = cdk.CfnResource(stack, "Between", type="AWS::SNS::Topic")
    snapshot_of(stack).before(between)
    cluster.node.add_dependency(between)


def by_way_of_a_construct(stack: cdk.Stack, cluster: cdk.CfnResource) -> None:
    around = Construct(stack, "Around")
    between = cdk.CfnResource(around, "Between", type="AWS::SNS::Topic")
    snapshot_of(stack).before(between)
    cluster.node.add_dependency(around)


def as_a_resource(stack: cdk.Stack, cluster: cdk.CfnResource) -> None:
    resource = snapshot_of(stack).node.find_child("Resource").node.default_child
    assert isinstance(resource, cdk.CfnResource)
    cluster.add_dependency(resource)


def as_a_nested_stack(stack: cdk.Stack, cluster: cdk.CfnResource) -> None:
    nested = cdk.NestedStack(stack, "Nested")
    snapshot_of(nested)
    cluster.node.add_dependency(nested)


Order = Callable[[cdk.Stack, cdk.CfnResource], None]


@pytest.mark.parametrize(
    "order",
    [in_a_construct, by_way_of_a_resource, by_way_of_a_construct, as_a_resource, as_a_nested_stack],
)
def test_a_snapshot_that_the_cluster_depends_on(order: Order) -> None:
    stack = new_stack()
    cluster = l1_cluster(stack)
    assert isinstance(cluster, cdk.CfnResource)
    order(stack, cluster)
    assert not complaints(stack)


def test_the_first_resource_of_a_chain_is_not_enough() -> None:
    stack = new_stack()
    hours = cdk.Duration.hours(2)
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", timeout=hours)
    l1_cluster(stack).node.add_dependency(snapshot.node.find_child("Resource"))
    assert len(complaints(stack)) == 1


def test_a_stage_needs_its_own() -> None:
    app = cdk.App()
    stage = cdk.Stage(app, "Stage")
    l1_cluster(cdk.Stack(stage, "Stack"))
    cdk.Aspects.of(stage).add(RequireSnapshotBeforeUpgrade())
    (stack,) = stage.synth().stacks
    assert [message.level.value for message in stack.messages] == ["ERROR"]


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
