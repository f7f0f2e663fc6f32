"""Snapshots of many clusters in one stack, at the same time, before what touches them all.

    cdk deploy --app "python3 examples/many_clusters.py" -c clusters=orders,people -c release=7

They share one Lambda function, which may touch these clusters and no other. If one snapshot fails,
the deployment does, and those that were taken are kept.
Deployed on local AWS in the tests.
"""

import aws_cdk as cdk

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

app = cdk.App()
clusters = app.node.try_get_context("clusters") or "orders,people"
release = app.node.try_get_context("release") or "1"
stack = cdk.Stack(app, "ManyClusters")
for cluster in clusters.split(","):
    snapshot = DatabaseClusterSnapshot(
        stack,
        f"Before-{cluster}",
        cluster=cluster,
        trigger=SnapshotTrigger.on_value_changed(release),
    )
    # An output's name has letters and digits only; a cluster's may have hyphens.
    name = f"{cluster.title().replace('-', '')}SnapshotArn"
    cdk.CfnOutput(stack, name, value=snapshot.snapshot_arn)
app.synth()
