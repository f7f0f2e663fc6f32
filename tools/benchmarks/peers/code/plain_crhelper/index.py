"""Takes a snapshot with crhelper as its README shows it, and its defaults."""

import hashlib
from typing import Any

import boto3
from crhelper import CfnResource

helper = CfnResource()
try:
    neptune = boto3.client("neptune")
except Exception as error:  # noqa: BLE001 - as crhelper's README has it
    helper.init_failure(error)


@helper.create
@helper.update
def start(event: dict[str, Any], _context: object) -> str:
    """Start the snapshot."""
    cluster = event["ResourceProperties"]["DBClusterIdentifier"]
    digest = hashlib.sha256(event["RequestId"].encode()).hexdigest()[:10]
    identifier = f"{cluster}-{digest}"
    neptune.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=identifier
    )
    return identifier


@helper.poll_create
@helper.poll_update
def poll(event: dict[str, Any], _context: object) -> str | None:
    """Return the identifier when the snapshot is available."""
    identifier = event["CrHelperData"]["PhysicalResourceId"]
    snapshot = neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=identifier)[
        "DBClusterSnapshots"
    ][0]
    if snapshot.get("Status") == "failed":
        raise RuntimeError(f"Snapshot {identifier} failed")
    if snapshot.get("Status") != "available":
        return None
    helper.Data["Arn"] = snapshot.get("DBClusterSnapshotArn")
    return str(identifier)


@helper.delete
def keep(_event: dict[str, Any], _context: object) -> None:
    """Leave the snapshot."""


def handler(event: dict[str, Any], context: object) -> None:
    """Let crhelper do it."""
    helper(event, context)
