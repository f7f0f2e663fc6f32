"""The cluster, however it is given: its name, where it is, and which names follow from it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from aws_cdk import cloudformation_include as included
from constructs import Construct

from construct.templates import (
    annotations,
    imported_cluster,
    l2_cluster,
    new_stack,
    resources_for,
    stack_with,
    take,
    topic,
    wire,
)
from neptune_snapshot_provider import contract

CREATE = "rds:CreateDBClusterSnapshot"
IRELAND = cdk.Environment(account="111122223333", region="eu-west-1")
VIRGINIA = cdk.Environment(account="111122223333", region="us-east-1")
OTHER_ACCOUNT = cdk.Environment(account="444455556666", region="eu-west-1")


def l1(scope: Construct) -> neptune.CfnDBCluster:
    return neptune.CfnDBCluster(scope, "Cluster", db_cluster_identifier="MyGraph")


def l1_named_late(scope: Construct) -> neptune.CfnDBCluster:
    cluster = neptune.CfnDBCluster(scope, "Cluster")
    cluster.db_cluster_identifier = "MyGraph"
    return cluster


def l2(scope: Construct) -> neptune_alpha.DatabaseCluster:
    return l2_cluster(scope, db_cluster_name="MyGraph")


def plain(scope: Construct) -> cdk.CfnResource:
    properties = {"DBClusterIdentifier": "MyGraph"}
    kind = "AWS::Neptune::DBCluster"
    return cdk.CfnResource(scope, "Cluster", type=kind, properties=properties)


def from_template(scope: Construct) -> cdk.CfnResource:
    folder = Path(cdk.App.of(scope).outdir)  # type: ignore[union-attr]
    template = folder / "existing.json"
    properties = {"DBClusterIdentifier": "MyGraph"}
    resource = {"Type": "AWS::Neptune::DBCluster", "Properties": properties}
    template.write_text(json.dumps({"Resources": {"Cluster": resource}}))
    existing = included.CfnInclude(scope, "Existing", template_file=str(template))
    return existing.get_resource("Cluster")


def reference(scope: Construct) -> str:
    return l1(scope).ref


def reference_of_l2(scope: Construct) -> str:
    return l2(scope).cluster_identifier


Make = Callable[[Construct], Any]
KINDS: list[Make] = [l1, l1_named_late, l2, plain, from_template, reference, reference_of_l2]


@pytest.mark.parametrize("make", KINDS)
def test_the_policy_names_a_known_name_in_lower_case(make: Make) -> None:
    """CloudFormation may give the name as it is written, whereas ARNs hold it in lower case."""
    stack = new_stack()
    take(stack, cluster=make(stack))
    assert resources_for(stack, CREATE) == {"cluster:mygraph", "cluster-snapshot:mygraph-*"}
    # The reference makes the snapshot wait for the cluster.
    assert wire(stack)["DBClusterIdentifier"]["Ref"].startswith(("Cluster", "ExistingCluster"))


@pytest.mark.parametrize("name", [None, cdk.Aws.STACK_NAME], ids=["generated", "a token"])
def test_a_name_known_only_at_deployment_is_referred_to(name: str | None) -> None:
    stack = new_stack()
    take(stack, cluster=neptune.CfnDBCluster(stack, "Cluster", db_cluster_identifier=name))
    assert resources_for(stack, CREATE) == {"cluster:id-of-Cluster", "cluster-snapshot:*"}
    assert resources_for(stack, "rds:DescribeDBClusters") == {"cluster:id-of-Cluster"}
    assert wire(stack)["DBClusterIdentifier"] == {"Ref": "Cluster"}


def test_a_bad_name_in_the_cluster_is_refused() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster", db_cluster_identifier="my_graph")
    with pytest.raises(ValueError, match="Invalid cluster 'my_graph': must contain only ASCII"):
        take(stack, cluster=cluster)


def test_a_reference_to_something_else_stays_as_it_is() -> None:
    stack = new_stack()
    take(stack, cluster=topic(stack, "Group").ref)
    assert "cluster:id-of-Group" in resources_for(stack, CREATE)


def test_an_imported_l2_cluster_is_taken_by_its_identifier() -> None:
    stack = new_stack()
    take(stack, cluster=imported_cluster(stack))
    assert wire(stack)["DBClusterIdentifier"] == "my-graph"


def stacks(theirs: cdk.Environment | None, ours: cdk.Environment | None) -> list[cdk.Stack]:
    app = cdk.App()
    return [cdk.Stack(app, "Graph", env=theirs), cdk.Stack(app, "Backup", env=ours)]


@pytest.mark.parametrize("ours", [VIRGINIA, OTHER_ACCOUNT], ids=["region", "account"])
@pytest.mark.parametrize("make", [l1, l2, plain, reference, reference_of_l2, imported_cluster])
def test_a_cluster_elsewhere_is_refused(make: Make, ours: cdk.Environment) -> None:
    graph, backup = stacks(IRELAND, ours)
    with pytest.raises(ValueError, match=r"Invalid cluster 'Graph/(Cluster|Imported)") as caught:
        take(backup, cluster=make(graph))
    message = str(caught.value)
    assert "is in region eu-west-1 of account 111122223333, but the stack 'Backup'" in message
    assert f"is in region {ours.region} of account {ours.account}" in message


def test_the_region_alone_is_enough() -> None:
    graph, backup = stacks(cdk.Environment(region="eu-west-1"), VIRGINIA)
    with pytest.raises(ValueError, match="eu-west-1 of account <known only at deployment>, but"):
        take(backup, cluster=l1(graph))


@pytest.mark.parametrize(
    ("theirs", "ours"), [(None, None), (None, IRELAND), (IRELAND, None), (IRELAND, IRELAND)]
)
def test_what_may_be_the_same_environment_passes(
    theirs: cdk.Environment | None, ours: cdk.Environment | None
) -> None:
    graph, backup = stacks(theirs, ours)
    take(backup, cluster=l1(graph))
    if theirs == ours:
        assert "Graph:ExportsOutputRefCluster" in str(wire(backup)["DBClusterIdentifier"])
        (info,) = annotations(backup, "info")
        assert info.startswith("The stack 'Graph' exports the identifier of its cluster")


def test_a_cluster_around_a_nested_stack_is_not_exported() -> None:
    stack = new_stack()
    take(cdk.NestedStack(stack, "Nested"), cluster=l1(stack))
    assert not annotations(stack, "info")


# The name of a cluster and the names of snapshots, as they are sent and permitted.


@pytest.mark.parametrize(
    ("properties", "pattern"),
    [
        ({}, "my-graph-*"),
        ({"identifier_prefix": "Nightly"}, "nightly-*"),
        ({"identifier_prefix": "p" * 63}, "p" * contract.PREFIX_MAX + "-*"),
        ({"snapshot_identifier": "Before-V2"}, "before-v2"),
        ({"identifier_prefix": f"x-{cdk.Aws.REGION}"}, "*"),
        ({"snapshot_identifier": f"x-{cdk.Aws.REGION}"}, "x-us-gov-west-1"),
        ({"cluster": cdk.Aws.STACK_NAME}, "*"),
        ({"cluster": cdk.Aws.STACK_NAME, "identifier_prefix": "nightly"}, "nightly-*"),
        ({"cluster": cdk.Aws.STACK_NAME, "snapshot_identifier": "before-v2"}, "before-v2"),
        ({"cluster": "c" * 63}, "c" * contract.PREFIX_MAX + "-*"),
    ],
)
def test_names_are_as_narrow_as_they_are_known(properties: dict[str, Any], pattern: str) -> None:
    stack = stack_with(**{"cluster": "My-Graph", **properties})
    start = "cluster-snapshot:"
    created = [one for one in resources_for(stack, CREATE) if one.startswith(start)]
    assert created == [start + pattern]
    warned = [one for one in annotations(stack, "warning") if "cluster-snapshot:*" in one]
    assert bool(warned) is (pattern == "*")
