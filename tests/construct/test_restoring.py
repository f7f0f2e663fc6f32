"""A cluster is made from a snapshot, and an upgrade waits for one."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_docdb as docdb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from constructs import Construct

from cdk_neptune_snapshot import DatabaseClusterSnapshot, WhenClusterMissing
from construct.templates import Json, new_stack, of_type, resources
from neptune_snapshot_provider import contract

CLUSTER = "AWS::Neptune::DBCluster"


def l2_cluster(scope: Construct, name: str = "Cluster") -> neptune_alpha.DatabaseCluster:
    return neptune_alpha.DatabaseCluster(
        scope,
        name,
        vpc=ec2.Vpc(scope, f"{name}Vpc"),
        instance_type=neptune_alpha.InstanceType.R5_LARGE,
        engine_version=neptune_alpha.EngineVersion.V1_3_0_0,
    )


def only_cluster(stack: cdk.Stack) -> Json:
    (cluster,) = of_type(resources(stack), CLUSTER)
    return cluster


def test_a_cluster_is_restored_from_the_snapshot_once_it_is_available() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    snapshot.restore_into(neptune.CfnDBCluster(stack, "Restored"))
    (name,) = [n for n, one in resources(stack).items() if one["Type"] == contract.RESOURCE_TYPE]
    source = only_cluster(stack)["Properties"]["SnapshotIdentifier"]
    assert source == {"Fn::GetAtt": [name, "DBClusterSnapshotArn"]}


def test_a_chain_is_waited_for_to_its_end() -> None:
    stack = new_stack()
    timeout = cdk.Duration.hours(2)
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", timeout=timeout)
    snapshot.restore_into(neptune.CfnDBCluster(stack, "Restored"))
    found = resources(stack)
    *_, last = (n for n, one in found.items() if one["Type"] == contract.WAIT_RESOURCE_TYPE)
    source = only_cluster(stack)["Properties"]["SnapshotIdentifier"]
    assert source == {"Fn::GetAtt": [last, "DBClusterSnapshotArn"]}


def test_the_l2_cluster_is_restored_too() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    snapshot.restore_into(l2_cluster(stack))
    assert "Fn::GetAtt" in only_cluster(stack)["Properties"]["SnapshotIdentifier"]


def test_a_cluster_is_restored_from_a_snapshot_that_exists_already() -> None:
    stack = new_stack()
    arn = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:before-v2"
    snapshot = DatabaseClusterSnapshot.from_snapshot_arn(stack, "Snapshot", arn)
    snapshot.restore_into(neptune.CfnDBCluster(stack, "Restored"))
    assert only_cluster(stack)["Properties"]["SnapshotIdentifier"] == arn


def test_doing_it_twice_changes_nothing() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Restored")
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    snapshot.restore_into(cluster)
    snapshot.restore_into(cluster)
    assert "SnapshotIdentifier" in only_cluster(stack)["Properties"]


def test_a_cluster_that_is_restored_from_another_snapshot_is_refused() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Restored", snapshot_identifier="before-v1")
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    with pytest.raises(ValueError, match="is restored from 'before-v1' already") as caught:
        snapshot.restore_into(cluster)
    assert str(caught.value).startswith("Invalid cluster 'Stack/Restored': ")


def test_what_is_no_neptune_cluster_of_this_app_is_refused() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    imported = neptune_alpha.DatabaseCluster.from_database_cluster_attributes(
        stack,
        "Imported",
        cluster_endpoint_address="graph.example",
        cluster_identifier="graph",
        cluster_resource_identifier="cluster-ABC",
        port=8182,
        reader_endpoint_address="graph-ro.example",
        security_group=ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1"),
    )
    foreign = docdb.CfnDBCluster(stack, "Documents")
    for cluster in (imported, foreign, "graph"):
        with pytest.raises(ValueError, match=r"^Invalid cluster .*must be a Neptune cluster that"):
            snapshot.restore_into(cluster)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["L1", "L2", "a construct around it"])
def test_the_very_cluster_cannot_wait_for_its_own_snapshot(kind: str) -> None:
    stack = new_stack()
    holder = Construct(stack, "Holder")
    cluster = neptune.CfnDBCluster(holder, "Cluster") if kind != "L2" else l2_cluster(holder)
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster)
    waiting = holder if kind == "a construct around it" else cluster
    with pytest.raises(ValueError, match="as each would wait for the other") as caught:
        snapshot.before(waiting)
    assert str(caught.value).startswith(f"Invalid constructs '{waiting.node.path}': ")
    assert "the cluster's identifier as plain text" in str(caught.value)


@pytest.mark.parametrize("kind", ["L1", "L2"])
def test_a_cluster_waits_for_the_snapshot_of_its_identifier(kind: str) -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster") if kind == "L1" else l2_cluster(stack)
    snapshot = DatabaseClusterSnapshot(
        stack, "Snapshot", cluster="graph", when_cluster_missing=WhenClusterMissing.SKIP
    )
    snapshot.before(cluster)
    (name,) = [n for n, one in resources(stack).items() if one["Type"] == contract.RESOURCE_TYPE]
    assert name in only_cluster(stack)["DependsOn"]
