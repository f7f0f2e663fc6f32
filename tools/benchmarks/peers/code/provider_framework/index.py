"""Takes a snapshot behind the CDK's Provider framework."""

import hashlib
from contextlib import suppress
from typing import Any

import boto3

neptune = boto3.client("neptune")


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Start the snapshot; a deleted resource leaves it."""
    if event["RequestType"] == "Delete":
        return {}
    cluster = event["ResourceProperties"]["DBClusterIdentifier"]
    digest = hashlib.sha256(event["RequestId"].encode()).hexdigest()[:10]
    identifier = f"{cluster}-{digest}"
    # The same event may be delivered twice.
    with suppress(neptune.exceptions.DBClusterSnapshotAlreadyExistsFault):
        neptune.create_db_cluster_snapshot(
            DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=identifier
        )
    return {"PhysicalResourceId": identifier}


def is_complete(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Say whether the snapshot is available."""
    if event["RequestType"] == "Delete":
        return {"IsComplete": True}
    snapshot = neptune.describe_db_cluster_snapshots(
        DBClusterSnapshotIdentifier=event["PhysicalResourceId"]
    )["DBClusterSnapshots"][0]
    if snapshot.get("Status") == "failed":
        raise RuntimeError(f"Snapshot {event['PhysicalResourceId']} failed")
    if snapshot.get("Status") != "available":
        return {"IsComplete": False}
    return {"IsComplete": True, "Data": {"Arn": snapshot.get("DBClusterSnapshotArn")}}
