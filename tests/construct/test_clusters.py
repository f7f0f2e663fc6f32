"""The name of a cluster, and where the cluster is, however the cluster is given."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from aws_cdk import cloudformation_include as included
from constructs import Construct

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from construct.templates import annotations, new_stack, resources_for, wire

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
    return neptune_alpha.DatabaseCluster(
        scope,
        "Cluster",
        vpc=ec2.Vpc(scope, "Vpc"),
        instance_type=neptune_alpha.InstanceType.R5_LARGE,
        db_cluster_name="MyGraph",
    )


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
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=make(stack))
    assert resources_for(stack, CREATE) == {"cluster:mygraph", "cluster-snapshot:mygraph-*"}
    # The reference makes the snapshot wait for the cluster.
    assert "Ref" in wire(stack)["DBClusterIdentifier"]


def test_a_name_known_only_at_deployment_is_referred_to() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster", db_cluster_identifier=cdk.Aws.STACK_NAME)
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster)
    assert resources_for(stack, CREATE) == {"cluster:id-of-Cluster", "cluster-snapshot:*"}


def test_a_bad_name_in_the_cluster_is_refused() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster", db_cluster_identifier="my_graph")
    with pytest.raises(ValueError, match="Invalid cluster 'my_graph': must contain only ASCII"):
        DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster)


def test_a_reference_to_something_else_stays_as_it_is() -> None:
    stack = new_stack()
    group = neptune.CfnDBSubnetGroup(
        stack, "Group", db_subnet_group_description="any", subnet_ids=["subnet-1"]
    )
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=group.ref)
    assert "cluster:id-of-Group" in resources_for(stack, CREATE)


def stacks(theirs: cdk.Environment | None, ours: cdk.Environment | None) -> list[cdk.Stack]:
    app = cdk.App()
    return [cdk.Stack(app, "Graph", env=theirs), cdk.Stack(app, "Backup", env=ours)]


@pytest.mark.parametrize("ours", [VIRGINIA, OTHER_ACCOUNT], ids=["region", "account"])
@pytest.mark.parametrize("make", [l1, l2, plain, reference, reference_of_l2])
def test_a_cluster_elsewhere_is_refused(make: Make, ours: cdk.Environment) -> None:
    graph, backup = stacks(IRELAND, ours)
    with pytest.raises(ValueError, match="Invalid cluster 'Graph/Cluster") as caught:
        DatabaseClusterSnapshot(backup, "Snapshot", cluster=make(graph))
    message = str(caught.value)
    assert "is in region eu-west-1 of account 111122223333, but the stack 'Backup'" in message
    assert f"is in region {ours.region} of account {ours.account}" in message


def test_an_imported_cluster_elsewhere_is_refused() -> None:
    graph, backup = stacks(IRELAND, VIRGINIA)
    cluster = neptune_alpha.DatabaseCluster.from_database_cluster_attributes(
        graph,
        "Imported",
        cluster_identifier="my-graph",
        cluster_resource_identifier="cluster-1",
        cluster_endpoint_address="my-graph.example.com",
        reader_endpoint_address="my-graph.example.com",
        port=8182,
        security_group=ec2.SecurityGroup.from_security_group_id(graph, "Group", "sg-1"),
    )
    with pytest.raises(ValueError, match="Invalid cluster 'Graph/Imported': is in region eu-west"):
        DatabaseClusterSnapshot(backup, "Snapshot", cluster=cluster)


def test_the_region_alone_is_enough() -> None:
    graph, backup = stacks(cdk.Environment(region="eu-west-1"), VIRGINIA)
    with pytest.raises(ValueError, match="eu-west-1 of account <known only at deployment>, but"):
        DatabaseClusterSnapshot(backup, "Snapshot", cluster=l1(graph))


@pytest.mark.parametrize(
    ("theirs", "ours"), [(None, None), (None, IRELAND), (IRELAND, None), (IRELAND, IRELAND)]
)
def test_what_may_be_the_same_environment_passes(
    theirs: cdk.Environment | None, ours: cdk.Environment | None
) -> None:
    graph, backup = stacks(theirs, ours)
    DatabaseClusterSnapshot(backup, "Snapshot", cluster=l1(graph))
    if theirs == ours:
        assert resources_for(backup, "rds:DescribeDBClusters")
        (info,) = annotations(backup, "info")
        assert info.startswith("The stack 'Graph' exports the identifier of its cluster")


def test_a_cluster_around_a_nested_stack_is_not_exported() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(cdk.NestedStack(stack, "Nested"), "Snapshot", cluster=l1(stack))
    assert not annotations(stack, "info")
