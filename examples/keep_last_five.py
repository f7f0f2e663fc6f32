"""A snapshot with every deployment, of which the last five are kept.

    cdk deploy --app "python3 examples/keep_last_five.py" -c cluster=my-graph

A snapshot tagged ``neptune-snapshot:keep`` or shared with another account is never deleted, nor is
any while the stack rolls back. Deployments within an hour share a snapshot. The parameter always
names the newest one.
Deployed on local AWS in the tests.
"""

import aws_cdk as cdk

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

app = cdk.App()
cluster = app.node.try_get_context("cluster") or "my-graph"
stack = cdk.Stack(app, "KeepLastFive")
snapshot = DatabaseClusterSnapshot(
    stack,
    "Snapshot",
    cluster=cluster,
    trigger=SnapshotTrigger.every_deployment(),
    keep_last=5,
    reuse_younger_than=cdk.Duration.hours(1),
    last_good_parameter=f"/{cluster}/last-good-snapshot",
)
cdk.CfnOutput(stack, "Outcome", value=snapshot.outcome)
cdk.CfnOutput(stack, "SnapshotIdentifier", value=snapshot.snapshot_identifier)
app.synth()
