"""What a user declares: snapshots, how long each may take, and what has to wait for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from neptune_snapshot_provider.contract import (
    RESOURCE_TYPE,
    TIMEOUT_MAX,
    WAIT_RESOURCE_TYPE,
    OnTimeout,
    WhenClusterMissing,
)


@dataclass(frozen=True)
class Declared:
    """One snapshot of a template; ``links`` more resources wait for it after its own hour."""

    logical_id: str
    cluster: str = "graph"
    trigger: str = ""
    name: str = ""
    prefix: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: int = TIMEOUT_MAX
    retain: bool = False
    links: int = 0
    keep_last: int = 0
    parameter: str = ""
    reuse: int = 0
    skips: bool = False

    def but(self, **changes: Any) -> "Declared":  # noqa: ANN401 - fields
        """The same with changes."""
        return replace(self, **changes)

    def properties(self) -> dict[str, Any]:
        """``ResourceProperties`` of the snapshot."""
        optional = {
            "Trigger": self.trigger,
            "DBClusterSnapshotIdentifier": self.name,
            "SnapshotIdentifierPrefix": self.prefix,
            "OnTimeout": OnTimeout.CONTINUE if self.links else "",
            "KeepLast": str(self.keep_last or ""),
            "LastGoodParameter": "" if self.links else self.parameter,
            "ReuseYoungerThanSeconds": str(self.reuse or ""),
            "WhenClusterMissing": WhenClusterMissing.SKIP if self.skips else "",
        }
        return {
            "ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:Provider",
            "ServiceTimeout": "3600",
            "DBClusterIdentifier": self.cluster,
            "TimeoutSeconds": str(self.timeout),
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            **{key: value for key, value in optional.items() if value},
        }

    def link_ids(self) -> list[str]:
        """Logical ids of the resources that wait on."""
        return [f"{self.logical_id}Wait{number}" for number in range(self.links)]

    def link_properties(self, logical_id: str, snapshot: str) -> dict[str, Any]:
        """``ResourceProperties`` of one of them."""
        is_last = logical_id == self.link_ids()[-1]
        afterwards = {
            "KeepLast": str(self.keep_last or ""),
            "LastGoodParameter": self.parameter,
            "SnapshotLogicalResourceId": self.logical_id,
        }
        return {
            **{key: value for key, value in afterwards.items() if is_last and value},
            "ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:Provider",
            "DBClusterSnapshotIdentifier": snapshot,
            "TimeoutSeconds": str(self.timeout),
            "OnTimeout": OnTimeout.FAIL if is_last else OnTimeout.CONTINUE,
        }


@dataclass(frozen=True)
class Template:
    """Snapshots and a migration that starts when all of them are available."""

    snapshots: tuple[Declared, ...]
    migration_fails: bool = False

    def resource_ids(self) -> dict[str, str]:
        """Type of each custom resource by its logical id."""
        types: dict[str, str] = {}
        for one in self.snapshots:
            types[one.logical_id] = RESOURCE_TYPE
            types.update(dict.fromkeys(one.link_ids(), WAIT_RESOURCE_TYPE))
        return types
