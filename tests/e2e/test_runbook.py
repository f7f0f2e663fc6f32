"""``docs/restore.md`` undoes a failed migration when its commands are run as they stand."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from deployment.migration import Migration
from deployment.migration_function import HARMED
from local_aws import LocalAws
from support import runbook
from support.clusters import remove, versions
from support.deployment import ROOT, Deployment, Snapshots

pytestmark = pytest.mark.e2e

GOOD = {
    "EngineVersion": "1.4.1.0",
    "Port": 8183,
    "DBSubnetGroup": "graph-subnets",
    "IAMDatabaseAuthenticationEnabled": True,
    "DeletionProtection": True,
}
"""What the cluster is like before the migration."""


def make_cluster(aws: LocalAws, name: str) -> None:
    neptune = aws.client("neptune")
    neptune.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="neptune",
        EngineVersion="1.4.1.0",
        Port=8183,
        DBSubnetGroupName="graph-subnets",
        VpcSecurityGroupIds=["sg-1", "sg-2"],
        EnableIAMDatabaseAuthentication=True,
        DeletionProtection=True,
    )
    neptune.create_db_instance(
        DBInstanceIdentifier=f"{name}-1",
        DBInstanceClass="db.r6g.large",
        Engine="neptune",
        DBClusterIdentifier=name,
    )


def cluster(aws: LocalAws, name: str) -> dict[str, Any]:
    found = aws.client("neptune").describe_db_clusters(DBClusterIdentifier=name)
    return dict(found["DBClusters"][0])


def deploy_and_fail(deployment: Deployment, name: str) -> None:
    """Deploy a migration that succeeds, then one that does harm and fails, twice."""

    def define(stack: cdk.Stack, version: str, *, fail: bool) -> None:
        snapshot = DatabaseClusterSnapshot(
            stack,
            "Snapshot",
            cluster=name,
            trigger=SnapshotTrigger.on_value_changed(version),
            last_good_parameter=f"/{name}/last-good",
        )
        snapshot.before(Migration(stack, "Migration", version=version, fail=fail, harm=name))

    deployment.deploy(lambda stack: define(stack, "v1", fail=False)).require()
    for _ in range(2):
        assert not deployment.deploy(lambda stack: define(stack, "v2", fail=True)).succeeded


def fake_cli(directory: Path) -> Path:
    """A folder with ``aws`` for the script to find, and no Python, Node or CDK."""
    folder = directory / "bin"
    folder.mkdir()
    command = folder / "aws"
    stand_in = ROOT / "tests/support/aws_cli.py"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" {stand_in} "$@"\n')
    command.chmod(0o755)
    return folder


def test_a_failed_migration_is_undone_by_following_the_runbook(
    aws: LocalAws, deployment: Deployment, name: str, tmp_path: Path
) -> None:
    make_cluster(aws, name)
    deploy_and_fail(deployment, name)
    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    assert cluster(aws, name)["EngineVersion"] == HARMED
    successful, good, half_migrated = Snapshots(aws, name).names()

    text = runbook.script(
        STACK=deployment.name,
        CLUSTER=name,
        PARAMETER=f"/{name}/last-good",
        INSTANCE_CLASS="db.r6g.large",
    )
    path = f"{fake_cli(tmp_path)}:/usr/bin:/bin"
    done = subprocess.run(
        ["/bin/bash", "-c", text],
        env={**aws.environment, "PATH": path},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout

    assert f"--snapshot-identifier {good} " in done.stdout
    restored = cluster(aws, name)
    assert {key: restored[key] for key in GOOD} == GOOD
    groups = {one["VpcSecurityGroupId"] for one in restored["VpcSecurityGroups"]}
    assert groups == {"sg-1", "sg-2"}
    (member,) = restored["DBClusterMembers"]
    assert member["DBInstanceIdentifier"] == f"{name}-1"
    assert not {f"{name}-failed", f"{name}-restored"} & set(versions(aws))
    snapshots = Snapshots(aws, name)
    assert {successful, good, half_migrated} <= set(snapshots.names())
    assert "neptune-snapshot:keep" not in snapshots.tags(good)
    neptune = aws.client("neptune")
    neptune.delete_db_instance(DBInstanceIdentifier=f"{name}-1")
    neptune.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
    remove(aws, name)
