"""An ordinary Neptune stack is made, snapshotted and changed: the L2 cluster with all around it."""

from functools import partial

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_neptune_alpha as neptune

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from deployment.migration import Migration
from local_aws import LocalAws
from support.deployment import Deployment, Snapshots

pytestmark = pytest.mark.e2e


def _define(stack: cdk.Stack, *, cluster: str, version: str, instances: int) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1, restrict_default_security_group=False)
    family = neptune.ParameterGroupFamily.NEPTUNE_1_4
    graph = neptune.DatabaseCluster(
        stack,
        "Graph",
        vpc=vpc,
        db_cluster_name=cluster,
        instance_type=neptune.InstanceType.R6_G_LARGE,
        instances=instances,
        engine_version=neptune.EngineVersion.V1_4_1_0,
        cluster_parameter_group=neptune.ClusterParameterGroup(
            stack, "ClusterParameters", family=family, parameters={"neptune_enable_audit_log": "1"}
        ),
        parameter_group=neptune.ParameterGroup(
            stack, "Parameters", family=family, parameters={"neptune_query_timeout": version}
        ),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    graph.connections.allow_default_port_from_any_ipv4()
    nested = cdk.NestedStack(stack, "Migrations")
    snapshot = DatabaseClusterSnapshot(
        nested,
        "Snapshot",
        cluster=graph,
        trigger=SnapshotTrigger.on_value_changed(version),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    snapshot.before(Migration(nested, "Migration", version=version, fail=False))
    cdk.CfnOutput(stack, "Name", value=snapshot.snapshot_identifier)


def test_a_cluster_with_instances_and_groups_and_snapshots_in_a_nested_stack(
    aws: LocalAws, deployment: Deployment, name: str
) -> None:
    define = partial(_define, cluster=name)
    outputs = []
    for version, instances in (("20000", 1), ("30000", 2)):
        result = deployment.deploy(partial(define, version=version, instances=instances)).require()
        outputs.append(result.outputs["Name"])
    # The first was deleted when the root stack cleaned up.
    assert Snapshots(aws, name).names() == outputs[1:]
    (cluster,) = aws.client("neptune").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    assert len(cluster["DBClusterMembers"]) == 2
    deployment.destroy().require()
    assert Snapshots(aws, name).names() == []
