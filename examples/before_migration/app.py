"""A snapshot before a Lambda function migrates the graph, whenever there is a new migration.

    cdk deploy --app "python3 examples/before_migration/app.py" -c cluster=my-graph

Add a file to ``migrations/`` and deploy: a snapshot is taken, and once it is available the
function runs. If it fails, the stack rolls back and the snapshot stays; docs/restore.md says what
to do then.
A deployment without a new migration takes no snapshot and migrates nothing.
"""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import triggers

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

MIGRATIONS = Path(__file__).parent / "migrations"

app = cdk.App()
cluster = app.node.try_get_context("cluster") or "my-graph"
stack = cdk.Stack(app, "GraphMigration")
snapshot = DatabaseClusterSnapshot(
    stack,
    "BeforeMigration",
    cluster=cluster,
    trigger=SnapshotTrigger.on_files_changed(MIGRATIONS),
    # Where people and scripts find the snapshot when the stack has rolled back.
    last_good_parameter=f"/{cluster}/last-good-snapshot",
)
migration = triggers.TriggerFunction(
    stack,
    "Migration",
    runtime=lambda_.Runtime.PYTHON_3_13,
    code=lambda_.Code.from_asset(str(MIGRATIONS)),
    handler="migrate.handler",
    timeout=cdk.Duration.minutes(5),
    environment={"CLUSTER": cluster},
)
# The function may exist any time; what has to wait is its run.
snapshot.before(migration.trigger)
cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
app.synth()
