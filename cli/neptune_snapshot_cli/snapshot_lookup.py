"""Finds the snapshot a resource is taking, before CloudFormation knows its name."""

from collections.abc import Mapping
from typing import Final

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.stacks import Resource
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import MISSING, Missing, Snapshot
from neptune_snapshot_provider.name_rules import identifier_problem

_SLACK: Final = 5.0
"""Seconds by which Neptune's clock may be behind CloudFormation's."""


class SnapshotLookup:
    """Finds by owner tags, asking for the tags of each snapshot once."""

    def __init__(self, aws: Aws) -> None:
        """Begin with nothing known."""
        self._aws = aws
        self.since = 0.0
        """When the operation began, in seconds since the epoch."""
        self._tags: dict[str, Mapping[str, str]] = {}
        self._found: dict[tuple[str, str], Snapshot] = {}
        self._clusters: dict[tuple[str, str], str] = {}

    def find(self, resources: list[Resource]) -> list[Snapshot]:
        """The snapshots that resources in progress have begun to take.

        Args:
            resources: snapshot resources in any state.
        """
        wanted = {
            (one.stack, one.name): self.cluster(one)
            for one in resources
            if one.is_in_progress and not self.has(one)
        }
        # With every cluster known the lists are short.
        clusters = set(wanted.values())
        for cluster in [""] if "" in clusters else sorted(clusters):
            for snapshot in self._aws.snapshots(cluster):
                if self.is_new(snapshot):
                    self._assign(snapshot, wanted)
        return list(self._found.values())

    def is_new(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot was begun in this operation."""
        return snapshot.created_at is None or snapshot.created_at >= self.since - _SLACK

    def has(self, resource: Resource) -> bool:
        """Whether a resource's new snapshot has been found."""
        return (resource.stack, resource.name) in self._found

    def cluster(self, resource: Resource) -> str:
        """The cluster a resource is about: as events tell, or as its last snapshot does."""
        if resource.cluster:
            return resource.cluster
        owner = (resource.stack, resource.name)
        if owner not in self._clusters:
            name = resource.physical_id or self.used_by(resource)
            is_name = identifier_problem(name) is None
            snapshot = self._aws.snapshot(name) if is_name else MISSING
            self._clusters[owner] = "" if isinstance(snapshot, Missing) else snapshot.cluster
        return self._clusters[owner]

    def tags(self, snapshot: Snapshot) -> Mapping[str, str]:
        """The tags of a snapshot, read once."""
        if snapshot.arn not in self._tags:
            self._tags[snapshot.arn] = self._aws.tags(snapshot.arn)
        return self._tags[snapshot.arn]

    def used_by(self, resource: Resource) -> str:
        """The physical ID in CloudFormation's list, where the event of an update has none."""
        names = (
            one.physical_id
            for one in self._aws.resources(resource.stack)
            if one.name == resource.name
        )
        return next(names, "")

    def _assign(self, snapshot: Snapshot, wanted: Mapping[tuple[str, str], str]) -> None:
        tags = self.tags(snapshot)
        owner = (tags.get(OwnerTag.STACK, ""), tags.get(OwnerTag.RESOURCE, ""))
        if owner in wanted and ownership.is_own(snapshot, tags, *owner):
            self._found[owner] = snapshot
