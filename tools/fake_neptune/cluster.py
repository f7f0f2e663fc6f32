"""A cluster, and the record that the API returns of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from fake_neptune.behaviour import AVAILABLE

ENGINE: Final = "neptune"
KEY: Final = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
_ZONES: Final = ("eu-west-1a", "eu-west-1b", "eu-west-1c")

SETTINGS: Final[Mapping[str, Any]] = {
    "EngineVersion": "1.3.2.1",
    "DBSubnetGroup": "graph-subnets",
    "DBClusterParameterGroup": "graph-parameters",
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0123456789abcdef0", "Status": "active"}],
    "AssociatedRoles": [
        {"RoleArn": "arn:aws:iam::123456789012:role/graph-loader", "Status": "ACTIVE"}
    ],
    "NetworkType": "IPV4",
    "Port": 8182,
    "AllocatedStorage": 1,
    "StorageType": "standard",
    "StorageEncrypted": True,
    "KmsKeyId": KEY,
    "IAMDatabaseAuthenticationEnabled": True,
    "DeletionProtection": False,
    "CopyTagsToSnapshot": True,
    "EnabledCloudwatchLogsExports": ["audit"],
    "AvailabilityZones": list(_ZONES),
}
"""What a cluster has unless it is told otherwise."""


@dataclass
class Cluster:
    """One incarnation of a cluster: a cluster created again under the same name is another one.

    ``settings`` are the other fields of the record. At ``changes_at`` the status becomes
    ``next_status``.
    """

    name: str
    created_at: float
    engine: str = ENGINE
    status: str = AVAILABLE
    settings: Mapping[str, Any] = field(default_factory=lambda: SETTINGS)
    changes_at: float | None = None
    next_status: str = AVAILABLE

    def record(self, now: float) -> dict[str, Any]:
        """Return what DescribeDBClusters returns at a time, in seconds since the epoch."""
        is_changed = self.changes_at is not None and now >= self.changes_at
        return {
            "DBClusterIdentifier": self.name,
            "DBClusterArn": f"arn:aws:rds:eu-west-1:123456789012:cluster:{self.name}",
            "ClusterCreateTime": datetime.fromtimestamp(self.created_at, UTC),
            "Engine": self.engine,
            "Status": self.next_status if is_changed else self.status,
            **self.settings,
        }
