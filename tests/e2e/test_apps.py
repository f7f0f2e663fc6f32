"""The apps of companies that the emulator can run are deployed, and their backups outlive them."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deployment.cdk_cli import Cdk
from local_aws import LocalAws, SnapshotBehaviour
from support.apps import APPS, App
from support.deployment import ROOT, Snapshots, cdk_cli

pytestmark = pytest.mark.e2e

NO_SDK = "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup"
"""Needs the JavaScript SDK of AWS's runtime, which the emulator does not have."""
DEPLOYED = [app for app in APPS if app.stacks]


@dataclass(frozen=True)
class Deployed:
    """An app that is deployed, and the cluster it takes snapshots of."""

    cdk: Cdk
    assembly: Path
    cluster: str


@pytest.fixture
def deployed(aws: LocalAws, app: App, tmp_path: Path) -> Iterator[Deployed]:
    """Deploy an app, and clean up after it."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=1))
    cdk = cdk_cli(aws, tmp_path, python_path=os.environ.get("PYTHONPATH", ""))
    assembly = tmp_path / "cdk.out"
    done = cdk.deploy_app(
        *app.stacks,
        f"--app={sys.executable} {app.path}",
        f"--output={assembly}",
        f"--context={NO_SDK}=",  # the empty text is the only one that is false
        "--method=direct",
        cwd=ROOT,
    )
    assert done.succeeded, done.output
    assert "SnapshotArn" in done.outputs
    neptune = aws.client("neptune")
    found = neptune.describe_db_cluster_snapshots()["DBClusterSnapshots"]
    (cluster,) = {one["DBClusterIdentifier"] for one in found if one["Engine"] == "neptune"}
    yield Deployed(cdk, assembly, cluster)
    for name in Snapshots(aws, cluster).names():
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)


@pytest.mark.xdist_group("apps")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("app", DEPLOYED, ids=lambda app: app.name)
def test_it_is_deployed_and_its_backup_outlives_it(
    aws: LocalAws, app: App, deployed: Deployed
) -> None:
    snapshots = Snapshots(aws, deployed.cluster)
    (before,) = snapshots.names()
    assert snapshots.record(before)["Status"] == "available"
    tags = snapshots.tags(before)
    assert app.name != "graph_platform" or tags["Owner"] == "team@example.com"
    if app.name == "graph_platform":
        # As its owner has to do first.
        neptune = aws.client("neptune")
        neptune.modify_db_cluster(DBClusterIdentifier=deployed.cluster, DeletionProtection=False)
    if app.is_removable:
        assert deployed.cdk.destroy(deployed.assembly).succeeded
    # The cluster's own deletion policy takes another one.
    final = ["legacy-graph-final-snapshot"] if app.name == "existing_template" else []
    assert sorted(snapshots.names()) == sorted([before, *final])
