"""What the command asks AWS, behind a narrow Protocol; it reads only. Not found is a value."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from neptune_snapshot_cli.stacks import Event, Resource, Stack
from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot


class Aws(Protocol):
    """All that the command asks. Every method may raise `NoAccess`."""

    @property
    def region(self) -> str:
        """Where it asks."""
        ...

    def stack(self, name: str) -> Stack | Missing:
        """Look at a stack, by name or ARN."""
        ...

    def events(self, stack: str) -> Iterator[Event]:
        """Look at a stack's events, newest first, by its ARN."""
        ...

    def resources(self, stack: str) -> list[Resource]:
        """Look at a stack's resources; of one that is gone there are none."""
        ...

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        """Look at one snapshot, of any engine."""
        ...

    def snapshots(self, cluster: str = "") -> Iterator[Snapshot]:
        """Look at the manual snapshots of a Neptune cluster, or of all."""
        ...

    def tags(self, arn: str) -> Mapping[str, str]:
        """Look at the tags of a snapshot."""
        ...

    def template(self, stack: str) -> Mapping[str, Any] | None:
        """Read a stack's processed template; ``None`` if it is not JSON."""
        ...

    def parameter(self, name: str) -> str:
        """Read a parameter of Parameter Store; empty if there is none."""
        ...

    def is_shared(self, identifier: str) -> bool:
        """Whether another account may restore a snapshot."""
        ...

    def cluster(self, identifier: str) -> Cluster | Missing:
        """Look at one cluster."""
        ...

    def offers_version(self, version: str) -> bool:
        """Whether Neptune still offers an engine version."""
        ...

    def has_subnet_group(self, name: str) -> bool:
        """Whether there is a subnet group."""
        ...

    def has_parameter_group(self, name: str) -> bool:
        """Whether there is a cluster parameter group."""
        ...
