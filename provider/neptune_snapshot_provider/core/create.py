"""A new snapshot: meet the one this request has started, reuse a young one, or start it; pure."""

from typing import Final

from neptune_snapshot_provider.contract import AVAILABLE, ENGINE, Outcome
from neptune_snapshot_provider.core import ownership, restore
from neptune_snapshot_provider.core.availability import (
    await_available,
    gone,
    is_dead,
    unless_pending,
)
from neptune_snapshot_provider.core.models import MISSING, Cluster, Snapshot
from neptune_snapshot_provider.core.request import Properties, Request
from neptune_snapshot_provider.core.steps import (
    Answer,
    CreateSnapshot,
    Fact,
    Look,
    Seen,
    Step,
    Wait,
)
from neptune_snapshot_provider.core.update import tag_change
from neptune_snapshot_provider.errors import (
    ClusterUnusable,
    DBClusterNotFoundFault,
    DBClusterSnapshotAlreadyExistsFault,
    UnsupportedEngine,
)

MISSES_MAX: Final = 5
"""A snapshot just started may not be visible at once; after so many looks in a row it is gone."""
_CLUSTER_DEAD: Final = ("deleting", "inaccessible-encryption-credentials", "incompatible-")


def take(request: Request, properties: Properties, seen: Seen) -> Step:
    """Answer with a new snapshot, of this request and no other.

    Raises:
        ProviderError: it cannot be taken, or the name is somebody else's.
    """
    snapshot = seen.snapshot
    if snapshot is None:
        return Look(Fact.SNAPSHOT)
    if snapshot is MISSING:
        return (
            _start(request, properties, seen) if not seen.started else _not_visible(request, seen)
        )
    if seen.tags is None:
        return Look(Fact.TAGS)
    if not ownership.is_of_request(seen.tags, request):
        raise DBClusterSnapshotAlreadyExistsFault(
            f"snapshot {snapshot.identifier} exists, not made by this request; it is untouched.",
            "Choose another identifier.",
            snapshot=snapshot.identifier,
            status=snapshot.status,
        )
    return await_available(snapshot, Outcome.CREATED)


def _start(request: Request, properties: Properties, seen: Seen) -> Step:
    if properties.reuse_seconds:
        if seen.reusable is None:
            return Look(Fact.REUSABLE)
        if seen.reusable is not MISSING:
            return _reuse(request, properties, seen.reusable, seen)
    cluster = seen.cluster
    if cluster is None:
        return Look(Fact.CLUSTER)
    if cluster is MISSING:
        return _without_cluster(request, properties)
    _refuse_unusable(cluster)
    if cluster.status != AVAILABLE:
        situation = (
            f"cluster {cluster.identifier} is {cluster.status}: waiting until it is available"
        )
        return Wait(situation, (Fact.CLUSTER, Fact.STACK), cluster.status)
    if step := unless_pending(request, properties, seen):
        return step
    tags = {
        **properties.tags,
        **restore.recipe(cluster.fields),
        **ownership.owner_tags(request, properties),
    }
    return CreateSnapshot(ownership.subject(request, seen), properties.cluster, tags)


def _reuse(request: Request, properties: Properties, snapshot: Snapshot, seen: Seen) -> Step:
    if seen.tags is None:
        return Look(Fact.REUSABLE)
    old = request.old.tags if request.old else {}
    if change := tag_change(snapshot.arn, old, properties.tags, seen.tags):
        return unless_pending(request, properties, seen) or change
    name = snapshot.identifier
    return Answer(name, f"snapshot {name} is reused", snapshot, Outcome.REUSED)


def _without_cluster(request: Request, properties: Properties) -> Step:
    if not properties.skips_missing_cluster:
        raise cluster_not_found(properties.cluster)
    situation = f"there is no cluster {properties.cluster} yet; no snapshot is taken"
    return Answer(ownership.skipped_id(request), situation, outcome=Outcome.SKIPPED)


def _refuse_unusable(cluster: Cluster) -> None:
    if cluster.engine != ENGINE:
        raise UnsupportedEngine(
            f"cluster {cluster.identifier} runs {cluster.engine}, not Neptune; nothing started.",
            "Give the identifier of a Neptune cluster.",
            cluster=cluster.identifier,
        )
    if is_dead(cluster.status, _CLUSTER_DEAD):
        raise ClusterUnusable(
            f"cluster {cluster.identifier} is {cluster.status}; no snapshot started.",
            "Mend the cluster, then deploy again.",
            cluster=cluster.identifier,
            status=cluster.status,
        )


def _not_visible(request: Request, seen: Seen) -> Step:
    name = ownership.subject(request, seen)
    if seen.misses >= MISSES_MAX:
        raise gone(name, "while it was waited for")
    return Wait(f"snapshot {name} is not visible", (Fact.SNAPSHOT,), "")


def cluster_not_found(cluster: str) -> DBClusterNotFoundFault:
    """No cluster of that name, as seen by a look or said by the API."""
    return DBClusterNotFoundFault(
        f"no DB cluster {cluster} in this account and region; no snapshot started.",
        "Check DBClusterIdentifier, account and region.",
        cluster=cluster,
    )
