"""A new cluster with the contents of another: to rehearse a migration, or to leave a failed one.

    cdk deploy --app "python3 examples/restore.py" -c cluster=my-graph

The snapshot is taken once and never again: were it another one, CloudFormation would replace the
restored cluster, and were ``SnapshotIdentifier`` taken away, by an empty one. To restore one that
exists, use ``DatabaseClusterSnapshot.from_snapshot_identifier(...)`` instead. The new cluster gets
default network and parameter groups unless you set them here; it has no instances yet.
Deployed on local AWS in the tests.
"""

import aws_cdk as cdk
from aws_cdk import aws_neptune as neptune

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

app = cdk.App()
source = app.node.try_get_context("cluster") or "my-graph"
stack = cdk.Stack(app, "GraphCopy")
snapshot = DatabaseClusterSnapshot(
    stack, "Snapshot", cluster=source, trigger=SnapshotTrigger.once()
)
copy = neptune.CfnDBCluster(stack, "Copy", db_cluster_identifier=f"{source}-copy")
copy.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
snapshot.restore_into(copy)
cdk.CfnOutput(stack, "Endpoint", value=copy.attr_endpoint)
app.synth()
