"""What the provider asks of AWS, as a narrow Protocol, and the refusals of a call."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot, Stack


class Aws(Protocol):
    """All that a request needs of AWS. Every method may raise `Refusal`."""

    def stack(self, stack_id: str) -> Stack | Missing:
        """Read the status of the stack and of those around it, as far as that is permitted."""
        ...

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        """Describe one snapshot."""
        ...

    def snapshots_of(self, cluster: str) -> Iterator[Snapshot]:
        """Describe all manual snapshots of a cluster."""
        ...

    def tags(self, arn: str) -> Mapping[str, str]:
        """List the tags of a snapshot."""
        ...

    def cluster(self, identifier: str) -> Cluster | Missing:
        """Describe one cluster."""
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
        """Delete a snapshot; one that does not exist is deleted already."""
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
