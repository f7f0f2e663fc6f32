"""Takes a snapshot and waits for it with boto3's own waiter, which polls every 30 seconds."""

import hashlib
import json
import urllib.request
from typing import Any

import boto3

# The client of Neptune has no waiter for snapshots; that of RDS does, for the same API.
rds = boto3.client("rds")


def handler(event: dict[str, Any], _context: object) -> None:
    """Take the snapshot, wait, answer."""
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer["PhysicalResourceId"] = event.get("PhysicalResourceId", event["RequestId"])
    try:
        if event["RequestType"] != "Delete":
            answer["PhysicalResourceId"] = take(event)
        answer["Status"] = "SUCCESS"
    except Exception as error:  # noqa: BLE001 - whatever happens, CloudFormation is answered
        answer |= {"Status": "FAILED", "Reason": str(error)}
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - likewise


def take(event: dict[str, Any]) -> str:
    """Take the snapshot and wait until it is available."""
    cluster = event["ResourceProperties"]["DBClusterIdentifier"]
    digest = hashlib.sha256(event["RequestId"].encode()).hexdigest()[:10]
    identifier = f"{cluster}-{digest}"
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=identifier
    )
    rds.get_waiter("db_cluster_snapshot_available").wait(DBClusterSnapshotIdentifier=identifier)
    return identifier
