"""A new snapshot: find the one this request has started, reuse a recent one, or start it; pure."""

from typing import Final

from neptune_snapshot_provider.contract import AVAILABLE, ENGINE, Outcome
from neptune_snapshot_provider.core import ownership, restore
from neptune_snapshot_provider.core.availability import (
    await_available,
    is_in,
    respond_with,
    snapshot_missing,
)
from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing
from neptune_snapshot_provider.core.permission import Permission, permitted
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.schedule import Timing
from neptune_snapshot_provider.core.steps import (
    ChangeTags,
    CreateSnapshot,
    Fact,
    Found,
    Observe,
    Observed,
    Respond,
    Step,
    Wait,
)
from neptune_snapshot_provider.core.tags import tag_change
from neptune_snapshot_provider.errors import (
    ClusterUnusable,
    DBClusterNotFoundFault,
    DBClusterSnapshotAlreadyExistsFault,
    UnsupportedEngine,
)
from neptune_snapshot_provider.logs import LogEvent

NOT_FOUND_READS_MAX: Final = 5
"""A new snapshot may not be visible at once; after so many reads in a row it does not exist."""
_CLUSTER_STUCK_STATES: Final = (
    "deleting",
    "stopped",
    "cloning-failed",
    "migration-failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-",
    "incompatible-",
)
"""States, or beginnings of them, that a cluster does not leave by itself."""


def create(
    request: Request,
    properties: Properties,
    observed: Observed,
    timing: Timing,
    permission: Permission,
) -> Step:
    """Respond with a new snapshot, of this request and no other.

    Args:
        request: What CloudFormation asks for.
        properties: The request's properties.
        observed: What is known.
        timing: The time.
        permission: Whether the operation permits it.

    Raises:
        ProviderError: It cannot be taken, or the name is somebody else's.
    """
    name = ownership.snapshot_identifier(request, properties)
    if observed.snapshot is None or observed.identifier != name:
        return Observe(Fact.SNAPSHOT, name)
    snapshot = observed.snapshot
    if snapshot is MISSING:
        if observed.started:
            return _await_visible(name, observed)
        return _start(request, properties, observed, timing, permission)
    if observed.tags is None:
        return Observe(Fact.TAGS, name)
    if not ownership.is_of_request(request, snapshot, observed.tags):
        raise DBClusterSnapshotAlreadyExistsFault(
            f"snapshot {snapshot.identifier} exists and was not taken by this request; it is "
            "unchanged.",
            "Choose another identifier.",
            snapshot=snapshot.identifier,
            status=snapshot.status,
        )
    return await_available(snapshot, observed, Outcome.CREATED)


def _start(
    request: Request,
    properties: Properties,
    observed: Observed,
    timing: Timing,
    permission: Permission,
) -> Step:
    cluster = observed.cluster
    if cluster is None:
        return Observe(Fact.CLUSTER)
    if properties.reuse_seconds and cluster is not MISSING:
        if observed.reusable is None:
            return Observe(Fact.REUSABLE)
        if found := _recent(observed.reusable, cluster, properties, timing):
            at = timing.budget.started_at
            change = _tagged_for_reuse(request, properties, found, at)
            return _reuse(request, found, change, observed, permission)
    if cluster is MISSING:
        response = _without_cluster(request, properties)
        return permitted(request, observed, *permission) or response
    _refuse_unusable(cluster)
    if cluster.status != AVAILABLE:
        situation = f"cluster {cluster.identifier} is {cluster.status}, not available"
        return Wait(situation, cluster.status)
    if step := permitted(request, observed, *permission):
        return step
    tags = {
        **properties.tags,
        **restore.settings_tags(cluster.fields),
        **ownership.owner_tags(request, properties),
    }
    return CreateSnapshot(observed.identifier, properties.cluster, tags)


def _recent(
    found: Found | Missing, cluster: Cluster, properties: Properties, timing: Timing
) -> Found | None:
    """A snapshot of this very cluster that is young enough."""
    if found is MISSING:
        return None
    snapshot = found.snapshot
    is_same_cluster = snapshot.cluster_created_at == cluster.created_at
    is_young = timing.now - (snapshot.created_at or 0) < properties.reuse_seconds
    return found if is_same_cluster and is_young else None


def _reuse(
    request: Request,
    found: Found,
    change: ChangeTags | None,
    observed: Observed,
    permission: Permission,
) -> Step:
    if step := permitted(request, observed, *permission):
        return step
    return change or respond_with(
        found,
        Outcome.REUSED,
        f"snapshot {found.snapshot.identifier} is recent enough and is reused",
        LogEvent.SNAPSHOT_REUSED,
    )


def _tagged_for_reuse(
    request: Request, properties: Properties, found: Found, at: float
) -> ChangeTags | None:
    old = request.old.tags if request.old else {}
    used = ownership.reuse_tags(request, properties, found.tags, at)
    return tag_change(found.snapshot.arn, old, {**properties.tags, **used}, found.tags)


def _without_cluster(request: Request, properties: Properties) -> Respond:
    if not properties.skips_missing_cluster:
        raise cluster_not_found(properties.cluster)
    situation = f"cluster {properties.cluster} does not exist yet; no snapshot is taken"
    return Respond(ownership.skipped_id(request), situation, outcome=Outcome.SKIPPED)


def _refuse_unusable(cluster: Cluster) -> None:
    name, status = cluster.identifier, cluster.status
    if cluster.engine != ENGINE:
        raise UnsupportedEngine(
            f"cluster {name} runs {cluster.engine}, not Neptune; no snapshot was started.",
            "Give the identifier of a Neptune cluster.",
            cluster=name,
        )
    if is_in(status, _CLUSTER_STUCK_STATES):
        raise ClusterUnusable(
            f"cluster {name} is {status} and does not leave that state by itself; no snapshot was "
            "started.",
            _stuck_advice(name, status),
            cluster=name,
            status=status,
        )


def _stuck_advice(name: str, status: str) -> str:
    if status == "stopped":
        return f"Run aws neptune start-db-cluster --db-cluster-identifier {name}, then redeploy."
    return "Fix the cluster, then redeploy."


def _await_visible(name: str, observed: Observed) -> Wait:
    if observed.not_found_reads >= NOT_FOUND_READS_MAX:
        raise snapshot_missing(name, "while the provider waited for it")
    return Wait(f"snapshot {name} is not visible yet", "")


def cluster_not_found(cluster: str) -> DBClusterNotFoundFault:
    """No cluster of that name exists."""
    return DBClusterNotFoundFault(
        f"there is no DB cluster {cluster} in this account and region; no snapshot was started.",
        "Check DBClusterIdentifier (cluster), account and region.",
        cluster=cluster,
    )
