"""A Neptune that refuses what the real one refuses, and takes its time."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from neptune_snapshot_provider.contract import ENGINE, identifier_problem
from simulation.engine import Engine
from simulation.faults import client_error
from simulation.records import ARN, Cluster, Snapshot

PAGE: Final = 2
"""Snapshots on a page: so few that paging matters."""
DELETING_SECONDS: Final = 4.0
TAGS_MAX: Final = 50


class Neptune:
    """The operations of the ``neptune`` client that the provider uses.

    ``duration`` is how long snapshots take, in seconds, ``None`` for ever. ``hidden`` is how long
    a new one is not to be seen. ``progress_moves`` says whether ``PercentProgress`` grows, or stays
    at 0 until the snapshot is available. ``tags_of_missing`` is the code with which
    ListTagsForResource refuses a snapshot that does not exist. ``witness`` is told of every change
    before it is made.
    """

    def __init__(self, engine: Engine, witness: Callable[[str, Snapshot], None]) -> None:
        self.clusters: dict[str, Cluster] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.duration: float | None = 0.0
        self.hidden = 0.0
        self.progress_moves = True
        self.tags_of_missing = "DBClusterSnapshotNotFoundFault"
        self.quota = 100
        self._engine = engine
        self._witness = witness

    def add_cluster(
        self,
        name: str,
        engine: str = ENGINE,
        status: str = "available",
        **settings: Any,  # noqa: ANN401 - fields of the record
    ) -> None:
        """Create a cluster, or the next incarnation of a cluster of that name."""
        self.clusters[name] = Cluster(name, self._engine.now, engine, status, settings)

    def set_status(self, name: str, status: str, *, seconds: float = 0.0, then: str = "") -> None:
        """Change the state of a cluster; ``then`` is the state ``seconds`` later, if any."""
        cluster = self.clusters[name]
        cluster.status = status
        if then:
            self._engine.after(seconds, lambda: setattr(cluster, "status", then))

    def copy(self, name: str, target: str, **others: Any) -> Snapshot:  # noqa: ANN401 - fields
        """Copy a snapshot with all its tags, as ``copy-db-cluster-snapshot --copy-tags`` does."""
        source = self.snapshots[name]
        values = {
            "cluster": source.cluster,
            "source": ARN + name,
            "cluster_born_at": source.cluster_born_at,
            **others,
        }
        return self.add(target, source.tags, **values)

    def add(self, name: str, tags: Mapping[str, str], **others: Any) -> Snapshot:  # noqa: ANN401 - fields
        """Add a snapshot that the provider did not create; it is available at once."""
        now = self._engine.now
        values = {"cluster": "graph", "ready_at": now, **others}
        cluster = self.clusters.get(str(values["cluster"]))
        values.setdefault("cluster_born_at", cluster.created_at if cluster else 0.0)
        snapshot = Snapshot(name=name, tags=dict(tags), born_at=now, **values)
        self.snapshots[name] = snapshot
        return snapshot

    def status_of(self, name: str) -> str:
        """The snapshot's state, empty if there is none."""
        snapshot = self._find(name)
        return snapshot.status_at(self._engine.now) if snapshot else ""

    def describe_db_cluster_snapshots(self, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - API
        """One by name, or a page of those of a cluster."""
        name = wanted.get("DBClusterSnapshotIdentifier", "").lower()
        if name:
            found = self._find(name)
            if found is None or found.visible_at > self._engine.now:
                raise _refusal("DBClusterSnapshotNotFoundFault", name)
            return {"DBClusterSnapshots": [found.record(self._engine.now)]}
        cluster = wanted["DBClusterIdentifier"].lower()
        names = sorted(
            one.name
            for one in list(self.snapshots.values())
            if self._find(one.name) and one.cluster == cluster and one.kind == "manual"
        )
        names = [one for one in names if one > wanted.get("Marker", "")]
        page = [self.snapshots[one].record(self._engine.now) for one in names[:PAGE]]
        more = {"Marker": names[PAGE - 1]} if len(names) > PAGE else {}
        return {"DBClusterSnapshots": page, **more}

    def describe_db_clusters(self, *, DBClusterIdentifier: str) -> dict[str, Any]:  # noqa: N803 - API
        """One cluster."""
        name = DBClusterIdentifier.lower()
        if name not in self.clusters:
            raise _refusal("DBClusterNotFoundFault", name)
        return {"DBClusters": [self.clusters[name].record()]}

    def list_tags_for_resource(self, *, ResourceName: str) -> dict[str, Any]:  # noqa: N803 - API
        """The tags of a snapshot."""
        tags = self._by_arn(ResourceName, self.tags_of_missing).tags
        return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def describe_db_cluster_snapshot_attributes(
        self,
        *,
        DBClusterSnapshotIdentifier: str,  # noqa: N803 - API
    ) -> dict[str, Any]:
        """With whom a snapshot is shared."""
        snapshot = self._by_arn(ARN + DBClusterSnapshotIdentifier)
        values = ["999999999999"] if snapshot.shared else []
        attribute = {"AttributeName": "restore", "AttributeValues": values}
        return {
            "DBClusterSnapshotAttributesResult": {
                "DBClusterSnapshotIdentifier": snapshot.name,
                "DBClusterSnapshotAttributes": [attribute],
            }
        }

    def describe_account_attributes(self) -> dict[str, Any]:
        """The quota; this one is an operation of the ``rds`` client."""
        used = sum(1 for name in list(self.snapshots) if self._find(name))
        quota = {"AccountQuotaName": "ManualClusterSnapshots", "Used": used, "Max": self.quota}
        return {"AccountQuotas": [{"AccountQuotaName": "Else", "Used": 0, "Max": 1}, quota]}

    def create_db_cluster_snapshot(
        self,
        *,
        DBClusterSnapshotIdentifier: str,  # noqa: N803 - API
        DBClusterIdentifier: str,  # noqa: N803 - API
        Tags: list[dict[str, str]],  # noqa: N803 - API
    ) -> dict[str, Any]:
        """Start a snapshot, if all is well."""
        name, cluster = DBClusterSnapshotIdentifier.lower(), DBClusterIdentifier.lower()
        if identifier_problem(name) or len(Tags) > TAGS_MAX:
            raise _refusal("InvalidParameterValue", name)
        if self._find(name):
            raise _refusal("DBClusterSnapshotAlreadyExistsFault", name)
        if cluster not in self.clusters:
            raise _refusal("DBClusterNotFoundFault", cluster)
        if self.clusters[cluster].status != "available":
            raise _refusal("InvalidDBClusterStateFault", cluster)
        if len(self.snapshots) >= self.quota:
            raise _refusal("SnapshotQuotaExceeded", cluster)
        now = self._engine.now
        tags = {tag["Key"]: tag["Value"] for tag in Tags}
        ready_at = None if self.duration is None else now + self.duration
        snapshot = Snapshot(name, cluster, tags, now, ready_at, visible_at=now + self.hidden)
        snapshot.engine = self.clusters[cluster].engine
        snapshot.cluster_born_at = self.clusters[cluster].created_at
        snapshot.progress_moves = self.progress_moves
        self._witness("create", snapshot)
        self.snapshots[name] = snapshot
        # The answer to a create says `creating` however quick the snapshot is.
        return {"DBClusterSnapshot": {**snapshot.record(now), "Status": "creating"}}

    def delete_db_cluster_snapshot(
        self,
        *,
        DBClusterSnapshotIdentifier: str,  # noqa: N803 - API
    ) -> dict[str, Any]:
        """Start a deletion; only what is available can be deleted."""
        snapshot = self._find(DBClusterSnapshotIdentifier.lower())
        if snapshot is None:
            raise _refusal("DBClusterSnapshotNotFoundFault", DBClusterSnapshotIdentifier)
        if snapshot.status_at(self._engine.now) != "available":
            raise _refusal("InvalidDBClusterSnapshotStateFault", snapshot.name)
        self._witness("delete", snapshot)
        snapshot.gone_at = self._engine.now + DELETING_SECONDS
        return {"DBClusterSnapshot": snapshot.record(self._engine.now)}

    def add_tags_to_resource(
        self,
        *,
        ResourceName: str,  # noqa: N803 - API
        Tags: list[dict[str, str]],  # noqa: N803 - API
    ) -> dict[str, Any]:
        """Add or overwrite tags."""
        snapshot = self._by_arn(ResourceName)
        self._witness("tag", snapshot)
        snapshot.tags.update({tag["Key"]: tag["Value"] for tag in Tags})
        return {}

    def remove_tags_from_resource(
        self,
        *,
        ResourceName: str,  # noqa: N803 - API
        TagKeys: list[str],  # noqa: N803 - API
    ) -> dict[str, Any]:
        """Remove tags."""
        snapshot = self._by_arn(ResourceName)
        self._witness("untag", snapshot)
        for key in TagKeys:
            snapshot.tags.pop(key, None)
        return {}

    def _find(self, name: str) -> Snapshot | None:
        snapshot = self.snapshots.get(name)
        if snapshot and snapshot.gone_at is not None and self._engine.now >= snapshot.gone_at:
            del self.snapshots[name]
            return None
        return snapshot

    def _by_arn(self, arn: str, missing: str = "DBClusterSnapshotNotFoundFault") -> Snapshot:
        snapshot = self._find(arn.removeprefix(ARN))
        if snapshot is None:
            raise _refusal(missing, arn)
        return snapshot


def _refusal(code: str, about: str) -> Exception:
    status = 404 if "NotFound" in code else 400
    return client_error(code, f"{about} is refused", "Operation", status)
