"""The apps of companies that the emulator can run are deployed, and their backups outlive them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import LocalAws, SnapshotBehaviour
from support.apps import APPS, App
from support.deployment import ROOT, Snapshots

pytestmark = pytest.mark.e2e

NO_SDK = "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup"
"""Needs the JavaScript SDK of AWS's runtime, which the emulator does not have."""
DEPLOYED = [app for app in APPS if app.stacks]


def cdk(aws: LocalAws, app: App, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [
            str(ROOT / "node_modules/.bin/cdk"),
            *arguments,
            f"--app={sys.executable} {app.path}",
            f"--output={folder / 'cdk.out'}",
            f"--context={NO_SDK}=",  # the empty text is the only one that is false
            "--no-color",
        ],
        cwd=ROOT,
        env={**aws.environment, "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def deployed(aws: LocalAws, app: App, tmp_path: Path) -> Iterator[str]:
    """Deploy an app and give the name of its cluster; clean up after it."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=1))
    options = ("--require-approval=never", "--method=direct")
    output = cdk(aws, app, tmp_path, "deploy", *app.stacks, *options)
    assert "SnapshotArn" in output
    neptune = aws.client("neptune")
    found = neptune.describe_db_cluster_snapshots()["DBClusterSnapshots"]
    (cluster,) = {one["DBClusterIdentifier"] for one in found if one["Engine"] == "neptune"}
    yield cluster
    for name in Snapshots(aws, cluster).names():
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)


@pytest.mark.xdist_group("apps")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("app", DEPLOYED, ids=lambda app: app.name)
def test_it_is_deployed_and_its_backup_outlives_it(
    aws: LocalAws, app: App, deployed: str, tmp_path: Path
) -> None:
    (before,) = Snapshots(aws, deployed).names()
    assert Snapshots(aws, deployed).record(before)["Status"] == "available"
    tags = Snapshots(aws, deployed).tags(before)
    assert app.name != "graph_platform" or tags["Owner"] == "team@example.com"
    if app.name == "graph_platform":
        # As its owner has to do first.
        neptune = aws.client("neptune")
        neptune.modify_db_cluster(DBClusterIdentifier=deployed, DeletionProtection=False)
    if app.is_removable:
        cdk(aws, app, tmp_path, "destroy", *app.stacks, "--force")
    assert Snapshots(aws, deployed).names() == [before]
