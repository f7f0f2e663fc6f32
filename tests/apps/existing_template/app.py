"""A template from before the CDK, whose cluster can be restored from a snapshot on demand."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import cloudformation_include as included

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

app = cdk.App()
stack = cdk.Stack(app, "ExistingTemplate")
existing = included.CfnInclude(
    stack, "Existing", template_file=str(Path(__file__).with_name("template.json"))
)
snapshot = DatabaseClusterSnapshot(
    stack,
    "BeforeMigration",
    cluster=existing.get_resource("NeptuneDBCluster").ref,
    identifier_prefix="legacy-graph",
    trigger=SnapshotTrigger.on_value_changed("v2"),
)
cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
app.synth()
