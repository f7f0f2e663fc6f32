"""Clusters and snapshots, and the records that the Neptune API returns for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from neptune_snapshot_provider.contract import ENGINE

ARN: Final = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:"
_KEY: Final = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
_ZONES: Final = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


@dataclass
class Cluster:
    """One incarnation of a cluster: a cluster created again under the same name is another one.

    ``settings`` overrides fields of the record.
    """

    name: str
    created_at: float
    engine: str = ENGINE
    status: str = "available"
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def record(self) -> dict[str, Any]:
        """Return what DescribeDBClusters returns."""
        return {
            "DBClusterIdentifier": self.name,
            "DBClusterArn": f"arn:aws:rds:eu-west-1:123456789012:cluster:{self.name}",
            "ClusterCreateTime": _time(self.created_at),
            "Engine": self.engine,
            "EngineVersion": "1.3.2.1",
            "Status": self.status,
            "DBSubnetGroup": "graph-subnets",
            "DBClusterParameterGroup": "graph-parameters",
            "VpcSecurityGroups": [
                {"VpcSecurityGroupId": "sg-0123456789abcdef0", "Status": "active"}
            ],
            "AssociatedRoles": [
                {"RoleArn": "arn:aws:iam::123456789012:role/graph-loader", "Status": "ACTIVE"}
            ],
            "NetworkType": "IPV4",
            "Port": 8182,
            "StorageType": "standard",
            "StorageEncrypted": True,
            "KmsKeyId": _KEY,
            "IAMDatabaseAuthenticationEnabled": True,
            "DeletionProtection": False,
            "CopyTagsToSnapshot": True,
            "EnabledCloudwatchLogsExports": ["audit"],
            "AvailabilityZones": list(_ZONES),
            **self.settings,
        }


@dataclass
class Snapshot:
    """One snapshot; ``status`` overrides what the clock says.

    ``made_by`` are stack ID and logical ID of the resource whose request created it; ``None`` for
    whatever the provider did not create, whichever tags it carries. ``source`` is the ARN of the
    snapshot that this one is a copy of. ``protected_at`` is when somebody shared it or gave it the
    tag that protects it from retention.
    """

    name: str
    cluster: str
    tags: dict[str, str]
    born_at: float
    ready_at: float | None
    visible_at: float = 0.0
    engine: str = ENGINE
    kind: str = "manual"
    status: str = ""
    gone_at: float | None = None
    shared: bool = False
    source: str = ""
    cluster_born_at: float = 0.0
    made_by: tuple[str, str] | None = None
    protected_at: float | None = None
    progress_moves: bool = True

    def status_at(self, now: float) -> str:
        """Return the state now."""
        if self.gone_at is not None:
            return "deleting"
        if self.status:
            return self.status
        return "available" if self.ready_at is not None and now >= self.ready_at else "creating"

    def record(self, now: float) -> dict[str, Any]:
        """Return what DescribeDBClusterSnapshots returns: no tags."""
        source = {"SourceDBClusterSnapshotArn": self.source} if self.source else {}
        return {
            "DBClusterSnapshotIdentifier": self.name,
            "DBClusterSnapshotArn": ARN + self.name,
            "DBClusterIdentifier": self.cluster,
            "SnapshotCreateTime": _time(self.born_at),
            "ClusterCreateTime": _time(self.cluster_born_at),
            "Engine": self.engine,
            "EngineVersion": "1.3.2.1",
            "LicenseModel": "amazon-license",
            "Status": self.status_at(now),
            "PercentProgress": self._percent(now),
            "SnapshotType": self.kind,
            "AllocatedStorage": 1,
            "Port": 0,
            "VpcId": "vpc-0123456789abcdef0",
            "StorageEncrypted": True,
            "KmsKeyId": _KEY,
            "AvailabilityZones": list(_ZONES),
            **source,
        }

    def _percent(self, now: float) -> int:
        status = self.status_at(now)
        if status == "available":
            return 100
        if status != "creating" or self.ready_at is None or not self.progress_moves:
            return 0
        return int(100 * (now - self.born_at) / max(self.ready_at - self.born_at, 1))


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
