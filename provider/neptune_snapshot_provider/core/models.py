"""What AWS reports of a snapshot, a cluster or a stack, as far as decisions need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Final


class Missing(Enum):
    """AWS was asked for it and does not know it."""

    MISSING = auto()


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One record of ``DescribeStacks``, which may be several seconds old.

    ``ancestors`` are the statuses of the stacks around a nested one, nearest first;
    ``ancestors_known`` is false when one of them could not be described. ``began_at`` is when the
    stack's last update, or its deletion, began, in seconds since the epoch; ``None`` if there was
    none.
    """

    status: str
    ancestors: tuple[str, ...] = ()
    ancestors_known: bool = True
    began_at: float | None = None

    @property
    def text(self) -> str:
        """All statuses, for a message."""
        return "/".join((self.status, *self.ancestors))


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A DB cluster; ``fields`` is the API's whole record."""

    identifier: str
    engine: str
    status: str
    created_at: float | None = None
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "Cluster":
        """Read the API's record; what it leaves out stays empty."""
        return cls(
            identifier=str(fields.get("DBClusterIdentifier", "")),
            engine=str(fields.get("Engine", "")),
            status=str(fields.get("Status", "")),
            created_at=_seconds(fields.get("ClusterCreateTime")),
            fields=fields,
        )


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A DB cluster snapshot.

    ``percent`` is ``None`` while Neptune reports no progress. ``created_at`` and
    ``cluster_created_at`` are in seconds since the epoch. ``source_arn`` is the snapshot that this
    one is a copy of. ``fields`` is the API's whole record.
    """

    identifier: str
    arn: str
    engine: str
    status: str
    cluster: str = ""
    kind: str = "manual"
    percent: int | None = None
    created_at: float | None = None
    cluster_created_at: float | None = None
    source_arn: str = ""
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "Snapshot":
        """Read the API's record; what it leaves out stays empty."""
        percent = fields.get("PercentProgress")
        return cls(
            identifier=str(fields.get("DBClusterSnapshotIdentifier", "")),
            arn=str(fields.get("DBClusterSnapshotArn", "")),
            engine=str(fields.get("Engine", "")),
            status=str(fields.get("Status", "")),
            cluster=str(fields.get("DBClusterIdentifier", "")),
            kind=str(fields.get("SnapshotType", "")),
            percent=percent if isinstance(percent, int) else None,
            created_at=_seconds(fields.get("SnapshotCreateTime")),
            cluster_created_at=_seconds(fields.get("ClusterCreateTime")),
            source_arn=str(fields.get("SourceDBClusterSnapshotArn") or ""),
            fields=fields,
        )


def _seconds(value: object) -> float | None:
    return value.timestamp() if isinstance(value, datetime) else None
