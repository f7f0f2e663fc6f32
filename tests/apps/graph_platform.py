"""A graph of L1 constructs, and a service in another stack that uses its endpoint."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

SCHEMA_VERSION = "v2"


class GraphStack(cdk.Stack):
    """The cluster, its network and its key."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name, description="The knowledge graph")
        vpc = ec2.Vpc(self, "Vpc", max_azs=2, nat_gateways=0)
        key = kms.Key(self, "Key", enable_key_rotation=True)
        subnets = neptune.CfnDBSubnetGroup(
            self,
            "Subnets",
            db_subnet_group_description="Subnets of the graph",
            subnet_ids=[subnet.subnet_id for subnet in vpc.isolated_subnets],
        )
        self.cluster = neptune.CfnDBCluster(
            self,
            "Cluster",
            db_cluster_identifier="MyGraph",
            db_subnet_group_name=subnets.ref,
            kms_key_id=key.key_arn,
            storage_encrypted=True,
            iam_auth_enabled=True,
            backup_retention_period=7,
            deletion_protection=True,
            engine_version="1.4.5.0",
        )
        instance = neptune.CfnDBInstance(
            self,
            "Instance",
            db_cluster_identifier=self.cluster.ref,
            db_instance_class="db.r6g.large",
            auto_minor_version_upgrade=True,
        )
        snapshot = DatabaseClusterSnapshot(
            self,
            "BeforeMigration",
            cluster=self.cluster,
            trigger=SnapshotTrigger.on_value_changed(SCHEMA_VERSION),
        )
        cdk.CfnOutput(self, "SnapshotArn", value=snapshot.snapshot_arn)
        # The first snapshot is taken of a cluster that can be used.
        snapshot.node.add_dependency(instance)


class ServiceStack(cdk.Stack):
    """What reads the graph."""

    def __init__(self, scope: Construct, name: str, *, endpoint: str) -> None:
        super().__init__(scope, name, description="What reads the knowledge graph")
        ssm.StringParameter(self, "Endpoint", string_value=endpoint)


app = cdk.App()
graph = GraphStack(app, "GraphPlatform")
ServiceStack(app, "GraphService", endpoint=graph.cluster.attr_endpoint)
cdk.Tags.of(app).add("Owner", "team@example.com")
app.synth()
