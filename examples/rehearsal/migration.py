"""The migration, as a custom resource: CloudFormation calls it for the clone and for the cluster.

Inline code, because CloudFormation adds ``cfnresponse`` only there, and only for this import.
"""
# mypy: disable-error-code=import-not-found
# pyright: reportMissingImports=false

import logging
import time
from typing import Any

import boto3
import cfnresponse

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: object) -> None:
    """Migrate, and report success with the seconds it took, or the failure."""
    properties = event["ResourceProperties"]
    started = time.monotonic()
    try:
        if event["RequestType"] != "Delete":
            migrate(properties["Cluster"], properties["Release"])
    except Exception as problem:
        logger.exception("The migration of %s failed", properties["Cluster"])
        reason = f"{type(problem).__name__}: {problem}"[:240]
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "migration", reason=reason)
    else:
        data = {"Seconds": f"{time.monotonic() - started:.1f}"}
        cfnresponse.send(event, context, cfnresponse.SUCCESS, data, "migration")


def migrate(cluster: str, release: str) -> None:
    """Apply the release's statements that have not been applied yet."""
    neptune = boto3.client("neptune")
    (found,) = neptune.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
    logger.info(
        "Release %s on %s: %s:%s", release, cluster, found.get("Endpoint"), found.get("Port")
    )
    # Here: send the statements to this endpoint, and remember in the graph what was applied.
