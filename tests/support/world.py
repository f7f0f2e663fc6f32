"""A Neptune, a CloudFormation and a clock in memory, for tests that need no network."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from neptune_snapshot_provider.aws.protocol import QuotaReached, SnapshotBusy, SnapshotExists
from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing, Snapshot, Stack

PREFIX = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:"


class VirtualClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.time = now
        self.naps: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds


@dataclass
class World:
    """Neptune and CloudFormation; every call is written to ``calls``.

    ``before`` is called with the name of each call first: it may raise, or change the world.
    ``duration`` is how long snapshots take, in seconds; ``None`` for ever.
    """

    clock: VirtualClock = field(default_factory=VirtualClock)
    stacks: tuple[str, ...] = ("CREATE_IN_PROGRESS",)
    clusters: dict[str, Cluster] = field(default_factory=dict[str, Cluster])
    snapshots: dict[str, Snapshot] = field(default_factory=dict[str, Snapshot])
    tag_sets: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    calls: list[str] = field(default_factory=list[str])
    duration: float | None = 0.0
    allowed: int = 100
    shared: set[str] = field(default_factory=set[str])
    parameters: dict[str, str] = field(default_factory=dict[str, str])
    before: Callable[[str], None] | None = None

    def add_cluster(
        self, identifier: str = "my-graph", *, engine: str = "neptune", status: str = "available"
    ) -> None:
        self.clusters[identifier] = Cluster(identifier=identifier, engine=engine, status=status)

    def add_snapshot(
        self,
        identifier: str,
        tags: Mapping[str, str] | None = None,
        *,
        cluster: str = "my-graph",
        status: str = "available",
        engine: str = "neptune",
        age: float = 0.0,
    ) -> Snapshot:
        created_at = self.clock.now() - age
        snapshot = Snapshot.of(
            {
                "DBClusterSnapshotIdentifier": identifier,
                "DBClusterSnapshotArn": PREFIX + identifier,
                "DBClusterIdentifier": cluster,
                "Engine": engine,
                "Status": status,
                "SnapshotType": "manual",
                "PercentProgress": 100 if status == "available" else 0,
                "SnapshotCreateTime": datetime.fromtimestamp(created_at, UTC),
                "AllocatedStorage": 12,
            }
        )
        self.snapshots[identifier] = snapshot
        self.tag_sets[snapshot.arn] = dict(tags or {})
        return snapshot

    def set_status(self, identifier: str, status: str) -> None:
        old = self.snapshots[identifier]
        fields = {**old.fields, "Status": status}
        self.snapshots[identifier] = Snapshot.of(fields)

    def tags_of(self, identifier: str) -> dict[str, str]:
        return self.tag_sets[PREFIX + identifier]

    def stack(self, stack_id: str) -> Stack:  # noqa: ARG002 - there is one
        self._called("stack")
        return Stack(statuses=self.stacks)

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        self._called("snapshot")
        self._pass_time()
        return self.snapshots.get(identifier, MISSING)

    def snapshots_of(self, cluster: str) -> Iterator[Snapshot]:
        self._called("snapshots_of")
        self._pass_time()
        yield from [one for one in self.snapshots.values() if one.cluster == cluster]

    def tags(self, arn: str) -> Mapping[str, str]:
        self._called("tags")
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
        for identifier, snapshot in self.snapshots.items():
            if snapshot.status == "creating" and self.duration is not None:
                self.snapshots[identifier] = self._grown(snapshot, self.duration)

    def _grown(self, snapshot: Snapshot, duration: float) -> Snapshot:
        age = self.clock.now() - (snapshot.created_at or 0)
        percent = 100 if age >= duration else int(100 * age / duration)
        status = "available" if percent == 100 else "creating"
        fields = {**snapshot.fields, "Status": status, "PercentProgress": percent}
        return replace(Snapshot.of(fields))
