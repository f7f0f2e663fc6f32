"""The native resource type beside this library, for one cluster.

    cdk deploy --app "python3 examples/native_type.py" -c cluster=my-graph -c release=1

For another release the native type needs a new name, and its snapshot of the release before goes
by the removal policy; a rollback deletes the new one, which ``RETAIN_ON_UPDATE_OR_DELETE`` allows.
The library's snapshot gets a name by itself, and a rollback retains it. Whether the native type
accepts a Neptune cluster is unproven.
"""

import aws_cdk as cdk
from aws_cdk import aws_rds as rds

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

app = cdk.App()
cluster = app.node.try_get_context("cluster") or "my-graph"
release = app.node.try_get_context("release") or "1"
stack = cdk.Stack(app, "NativeType")

native = rds.CfnClusterSnapshot(
    stack,
    "Native",
    db_cluster_identifier=cluster,
    db_cluster_snapshot_identifier=f"{cluster}-release-{release}",
)
native.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)

snapshot = DatabaseClusterSnapshot(
    stack,
    "BeforeMigration",
    cluster=cluster,
    trigger=SnapshotTrigger.on_value_changed(release),
)
cdk.CfnOutput(stack, "NativeSnapshotArn", value=native.attr_db_cluster_snapshot_arn)
cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
app.synth()
