"""An L2 cluster beside other databases, whose constructs have names and methods like its own."""

import aws_cdk as cdk
from aws_cdk import aws_docdb as docdb
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_neptune_alpha as neptune
from aws_cdk import aws_rds as rds

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

app = cdk.App()
stack = cdk.Stack(app, "ManyDatabases")
vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
graph = neptune.DatabaseCluster(
    stack,
    "Graph",
    vpc=vpc,
    vpc_subnets=subnets,
    db_cluster_name="SocialGraph",
    instance_type=neptune.InstanceType.SERVERLESS,
    serverless_scaling_configuration=neptune.ServerlessScalingConfiguration(
        min_capacity=1, max_capacity=5
    ),
    iam_authentication=True,
    auto_minor_version_upgrade=True,
    backup_retention=cdk.Duration.days(7),
)
rds.DatabaseCluster(
    stack,
    "Orders",
    vpc=vpc,
    vpc_subnets=subnets,
    engine=rds.DatabaseClusterEngine.aurora_postgres(
        version=rds.AuroraPostgresEngineVersion.VER_17_5
    ),
    writer=rds.ClusterInstance.serverless_v2("writer"),
    storage_encrypted=True,
)
docdb.DatabaseCluster(
    stack,
    "Documents",
    vpc=vpc,
    vpc_subnets=subnets,
    master_user=docdb.Login(username="documents"),
    instance_type=ec2.InstanceType.of(ec2.InstanceClass.R6G, ec2.InstanceSize.LARGE),
)
sessions = dynamodb.TableV2(
    stack,
    "Sessions",
    partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
)
snapshot = DatabaseClusterSnapshot(
    stack,
    "BeforeMigration",
    cluster=graph,
    trigger=SnapshotTrigger.on_value_changed("v2"),
)
snapshot.before(sessions)
cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
app.synth()
