"""Clusters on local AWS, and the end of one with its snapshots."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local_aws import LocalAws, SnapshotBehaviour
from support.deployment import Snapshots


@contextmanager
def cluster(aws: LocalAws, name: str, **options: Any) -> Iterator[Snapshots]:  # noqa: ANN401 - the API's
    """A cluster whose snapshots take a second; neither outlives the block."""
    aws.client("neptune").create_db_cluster(DBClusterIdentifier=name, Engine="neptune", **options)
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=1), cluster=name)
    yield Snapshots(aws, name)
    remove(aws, name)


def remove(aws: LocalAws, name: str) -> None:
    """Delete a cluster, if it is there, and its snapshots."""
    neptune = aws.client("neptune")
    for snapshot in Snapshots(aws, name).names():
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot)
    if name in versions(aws):
        neptune.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


def versions(aws: LocalAws) -> dict[str, str]:
    """The engine version of each cluster."""
    found = aws.client("neptune").describe_db_clusters()["DBClusters"]
    return {one["DBClusterIdentifier"]: one["EngineVersion"] for one in found}


def parameter(aws: LocalAws, name: str) -> str:
    """A value in Parameter Store."""
    return str(aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
