"""An upgrade without a snapshot before it ends the synthesis."""

from collections.abc import Callable

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_docdb as docdb
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import (
    DatabaseClusterSnapshot,
    RequireSnapshotBeforeUpgrade,
    WhenClusterMissing,
)
from construct.templates import TWO_HOURS, annotations, l2_cluster, new_stack, take, topic

Make = Callable[[Construct], Construct]
TYPE = "AWS::Neptune::DBCluster"
NEW = {"EngineVersion": "1.4.5.0"}
VERSION = ("Properties.EngineVersion", "1.4.5.0")


def l1(scope: Construct) -> cdk.CfnResource:
    return neptune.CfnDBCluster(scope, "Cluster", engine_version="1.4.1.0")


def l2(scope: Construct) -> Construct:
    return l2_cluster(scope, engine_version=neptune_alpha.EngineVersion.V1_3_0_0)


def by_an_aspect(scope: Construct) -> Construct:
    @jsii.implements(cdk.IAspect)
    class Upgrades:
        def visit(self, node: IConstruct) -> None:
            if isinstance(node, neptune.CfnDBCluster):
                node.add_property_override("EngineVersion", "1.4.5.0")

    cdk.Aspects.of(scope).add(Upgrades(), priority=cdk.AspectPriority.READONLY)
    return neptune.CfnDBCluster(scope, "Cluster")


def of_a_parameter(scope: Construct) -> Construct:
    version = cdk.CfnParameter(scope, "Version").value_as_string
    return neptune.CfnDBCluster(scope, "Cluster", engine_version=version)


def global_cluster(scope: Construct) -> Construct:
    return neptune.CfnGlobalCluster(
        scope, "Cluster", engine_version="1.4.5.0", global_cluster_identifier="graph"
    )


def plain(scope: Construct, **properties: str) -> cdk.CfnResource:
    return cdk.CfnResource(scope, "Cluster", type=TYPE, properties=properties)


def overridden(cluster: cdk.CfnResource, path: str, value: object) -> cdk.CfnResource:
    cluster.add_override(path, value)
    return cluster


UPGRADES: dict[str, Make] = {
    "L1": l1,
    "L2": l2,
    "overridden": lambda scope: overridden(neptune.CfnDBCluster(scope, "Cluster"), *VERSION),
    "overridden as a whole": lambda scope: overridden(
        neptune.CfnDBCluster(scope, "Cluster"), "Properties", NEW
    ),
    "overridden by an Aspect": by_an_aspect,
    "plain": lambda scope: plain(scope, **NEW),
    "plain, overridden": lambda scope: overridden(plain(scope), *VERSION),
    "of a parameter": of_a_parameter,
    "global": global_cluster,
}


def skip(scope: Construct) -> DatabaseClusterSnapshot:
    return take(scope, when_cluster_missing=WhenClusterMissing.SKIP)


def complaints(stack: cdk.Stack) -> list[str]:
    cdk.Aspects.of(stack.node.root).add(RequireSnapshotBeforeUpgrade())
    return annotations(stack, "error")


@pytest.mark.parametrize("kind", UPGRADES)
@pytest.mark.parametrize("nested", [False, True], ids=["stack", "nested stack"])
def test_what_is_deployed_counts(kind: str, *, nested: bool) -> None:
    stack = new_stack()
    UPGRADES[kind](cdk.NestedStack(stack, "Nested") if nested else stack)
    (complaint,) = complaints(stack)
    version = "{'Ref': 'Version'}: " if kind == "of a parameter" else "'1."
    assert complaint.startswith(f"Invalid engine_version {version}")
    assert "snapshot.before(cluster)" in complaint


@pytest.mark.parametrize("kind", UPGRADES)
def test_what_is_deployed_after_a_snapshot_passes(kind: str) -> None:
    stack = new_stack()
    skip(stack).before(UPGRADES[kind](stack))
    assert not complaints(stack)


def test_a_cluster_whose_version_the_template_does_not_set_passes() -> None:
    stack = new_stack()
    neptune.CfnDBCluster(stack, "ChosenByAws")
    l1(stack).add_property_deletion_override("EngineVersion")
    docdb.CfnDBCluster(stack, "OtherEngine", engine_version="5.0.0")
    assert not complaints(stack)


def in_a_construct(stack: cdk.Stack) -> None:
    safety = Construct(stack, "Safety")
    skip(safety)
    l1(stack).node.add_dependency(safety)


def by_way_of_a_resource(stack: cdk.Stack) -> None:
    between = topic(stack)
    skip(stack).before(between)
    l1(stack).node.add_dependency(between)


def by_way_of_a_construct(stack: cdk.Stack) -> None:
    around = Construct(stack, "Around")
    skip(stack).before(topic(around))
    l1(stack).node.add_dependency(around)


def as_a_resource(stack: cdk.Stack) -> None:
    resource = skip(stack).node.find_child("Resource").node.default_child
    assert isinstance(resource, cdk.CfnResource)
    l1(stack).add_dependency(resource)


def as_a_nested_stack(stack: cdk.Stack) -> None:
    nested = cdk.NestedStack(stack, "Nested")
    skip(nested)
    l1(stack).node.add_dependency(nested)


def before_a_construct_around(stack: cdk.Stack) -> None:
    around = Construct(stack, "Around")
    l1(around)
    skip(stack).before(around)


def of_another_stack(stack: cdk.Stack) -> None:
    skip(cdk.Stack(cdk.App.of(stack), "Snapshots")).before(l1(stack))


def of_a_stack_that_is_waited_for(stack: cdk.Stack) -> None:
    snapshots = cdk.Stack(cdk.App.of(stack), "Snapshots")
    l1(stack)
    skip(snapshots)
    stack.add_dependency(snapshots)


@pytest.mark.parametrize(
    "define",
    [
        in_a_construct,
        by_way_of_a_resource,
        by_way_of_a_construct,
        as_a_resource,
        as_a_nested_stack,
        before_a_construct_around,
        of_another_stack,
        of_a_stack_that_is_waited_for,
    ],
)
def test_a_snapshot_that_the_cluster_waits_for(
    define: Callable[[cdk.Stack], None],
) -> None:
    stack = new_stack()
    define(stack)
    assert not complaints(stack)


def with_a_snapshot_that_nothing_waits_for(stack: cdk.Stack) -> None:
    l1(stack)
    skip(stack)


def after_the_first_resource_of_a_chain(stack: cdk.Stack) -> None:
    snapshot = take(stack, timeout=TWO_HOURS)
    l1(stack).node.add_dependency(snapshot.node.find_child("Resource"))


def after_a_stack_without_a_snapshot(stack: cdk.Stack) -> None:
    l1(stack)
    stack.add_dependency(cdk.Stack(cdk.App.of(stack), "Other"))


def after_something_else(stack: cdk.Stack) -> None:
    l1(stack).node.add_dependency(topic(stack))


def several(stack: cdk.Stack) -> None:
    for name in ("One", "Two", "Three"):
        l1(Construct(stack, name))


@pytest.mark.parametrize(
    ("define", "count"),
    [
        (with_a_snapshot_that_nothing_waits_for, 1),
        (after_the_first_resource_of_a_chain, 1),
        (after_a_stack_without_a_snapshot, 1),
        (after_something_else, 1),
        (several, 3),
    ],
)
def test_each_cluster_that_waits_for_no_snapshot_is_refused(
    define: Callable[[cdk.Stack], None], count: int
) -> None:
    stack = new_stack()
    define(stack)
    assert len(complaints(stack)) == count


@pytest.mark.parametrize("staged", [False, True], ids=["app", "stage"])
def test_synthesis_fails(*, staged: bool) -> None:
    """An Aspect does not reach into a stage, which needs its own."""
    app = cdk.App()
    scope = cdk.Stage(app, "Stage") if staged else app
    l1(cdk.Stack(scope, "Stack"))
    cdk.Aspects.of(scope).add(RequireSnapshotBeforeUpgrade())
    (stack,) = scope.synth().stacks
    assert [one.level for one in stack.messages] == [cdk.cx_api.SynthesisMessageLevel.ERROR]
