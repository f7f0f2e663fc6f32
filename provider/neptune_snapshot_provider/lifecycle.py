"""The decision: what is wanted and what was seen, so what is the next step; pure.

A decision that lacks a fact asks for it with `Look`. Whoever carries out the steps looks, adds
the fact to what was `Seen` and asks again, until the step is `Answer`, or an error is raised.
"""

from collections.abc import Mapping
from typing import Final

from neptune_snapshot_provider import identity, restoring
from neptune_snapshot_provider.contract import AVAILABLE, ENGINE, Outcome, identifier_problem
from neptune_snapshot_provider.errors import (
    ClusterUnusable,
    DBClusterNotFoundFault,
    DBClusterSnapshotAlreadyExistsFault,
    DBClusterSnapshotNotFoundFault,
    DeadlineExceeded,
    RequestCancelled,
    SnapshotFailed,
    SnapshotNotDeletable,
    UnsupportedEngine,
)
from neptune_snapshot_provider.records import CLOCKS_DIFFER, MISSING, Cluster, Snapshot, Stack
from neptune_snapshot_provider.request import Properties, Request, RequestType
from neptune_snapshot_provider.steps import (
    Answer,
    ChangeTags,
    CreateSnapshot,
    DeleteSnapshot,
    Fact,
    Look,
    Seen,
    Step,
    Wait,
)

IDLES_MAX: Final = 5
"""The stack's status may be behind; after so many looks in a row nobody waits for the request."""
MISSES_MAX: Final = 5
"""A snapshot just started may not be visible at once; after so many looks in a row it is gone."""
_SNAPSHOT_DEAD: Final = ("failed", "deleted", "deleting", "incompatible-")
_SNAPSHOT_STUCK: Final = ("failed", "incompatible-")
_CLUSTER_DEAD: Final = ("deleting", "inaccessible-encryption-credentials", "incompatible-")


def subject(request: Request, seen: Seen) -> str:
    """The snapshot this is about: the one the request makes, or the one the resource stands for."""
    properties = request.properties
    if properties is None:
        return request.physical_id
    if request.waits_only:
        return properties.snapshot_identifier
    if request.type is RequestType.UPDATE:
        rolling_back = seen.stack is not None and seen.stack.is_rolling_back
        if rolling_back or not _wants_new(request, properties):
            return request.physical_id
    return identity.snapshot_identifier(request, properties)


def safe_physical_id(request: Request) -> str:
    """The id to answer with unless the request succeeds.

    For an Update the one CloudFormation has: a failed Update replaces nothing.
    """
    return request.physical_id or subject(request, Seen())


def decide(request: Request, seen: Seen) -> Step:
    """Decide the next step.

    Raises:
        ProviderError: when the request cannot be fulfilled.
    """
    if request.properties is None:
        return _remove(request, seen)
    if request.waits_only:
        return _keep(request, request.properties, seen)
    if request.type is RequestType.UPDATE:
        return _update(request, request.properties, seen)
    return _take(request, request.properties, seen)


def _wants_new(request: Request, properties: Properties) -> bool:
    if request.old is None:
        return True
    return identity.generation(properties) != identity.generation(request.old)


def _update(request: Request, properties: Properties, seen: Seen) -> Step:
    if not _wants_new(request, properties):
        return _keep(request, properties, seen)
    if seen.stack is None:
        return Look(Fact.STACK)
    if seen.stack.is_rolling_back:
        return _restore(request, properties, seen)
    return _take(request, properties, seen)


def _take(request: Request, properties: Properties, seen: Seen) -> Step:
    snapshot = seen.snapshot
    if snapshot is None:
        return Look(Fact.SNAPSHOT)
    if snapshot is MISSING:
        return (
            _start(request, properties, seen) if not seen.started else _not_visible(request, seen)
        )
    if seen.tags is None:
        return Look(Fact.TAGS)
    if not identity.is_of_request(seen.tags, request):
        raise DBClusterSnapshotAlreadyExistsFault(
            f"snapshot {snapshot.identifier} exists, not made by this request; it is untouched.",
            "Choose another identifier.",
            snapshot=snapshot.identifier,
            status=snapshot.status,
        )
    return _await_available(snapshot, Outcome.CREATED)


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
    if step := _unless_pending(request, properties, seen):
        return step
    tags = {
        **properties.tags,
        **restoring.recipe(cluster.fields),
        **identity.owner_tags(request, properties),
    }
    return CreateSnapshot(subject(request, seen), properties.cluster, tags)


def _reuse(request: Request, properties: Properties, snapshot: Snapshot, seen: Seen) -> Step:
    if seen.tags is None:
        return Look(Fact.REUSABLE)
    old = request.old.tags if request.old else {}
    if change := _tag_change(snapshot.arn, old, properties.tags, seen.tags):
        return _unless_pending(request, properties, seen) or change
    name = snapshot.identifier
    return Answer(name, f"snapshot {name} is reused", snapshot, Outcome.REUSED)


def _unless_pending(request: Request, properties: Properties, seen: Seen) -> Step | None:
    """Change nothing for a request that nobody waits for any more."""
    stack = seen.stack
    if stack is None:
        return Look(Fact.STACK)
    statuses = "/".join(stack.statuses)
    if stack.is_idle and seen.idles < IDLES_MAX:
        return Wait(f"the stack is {statuses}", (Fact.STACK,), statuses)
    is_beyond = stack.is_beyond(request.sent_at)
    if stack.is_idle or stack.is_rolling_back or stack.is_deleting or is_beyond:
        later = " in a later operation" if is_beyond else ""
        raise RequestCancelled(
            f"nothing was done for cluster {properties.cluster}: the stack is {statuses}{later}.",
            "Nothing is left behind.",
            cluster=properties.cluster,
        )
    return None


def _without_cluster(request: Request, properties: Properties) -> Step:
    if not properties.skips_missing_cluster:
        raise cluster_not_found(properties.cluster)
    situation = f"there is no cluster {properties.cluster} yet; no snapshot is taken"
    return Answer(identity.skipped_id(request), situation, outcome=Outcome.SKIPPED)


def _not_visible(request: Request, seen: Seen) -> Step:
    name = subject(request, seen)
    if seen.misses >= MISSES_MAX:
        raise _gone(name, "while it was waited for")
    return Wait(f"snapshot {name} is not visible", (Fact.SNAPSHOT,), "")


def _refuse_unusable(cluster: Cluster) -> None:
    if cluster.engine != ENGINE:
        raise UnsupportedEngine(
            f"cluster {cluster.identifier} runs {cluster.engine}, not Neptune; nothing started.",
            "Give the identifier of a Neptune cluster.",
            cluster=cluster.identifier,
        )
    if _is_dead(cluster.status, _CLUSTER_DEAD):
        raise ClusterUnusable(
            f"cluster {cluster.identifier} is {cluster.status}; no snapshot started.",
            "Mend the cluster, then deploy again.",
            cluster=cluster.identifier,
            status=cluster.status,
        )


def _await_available(snapshot: Snapshot, outcome: str = Outcome.KEPT) -> Step:
    name, status = snapshot.identifier, snapshot.status
    if status == AVAILABLE:
        return Answer(name, f"snapshot {name} is available", snapshot, outcome)
    if _is_dead(status, _SNAPSHOT_DEAD):
        raise SnapshotFailed(
            f"snapshot {name} is {status} and of no use; the cluster is as it was.",
            "The events of the cluster say why; then deploy again.",
            snapshot=name,
            status=status,
        )
    progress = "" if snapshot.percent is None else f", {snapshot.percent} %"
    situation = f"snapshot {name} is {status}{progress}"
    return Wait(situation, (Fact.SNAPSHOT,), status, snapshot.percent)


def _keep(request: Request, properties: Properties, seen: Seen) -> Step:
    if identity.is_skipped_id(subject(request, seen)):
        situation = "no snapshot was taken before, and nothing asks for one now"
        return Answer(subject(request, seen), situation, outcome=Outcome.SKIPPED)
    snapshot = seen.snapshot
    if snapshot is None:
        return Look(Fact.SNAPSHOT)
    if snapshot is MISSING:
        if seen.stack is None:
            return Look(Fact.STACK)
        if seen.stack.is_rolling_back:
            return recorded(request, seen)
        raise _gone(subject(request, seen), "outside this stack")
    old = request.old.tags if request.old else {}
    if old != properties.tags:
        if seen.tags is None:
            return Look(Fact.TAGS)
        if not identity.is_own(seen.tags, request):
            raise _gone(snapshot.identifier, "outside this stack, and another made")
        if change := _tag_change(snapshot.arn, old, properties.tags, seen.tags):
            return _unless_late(request, properties, seen) or change
    return _await_available(snapshot)


def _unless_late(request: Request, properties: Properties, seen: Seen) -> Step | None:
    """Do not put back the tags of an earlier update; a rollback may."""
    if seen.stack is None:
        return Look(Fact.STACK)
    if seen.stack.is_idle or seen.stack.is_beyond(request.sent_at):
        return _unless_pending(request, properties, seen)
    return None


def _tag_change(
    arn: str, old: Mapping[str, str], new: Mapping[str, str], actual: Mapping[str, str]
) -> ChangeTags | None:
    """Only what this resource once set is removed: other tags are somebody else's."""
    remove = tuple(key for key in old if key not in new and key in actual)
    add = {key: value for key, value in new.items() if actual.get(key) != value}
    return ChangeTags(arn, remove, add) if remove or add else None


def _restore(request: Request, properties: Properties, seen: Seen) -> Step:
    """Find the snapshot that belongs to the properties CloudFormation rolls back to."""
    if seen.snapshot is None and not identity.is_skipped_id(request.physical_id):
        return Look(Fact.SNAPSHOT)
    if isinstance(seen.snapshot, Snapshot):
        if seen.tags is None:
            return Look(Fact.TAGS)
        if identity.is_of_generation(seen.tags, request, properties):
            return _restored(seen.snapshot)
    if seen.predecessor is None:
        return Look(Fact.PREDECESSOR)
    if seen.predecessor is not MISSING:
        return _restored(seen.predecessor)
    return recorded(request, seen)


def _restored(snapshot: Snapshot) -> Answer:
    name = snapshot.identifier
    situation = f"the stack is rolling back to snapshot {name}; nothing is taken"
    return Answer(name, situation, snapshot, is_rollback=True)


def recorded(request: Request, seen: Seen) -> Answer:
    """Answer a rollback with what CloudFormation knows already, so that the rollback ends."""
    name = request.physical_id
    if isinstance(seen.snapshot, Snapshot) and seen.snapshot.identifier == name:
        situation = f"the stack is rolling back; snapshot {name} is answered"
        return Answer(name, situation, seen.snapshot, is_rollback=True)
    if identity.is_skipped_id(name):
        return Answer(name, "the stack is rolling back to no snapshot", outcome=Outcome.SKIPPED)
    cluster = request.properties.cluster if request.properties else ""
    fields = {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": identity.snapshot_arn(request, name),
        "DBClusterIdentifier": cluster,
    }
    situation = (
        f"the stack is rolling back and the snapshot it rolls back to is not found; "
        f"{name} is answered, nothing is taken"
    )
    return Answer(name, situation, Snapshot.of(fields), is_rollback=True)


def _remove(request: Request, seen: Seen) -> Step:
    name = request.physical_id
    if request.waits_only:
        return Answer(name, f"the wait for snapshot {name} is over; the snapshot is untouched")
    if identifier_problem(name):
        return Answer(name, f"{name} never was a snapshot; nothing to delete")
    if seen.stack is None:
        return Look(Fact.STACK)
    return _unless_deletions_are_due(request, seen.stack, seen) or _delete(request, name, seen)


def _unless_deletions_are_due(request: Request, stack: Stack, seen: Seen) -> Step | None:
    name, statuses = request.physical_id, "/".join(stack.statuses)
    if stack.is_rolling_back:
        return Answer(name, f"the stack is rolling back: snapshot {name} is kept")
    if stack.is_beyond(request.sent_at):
        # That one may have been a rollback, which promised to keep it.
        return Answer(name, f"the stack is {statuses} in a later operation: {name} is kept")
    if not stack.is_idle:
        return None
    if seen.idles < IDLES_MAX:
        return Wait(f"the stack is {statuses}", (Fact.STACK,), statuses)
    # By now the name may be a newer snapshot's.
    return Answer(name, f"the stack is {statuses} and deletes nothing: {name} is kept")


def _delete(request: Request, name: str, seen: Seen) -> Step:
    snapshot = seen.snapshot
    if snapshot is None:
        return Look(Fact.SNAPSHOT)
    if snapshot is MISSING or snapshot.status == "deleted":
        return Answer(name, f"snapshot {name} does not exist; nothing is left to delete")
    if _is_newer(snapshot, request):
        return Answer(
            name, f"snapshot {name} was made after its deletion was asked for; it is kept"
        )
    if seen.tags is None:
        return Look(Fact.TAGS)
    if not identity.is_own(seen.tags, request):
        return Answer(name, f"snapshot {name} was not made by this resource; it is untouched")
    if snapshot.status == AVAILABLE or _is_dead(snapshot.status, _SNAPSHOT_STUCK):
        return DeleteSnapshot(name)
    return Wait(f"snapshot {name} is {snapshot.status}", (Fact.SNAPSHOT,), snapshot.status)


def _is_newer(snapshot: Snapshot, request: Request) -> bool:
    """Whether this is another snapshot under the same name than the request can have meant."""
    if snapshot.created_at is None or request.sent_at is None:
        return False
    return snapshot.created_at > request.sent_at + CLOCKS_DIFFER


def after_refused_delete(snapshot: Snapshot) -> Wait:
    """Neptune said that the snapshot's state forbids a delete.

    Raises:
        SnapshotNotDeletable: the snapshot does not leave that state by itself.
    """
    name, status = snapshot.identifier, snapshot.status
    if _is_dead(status, _SNAPSHOT_STUCK):
        raise SnapshotNotDeletable(
            f"snapshot {name} is {status} and Neptune does not delete it.",
            "Delete it in the console, then delete the stack again.",
            snapshot=name,
            status=status,
        )
    return Wait(f"snapshot {name} cannot be deleted yet", (Fact.SNAPSHOT,), status)


def at_deadline(request: Request, seen: Seen, wait: Wait) -> Answer:
    """End a request whose time is over, leaving the snapshot as it is.

    Raises:
        DeadlineExceeded: nobody continues the wait, or there is nothing to wait for yet.
    """
    snapshot = seen.snapshot if isinstance(seen.snapshot, Snapshot) else None
    continues = request.properties is not None and request.properties.continues
    if snapshot and continues and _stands_for(request, seen, snapshot):
        outcome = Outcome.KEPT if request.waits_only else Outcome.CREATED
        situation = f"{wait.situation}; the next one waits on"
        return Answer(snapshot.identifier, situation, snapshot, outcome)
    kept = " The snapshot goes on and is kept." if snapshot else ""
    raise DeadlineExceeded(
        f"after {request.timeout} s {wait.situation}.{kept}",
        "Allow a longer timeout.",
        snapshot=subject(request, seen),
        status=wait.status,
    )


def _stands_for(request: Request, seen: Seen, snapshot: Snapshot) -> bool:
    """Whether it is known that the snapshot is this resource's, and not just called so."""
    if request.waits_only or snapshot.identifier == request.physical_id:
        return True
    return seen.tags is not None and identity.is_of_request(seen.tags, request)


def _is_dead(status: str, dead: tuple[str, ...]) -> bool:
    return any(status == word or (word.endswith("-") and status.startswith(word)) for word in dead)


def cancelled(request: Request, seen: Seen, stack: Stack) -> RequestCancelled:
    """Nobody waits for this request any more."""
    name = subject(request, seen)
    what = "is kept" if isinstance(seen.snapshot, Snapshot) else "was not started"
    return RequestCancelled(
        f"snapshot {name} {what}: the stack is {'/'.join(stack.statuses)}.",
        "Nobody waits for it any more.",
        snapshot=name,
    )


def cluster_not_found(cluster: str) -> DBClusterNotFoundFault:
    """No cluster of that name, as seen by a look or said by the API."""
    return DBClusterNotFoundFault(
        f"no DB cluster {cluster} in this account and region; no snapshot started.",
        "Check DBClusterIdentifier, account and region.",
        cluster=cluster,
    )


def _gone(identifier: str, how: str) -> DBClusterSnapshotNotFoundFault:
    return DBClusterSnapshotNotFoundFault(
        f"snapshot {identifier} was deleted {how}.",
        "Change the trigger or the identifier to take a new one.",
        snapshot=identifier,
    )
