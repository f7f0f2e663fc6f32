"""Clusters and snapshots of one account and region, and what happens to them without a call."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from fake_neptune import errors, rules
from fake_neptune.behaviour import AVAILABLE, SnapshotBehaviour
from fake_neptune.cluster import ENGINE, SETTINGS, Cluster
from fake_neptune.snapshot import ARN, Snapshot, inherited

_S = TypeVar("_S", bound=Snapshot)


class Store(Generic[_S]):
    """Clusters and snapshots.

    ``now`` tells the time, in seconds since the epoch. ``make`` is the class of the snapshots.
    ``behaviour`` is that of snapshots created from now on. ``quota`` is how many manual ones there
    may be, ``page_size`` how many a page has. ``tags_of_missing`` is the code with which
    ListTagsForResource refuses a snapshot that does not exist.
    """

    def __init__(self, now: Callable[[], float], make: type[_S], arn_prefix: str = ARN) -> None:
        self.now = now
        self.clusters: dict[str, Cluster] = {}
        self.snapshots: dict[str, _S] = {}
        self.behaviour = SnapshotBehaviour()
        self.quota = 100
        self.page_size = rules.PAGE_MAX
        self.tags_of_missing = "DBClusterSnapshotNotFoundFault"
        self._make = make
        self._arn_prefix = arn_prefix

    # What an adapter may override.

    def cluster_records(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the records of all clusters by their names."""
        return {name: one.record(self.now()) for name, one in self.clusters.items()}

    def behaviour_of(self, cluster: str) -> SnapshotBehaviour:  # noqa: ARG002 - for overriding
        """Return how a new snapshot of a cluster behaves."""
        return self.behaviour

    def changing(self, operation: str, snapshot: _S) -> None:
        """Notice a change to a snapshot, before it is made."""

    # What happens without a call.

    def add_cluster(
        self,
        name: str,
        engine: str = ENGINE,
        status: str = AVAILABLE,
        **settings: Any,  # noqa: ANN401 - fields of the record
    ) -> None:
        """Create a cluster, or the next incarnation of a cluster of that name."""
        self.clusters[name] = Cluster(name, self.now(), engine, status, {**SETTINGS, **settings})

    def set_status(self, name: str, status: str, *, seconds: float = 0.0, then: str = "") -> None:
        """Change the state of a cluster; ``then`` is the state ``seconds`` later, if any."""
        cluster = self.clusters[name]
        cluster.status = status
        cluster.changes_at = self.now() + seconds if then else None
        cluster.next_status = then

    def add(
        self,
        name: str,
        tags: Mapping[str, str],
        *,
        cluster: str = "graph",
        behaviour: SnapshotBehaviour | None = None,
        fields: Mapping[str, Any] | None = None,
        **others: Any,  # noqa: ANN401 - attributes of the snapshot
    ) -> _S:
        """Add a snapshot; unless ``behaviour`` says otherwise, it is available at once."""
        snapshot = self.new(name, cluster, tags, behaviour or SnapshotBehaviour(seconds=0))
        snapshot.fields |= fields or {}
        for key, value in others.items():
            setattr(snapshot, key, value)
        self.snapshots[name] = snapshot
        return snapshot

    def find(self, name: str) -> _S | None:
        """Return a snapshot, unless its deletion is complete."""
        snapshot = self.snapshots.get(name)
        if snapshot is not None and snapshot.is_gone:
            del self.snapshots[name]
            return None
        return snapshot

    def status_of(self, name: str) -> str:
        """Return the snapshot's state, empty if there is none."""
        snapshot = self.find(name)
        return snapshot.status if snapshot else ""

    @property
    def used(self) -> int:
        """How many snapshots count against the quota."""
        found = map(self.find, list(self.snapshots))
        return sum(1 for one in found if one and one.kind == "manual")

    # What operations have in common.

    def new(
        self, name: str, cluster: str, tags: Mapping[str, str], behaviour: SnapshotBehaviour
    ) -> _S:
        """Make a snapshot that begins now; nobody sees it yet."""
        return self._make(
            name=name,
            cluster=cluster,
            now=self.now,
            created_at=self.now(),
            arn_prefix=self._arn_prefix,
            behaviour=behaviour,
            fields=inherited(self.cluster_records().get(cluster, {})),
            tags=dict(tags),
        )

    def started(self, operation: str, snapshot: _S) -> dict[str, Any]:
        """Put a new snapshot in, and return the response to the call that made it."""
        self.changing(operation, snapshot)
        self.snapshots[snapshot.name] = snapshot
        return {"DBClusterSnapshot": snapshot.first_record()}

    def free(self, parameter: str, value: str) -> str:
        """Return a new identifier as it is stored, unless it is taken."""
        name = rules.identifier(parameter, value)
        if self.find(name):
            raise errors.snapshot_exists(name)
        return name

    def within_quota(self) -> None:
        """Refuse a snapshot beyond the quota."""
        if self.used >= self.quota:
            raise errors.quota_exceeded(self.quota)

    def known(self, name_or_arn: str) -> _S:
        """Return a snapshot by its name or its ARN, unless it is gone."""
        name = name_or_arn.rpartition(":")[2].lower()
        snapshot = self.find(name)
        if snapshot is None:
            raise errors.no_snapshot(name)
        return snapshot
