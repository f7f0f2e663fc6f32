"""A Neptune, a CloudFormation and a clock in memory, for tests that need no network."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing, Snapshot, Stack
from neptune_snapshot_provider.core.refusals import (
    QuotaReached,
    Refusal,
    SnapshotBusy,
    SnapshotExists,
    SnapshotGone,
)
from neptune_snapshot_provider.core.request import parse_request
from support import events

PREFIX = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:"
NOW = 1_000_000.0
CLUSTER_AGE = 500_000.0


class VirtualClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: float = NOW) -> None:
        self.time = now
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


@dataclass
class World:
    """Neptune and CloudFormation; every call is written to ``calls``.

    ``before`` is called with the name of each call first: it may raise, or change the world.
    ``duration`` is how long snapshots take, in seconds; ``None`` for ever. ``stacks`` are the
    statuses of the stack and its ancestors; none if CloudFormation does not know the stack.
    """

    clock: VirtualClock = field(default_factory=VirtualClock)
    stacks: tuple[str, ...] = ("CREATE_IN_PROGRESS",)
    ancestors_known: bool = True
    began_at: float | None = None
    clusters: dict[str, Cluster] = field(default_factory=dict[str, Cluster])
    snapshots: dict[str, Snapshot] = field(default_factory=dict[str, Snapshot])
    tag_sets: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    calls: list[str] = field(default_factory=list[str])
    duration: float | None = 0.0
    allowed: int = 100
    shared: set[str] = field(default_factory=set[str])
    parameters: dict[str, str] = field(default_factory=dict[str, str])
    before: Callable[[str], None] | None = None

    def begin(self, *statuses: str) -> None:
        """Begin another operation of the stack, a minute later; its first request follows."""
        self.began_at = self.clock.now() + 60
        self.clock.time += 65
        self.stacks = statuses

    def refuse(self, call: str, refusal: Refusal, *, times: int = 10_000) -> None:
        """Refuse the next calls of a name."""
        left = [times]

        def before(name: str) -> None:
            if name == call and left[0] > 0:
                left[0] -= 1
                raise refusal

        self.before = before

    def add_cluster(
        self,
        identifier: str = events.CLUSTER,
        *,
        engine: str = "neptune",
        status: str = "available",
        age: float = CLUSTER_AGE,
    ) -> None:
        self.clusters[identifier] = Cluster.of(
            {
                "DBClusterIdentifier": identifier,
                "Engine": engine,
                "Status": status,
                "ClusterCreateTime": datetime.fromtimestamp(NOW - age, UTC),
            }
        )

    def add_snapshot(
        self,
        identifier: str,
        tags: Mapping[str, str] | None = None,
        *,
        cluster: str = events.CLUSTER,
        status: str = "available",
        engine: str = "neptune",
        kind: str = "manual",
        source: str = "",
        age: float = 0.0,
    ) -> Snapshot:
        created_at = self.clock.now() - age
        known = self.clusters.get(cluster)
        snapshot = Snapshot.of(
            {
                "DBClusterSnapshotIdentifier": identifier,
                "DBClusterSnapshotArn": PREFIX + identifier,
                "DBClusterIdentifier": cluster,
                "Engine": engine,
                "Status": status,
                "SnapshotType": kind,
                "PercentProgress": 100 if status == "available" else 0,
                "SnapshotCreateTime": datetime.fromtimestamp(created_at, UTC),
                "ClusterCreateTime": known.fields["ClusterCreateTime"] if known else None,
                "SourceDBClusterSnapshotArn": source,
                "AllocatedStorage": 12,
            }
        )
        self.snapshots[identifier] = snapshot
        self.tag_sets[snapshot.arn] = dict(tags or {})
        return snapshot

    def add_own(self, request_id: str, *, age: float = 0.0, **properties: object) -> str:
        """Add a snapshot that the resource took, with the name and the tags of that request."""
        request = parse_request(events.create(request_id, **properties))
        assert request.properties
        name = ownership.snapshot_identifier(request, request.properties)
        tags = {**request.properties.tags, **ownership.owner_tags(request, request.properties)}
        self.add_snapshot(name, tags, cluster=request.properties.cluster, age=age)
        return name

    def change(self, identifier: str, **fields: object) -> None:
        """Change a snapshot's record."""
        self.snapshots[identifier] = Snapshot.of({**self.snapshots[identifier].fields, **fields})

    def set_status(self, identifier: str, status: str) -> None:
        self.change(identifier, Status=status)

    def tags_of(self, identifier: str) -> dict[str, str]:
        return self.tag_sets[PREFIX + identifier]

    def stack(self, stack_id: str) -> Stack | Missing:  # noqa: ARG002 - there is one
        self._called("stack")
        if not self.stacks:
            return MISSING
        status, *ancestors = self.stacks
        return Stack(
            status=status,
            ancestors=tuple(ancestors),
            ancestors_known=self.ancestors_known,
            began_at=self.began_at,
        )

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        self._called("snapshot")
        self._pass_time()
        return self.snapshots.get(identifier, MISSING)

    def snapshots_of(self, cluster: str) -> Iterator[Snapshot]:
        self._called("snapshots_of")
        self._pass_time()
        manual = [one for one in self.snapshots.values() if one.kind == "manual"]
        yield from [one for one in manual if one.cluster == cluster]

    def tags(self, arn: str) -> Mapping[str, str]:
        self._called("tags")
        if arn.removeprefix(PREFIX) not in self.snapshots:
            raise SnapshotGone("DBSnapshotNotFound", arn, "ListTagsForResource")
        return dict(self.tag_sets[arn])

    def cluster(self, identifier: str) -> Cluster | Missing:
        self._called("cluster")
        return self.clusters.get(identifier, MISSING)

    def create(self, identifier: str, cluster: str, tags: Mapping[str, str]) -> Snapshot:
        self._called("create")
        if identifier in self.snapshots:
            raise SnapshotExists("DBClusterSnapshotAlreadyExistsFault", "exists", "Create")
        if len(self.snapshots) >= self.allowed:
            raise QuotaReached("SnapshotQuotaExceeded", "quota", "Create")
        return self.add_snapshot(identifier, tags, cluster=cluster, status="creating")

    def add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        self._called("add_tags")
        self.tag_sets[arn].update(tags)

    def remove_tags(self, arn: str, keys: tuple[str, ...]) -> None:
        self._called("remove_tags")
        for key in keys:
            self.tag_sets[arn].pop(key, None)

    def delete(self, identifier: str) -> None:
        self._called("delete")
        if identifier not in self.snapshots:
            return
        if self.snapshots[identifier].status != "available":
            raise SnapshotBusy("InvalidDBClusterSnapshotStateFault", "not available", "Delete")
        del self.snapshots[identifier]

    def is_shared(self, identifier: str) -> bool:
        self._called("is_shared")
        return identifier in self.shared

    def quota(self) -> tuple[int, int]:
        self._called("quota")
        return len(self.snapshots), self.allowed

    def parameter(self, name: str) -> str:
        self._called("parameter")
        return self.parameters.get(name, "")

    def put_parameter(self, name: str, value: str) -> None:
        self._called("put_parameter")
        self.parameters[name] = value

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.before:
            self.before(name)

    def _pass_time(self) -> None:
        for identifier, snapshot in list(self.snapshots.items()):
            if snapshot.status == "creating" and self.duration is not None:
                self._grow(identifier, snapshot, self.duration)

    def _grow(self, identifier: str, snapshot: Snapshot, duration: float) -> None:
        age = self.clock.now() - (snapshot.created_at or 0)
        percent = 100 if age >= duration else int(100 * age / duration)
        status = "available" if percent == 100 else "creating"
        self.change(identifier, Status=status, PercentProgress=percent)
