"""An app as another project has it; run where the wheel is installed.

Given a folder, it synthesises there, with its assets staged and not staged.
"""

import importlib.util
import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_neptune as neptune

from cdk_neptune_snapshot import (
    DatabaseClusterSnapshot,
    RequireSnapshotBeforeUpgrade,
    SnapshotTrigger,
)


def upgrade(app: cdk.App) -> None:
    """Use what depends on the release of the CDK: Aspects, validations, overrides."""
    stack = cdk.Stack(app, "Upgrade")
    cluster = neptune.CfnDBCluster(stack, "Cluster", db_cluster_identifier="MyGraph")
    cluster.add_property_override("EngineVersion", "1.4.5.0")
    DatabaseClusterSnapshot(stack, "After", cluster=cluster)
    cdk.Aspects.of(app).add(RequireSnapshotBeforeUpgrade())


def main() -> None:
    """Synthesise, and check that everything comes from this environment and nothing is missing."""
    (outdir,) = sys.argv[1:]
    for name in ("staged", "unstaged"):
        context = {"aws:cdk:disable-asset-staging": True} if name == "unstaged" else {}
        app = cdk.App(outdir=f"{outdir}/{name}", context=context, analytics_reporting=False)
        stack = cdk.Stack(app, "Stack")
        snapshot = DatabaseClusterSnapshot(
            stack,
            "Snapshot",
            cluster="my-graph",
            trigger=SnapshotTrigger.on_value_changed("v2"),
            timeout=cdk.Duration.hours(3),
            keep_last=5,
            last_good_parameter="/graph/last-good",
        )
        cdk.Tags.of(app).add("team", "graph@example.com")
        cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
        upgrade(app)
        app.synth()
    for package in ("cdk_neptune_snapshot", "neptune_snapshot_provider", "aws_cdk", "crhelper"):
        spec = importlib.util.find_spec(package)
        if spec is None or not Path(str(spec.origin)).is_relative_to(sys.prefix):
            raise SystemExit(f"{package} is not from this environment: {spec}")
    if imported := {"boto3", "crhelper"}.intersection(sys.modules):
        raise SystemExit(f"synthesis needs {imported}, which an app may not have")


if __name__ == "__main__":
    main()
