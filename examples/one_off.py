"""One snapshot, now: before something is done by hand, or to keep what there is today.

    cdk deploy --app "python3 examples/one_off.py" -c cluster=my-graph

The snapshot outlives the stack: ``cdk destroy`` leaves it. Deploying again takes no other one.
Deployed on local AWS in the tests.
"""

import aws_cdk as cdk

from cdk_neptune_snapshot import DatabaseClusterSnapshot

app = cdk.App()
stack = cdk.Stack(app, "OneOffSnapshot")
snapshot = DatabaseClusterSnapshot(
    stack, "Snapshot", cluster=app.node.try_get_context("cluster") or "my-graph"
)
cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
cdk.CfnOutput(stack, "RestoreCommand", value=snapshot.restore_command)
app.synth()
