"""What AWS says of a snapshot, a cluster or a stack, as far as decisions need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final

from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS


class Missing(Enum):
    """It was looked for and is not there."""

    MISSING = auto()


MISSING: Final = Missing.MISSING

CLOCKS_DIFFER: Final = 2.0
"""Seconds by which the clocks of two AWS services may differ, rounding included."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Status of the own stack and, if it is nested, of those above it.

    ``began_at`` is when the own stack's last update, or its deletion, began, in seconds since the
    epoch; ``None`` if there was none.
    """

    statuses: tuple[str, ...]
    began_at: float | None = None

    @property
    def is_rolling_back(self) -> bool:
        """Whether CloudFormation is undoing, in this stack or in one above it."""
        return any("ROLLBACK" in status for status in self.statuses)

    @property
    def is_idle(self) -> bool:
        """Whether the own stack waits for nothing: a request then is a late delivery."""
        return not self.statuses[0].endswith("_IN_PROGRESS")

    def is_beyond(self, sent_at: float | None) -> bool:
        """Whether the operation that a request was sent in is over, and a later one has begun."""
        if sent_at is None or self.began_at is None:
            return False
        return self.began_at > sent_at + CLOCKS_DIFFER

    @property
    def is_deleting(self) -> bool:
        """Whether the stack goes away."""
        return any(status.startswith("DELETE") for status in self.statuses)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A DB cluster; ``fields`` is the API's whole record."""

    identifier: str
    engine: str
    status: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "Cluster":
        """Read the API's record; what it leaves out stays empty."""
        return cls(
            identifier=str(fields.get("DBClusterIdentifier", "")),
            engine=str(fields.get("Engine", "")),
            status=str(fields.get("Status", "")),
            fields=fields,
        )


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A DB cluster snapshot.

    ``percent`` is ``None`` while Neptune reports no progress; ``created_at`` is in seconds since
    the epoch. ``fields`` is the API's whole record.
    """

    identifier: str
    arn: str
    engine: str
    status: str
    cluster: str = ""
    kind: str = "manual"
    percent: int | None = None
    created_at: float | None = None
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "Snapshot":
        """Read the API's record; what it leaves out stays empty."""
        percent = fields.get("PercentProgress")
        created_at = fields.get("SnapshotCreateTime")
        return cls(
            identifier=str(fields.get("DBClusterSnapshotIdentifier", "")),
            arn=str(fields.get("DBClusterSnapshotArn", "")),
            engine=str(fields.get("Engine", "")),
            status=str(fields.get("Status", "")),
            cluster=str(fields.get("DBClusterIdentifier", "")),
            kind=str(fields.get("SnapshotType", "")),
            percent=percent if isinstance(percent, int) else None,
            created_at=created_at.timestamp() if isinstance(created_at, datetime) else None,
            fields=fields,
        )


def attributes(fields: Mapping[str, object]) -> dict[str, str]:
    """All 21 attributes as short strings; one that is absent is the empty string."""
    return {name: _text(fields.get(name)) for name in SNAPSHOT_FIELDS}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list | tuple):
        return ",".join(str(item) for item in value)
    return str(value)
