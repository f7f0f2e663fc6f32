"""An L2 cluster with a generated name, inside a construct of the company's library."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_neptune_alpha as neptune
from constructs import Construct

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger


class KnowledgeGraph(Construct):
    """A graph as the company wants every graph to be."""

    def __init__(self, scope: Construct, name: str, *, vpc: ec2.IVpc) -> None:
        super().__init__(scope, name)
        parameters = neptune.ClusterParameterGroup(
            self,
            "Parameters",
            family=neptune.ParameterGroupFamily.NEPTUNE_1_3,
            parameters={"neptune_enable_audit_log": "1"},
        )
        self.cluster = neptune.DatabaseCluster(
            self,
            "Database",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            instance_type=neptune.InstanceType.R6_G_LARGE,
            engine_version=neptune.EngineVersion.V1_3_0_0,
            cluster_parameter_group=parameters,
            iam_authentication=True,
            backup_retention=cdk.Duration.days(7),
            auto_minor_version_upgrade=True,
            storage_encrypted=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )


app = cdk.App()
stack = cdk.Stack(app, "KnowledgeGraph", tags={"cost-centre": "4711", "motto": "R&D"})
graph = KnowledgeGraph(stack, "Graph", vpc=ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0))
snapshot = DatabaseClusterSnapshot(
    stack,
    "BeforeMigration",
    cluster=graph.cluster,
    trigger=SnapshotTrigger.on_value_changed("v2"),
)
cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
# This app is for trying things: everything goes with the stack, but not the backups.
cdk.RemovalPolicies.of(app).destroy()
app.synth()
