"""A snapshot, and the record that the API returns of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from fake_neptune.behaviour import AVAILABLE, ProgressCurve, SnapshotBehaviour
from fake_neptune.cluster import ENGINE

ARN: Final = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:"
"""The beginning of a snapshot's ARN, in the account of the tests."""
_OF_CLUSTER: Final = (
    *("ClusterCreateTime", "Engine", "EngineVersion", "Port", "MasterUsername", "AllocatedStorage"),
    *("StorageEncrypted", "KmsKeyId", "IAMDatabaseAuthenticationEnabled", "AvailabilityZones"),
)
_PASSED_BY: Final = {"VpcId": "vpc-0123456789abcdef0", "LicenseModel": "amazon-license"}


@dataclass(kw_only=True)
class Snapshot:
    """One snapshot; times are in seconds since the epoch, as ``now`` returns them.

    ``fields`` are the rest of the API's record. ``forced_status`` overrides what the clock says.
    ``source`` is the ARN of the snapshot that this one is a copy of, ``shared_with`` the accounts
    that may restore it. ``gone_at`` is when its deletion is complete.
    """

    name: str
    cluster: str
    now: Callable[[], float]
    created_at: float
    arn_prefix: str = ARN
    behaviour: SnapshotBehaviour = field(default_factory=SnapshotBehaviour)
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    kind: str = "manual"
    source: str = ""
    forced_status: str = ""
    shared_with: set[str] = field(default_factory=set[str])
    gone_at: float | None = None

    @property
    def arn(self) -> str:
        """The snapshot's ARN."""
        return self.arn_prefix + self.name

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return self.now() - self.created_at

    @property
    def is_visible(self) -> bool:
        """Whether Describe finds it already."""
        return self.age >= self.behaviour.hidden_seconds

    @property
    def is_gone(self) -> bool:
        """Whether its deletion is complete."""
        return self.gone_at is not None and self.now() >= self.gone_at

    @property
    def status(self) -> str:
        """The state now."""
        if self.gone_at is not None:
            return "deleting"
        return self.forced_status or self.behaviour.status_at(self.age)

    @property
    def percent(self) -> int | None:
        """``PercentProgress`` now; ``None`` where the API reports nothing."""
        if self.forced_status:
            return 100 if self.forced_status == AVAILABLE else 0
        return self.behaviour.percent_at(self.age)

    def record(self) -> dict[str, Any]:
        """Return what DescribeDBClusterSnapshots returns now: no tags, and no empty fields."""
        return _filled(
            {
                "DBClusterSnapshotIdentifier": self.name,
                "DBClusterSnapshotArn": self.arn,
                "DBClusterIdentifier": self.cluster,
                "SnapshotCreateTime": datetime.fromtimestamp(self.created_at, UTC),
                "Status": self.status,
                "PercentProgress": self.percent,
                "SnapshotType": self.kind,
                "SourceDBClusterSnapshotArn": self.source,
                **self.fields,
            }
        )

    def first_record(self) -> dict[str, Any]:
        """Return the response to its creation, in which also a quick snapshot is not available."""
        percent = None if self.behaviour.progress is ProgressCurve.ABSENT else 0
        first = {"Status": self.behaviour.status, "PercentProgress": percent}
        return _filled({**self.record(), **first})


def inherited(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a snapshot has from the record of its cluster."""
    held = {key: cluster[key] for key in _OF_CLUSTER if key in cluster}
    return {"Engine": ENGINE, **held, **_PASSED_BY}


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value not in (None, "")}
