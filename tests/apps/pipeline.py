"""A pipeline that deploys the graph of two environments, in two regions, one after another."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_neptune as neptune
from aws_cdk import pipelines
from constructs import Construct

from cdk_neptune_snapshot import (
    DatabaseClusterSnapshot,
    RequireSnapshotBeforeUpgrade,
    SnapshotTrigger,
    WhenClusterMissing,
)

ENGINE_VERSION = "1.4.5.0"


class Graph(cdk.Stage):
    """One environment."""

    def __init__(self, scope: Construct, name: str, **properties: Any) -> None:  # noqa: ANN401 - the CDK's
        super().__init__(scope, name, **properties)
        stack = cdk.Stack(self, "Graph")
        cluster = neptune.CfnDBCluster(
            stack,
            "Cluster",
            db_cluster_identifier=f"graph-{name.lower()}",
            engine_version=ENGINE_VERSION,
            storage_encrypted=True,
            iam_auth_enabled=True,
            backup_retention_period=7,
        )
        cluster.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        snapshot = DatabaseClusterSnapshot(
            stack,
            "BeforeMigration",
            cluster=f"graph-{name.lower()}",
            trigger=SnapshotTrigger.on_value_changed(ENGINE_VERSION),
            when_cluster_missing=WhenClusterMissing.SKIP,
        )
        snapshot.before(cluster)
        cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
        cdk.Aspects.of(self).add(RequireSnapshotBeforeUpgrade())


app = cdk.App()
tools = cdk.Stack(app, "Pipeline", env=cdk.Environment(account="111122223333", region="eu-west-1"))
repository = codecommit.Repository.from_repository_name(tools, "Repository", "graph")
pipeline = pipelines.CodePipeline(
    tools,
    "Pipeline",
    synth=pipelines.ShellStep(
        "Synth",
        input=pipelines.CodePipelineSource.code_commit(repository, "main"),
        commands=["npx cdk synth"],
    ),
)
for environment, region in (("Staging", "eu-west-1"), ("Production", "us-east-1")):
    where = cdk.Environment(account="111122223333", region=region)
    pipeline.add_stage(Graph(app, environment, env=where))
app.synth()
