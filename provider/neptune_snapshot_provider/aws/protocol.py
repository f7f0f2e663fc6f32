"""What is asked of AWS, behind a narrow Protocol, and what is made of a refusal."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot, Stack


class Refusal(Exception):
    """The API refused a call; ``code`` is the fault's name on the wire."""

    def __init__(self, code: str, message: str, operation: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code
        self.message = message
        self.operation = operation


class SnapshotExists(Refusal):
    """The name is taken, perhaps by an earlier delivery of the same request."""


class SnapshotGone(Refusal):
    """It was there a moment ago."""


class ClusterBusy(Refusal):
    """The cluster's state forbids a snapshot now."""


class ClusterUnknown(Refusal):
    """There is no such cluster."""


class SnapshotBusy(Refusal):
    """The snapshot's state forbids a delete now."""


class QuotaReached(Refusal):
    """There is no room for another manual snapshot."""


class Denied(Refusal):
    """A right is missing, perhaps only as long as the role is new."""


class Unavailable(Refusal):
    """Throttled, a fault of the service, or no connection: ask again."""


class Aws(Protocol):
    """All that a request needs of AWS.

    Every method may raise `Refusal`, or `ApiFault` for a refusal nobody has an answer to.
    """

    def stack(self, stack_id: str) -> Stack:
        """Look at the own stack and those above it."""
        ...

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        """Look at one snapshot."""
        ...

    def snapshots_of(self, cluster: str) -> Iterator[Snapshot]:
        """Look at all manual snapshots of a cluster."""
        ...

    def tags(self, arn: str) -> Mapping[str, str]:
        """Look at the tags of a snapshot."""
        ...

    def cluster(self, identifier: str) -> Cluster | Missing:
        """Look at one cluster."""
        ...

    def create(self, identifier: str, cluster: str, tags: Mapping[str, str]) -> Snapshot:
        """Start a snapshot."""
        ...

    def add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags of a snapshot."""
        ...

    def remove_tags(self, arn: str, keys: tuple[str, ...]) -> None:
        """Remove tags of a snapshot."""
        ...

    def delete(self, identifier: str) -> None:
        """Delete a snapshot; one that is gone already is fine."""
        ...

    def is_shared(self, identifier: str) -> bool:
        """Whether another account may restore a snapshot."""
        ...

    def quota(self) -> tuple[int, int]:
        """Manual cluster snapshots in this account and region: how many are used, and allowed."""
        ...

    def parameter(self, name: str) -> str:
        """Read a parameter of Parameter Store; empty while there is none."""
        ...

    def put_parameter(self, name: str, value: str) -> None:
        """Write a parameter of Parameter Store."""
        ...
