"""The AWS calls of the command, behind a narrow Protocol; they read. Not found is a value."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from neptune_snapshot_cli.stacks import Event, Resource, Stack
from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot


class Aws(Protocol):
    """The calls of the command. Every method may raise `NoAccess`."""

    @property
    def region(self) -> str:
        """The region of the calls."""
        ...

    def stack(self, name: str) -> Stack | Missing:
        """Read a stack, by name or ARN."""
        ...

    def events(self, stack: str) -> Iterator[Event]:
        """Read a stack's events, newest first, by its ARN."""
        ...

    def resources(self, stack: str) -> list[Resource]:
        """Read a stack's resources; a stack that does not exist has none."""
        ...

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        """Read one snapshot, of any engine."""
        ...

    def snapshots(self, cluster: str = "") -> Iterator[Snapshot]:
        """Read the manual snapshots of a Neptune cluster, or of all."""
        ...

    def tags(self, arn: str) -> Mapping[str, str]:
        """Read the tags of a snapshot."""
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
        """Read one cluster."""
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
