"""Snapshots of Amazon Neptune DB clusters as an AWS CDK construct."""

from cdk_neptune_snapshot.aspects import RequireSnapshotBeforeUpgrade
from cdk_neptune_snapshot.attributes import SnapshotReference
from cdk_neptune_snapshot.provider import SnapshotProvider
from cdk_neptune_snapshot.snapshot import DatabaseClusterSnapshot
from cdk_neptune_snapshot.trigger import SnapshotTrigger
from neptune_snapshot_provider.contract import WhenClusterMissing

__all__ = [
    "DatabaseClusterSnapshot",
    "RequireSnapshotBeforeUpgrade",
    "SnapshotProvider",
    "SnapshotReference",
    "SnapshotTrigger",
    "WhenClusterMissing",
]
