"""An Update: keep the current snapshot, take a new one, or return the previous one; pure.

The requested properties are compared with the current snapshot, not with the old properties: after
a failed update the latter may be the attempted ones.
"""

from neptune_snapshot_provider.contract import Outcome, identifier_problem
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.availability import (
    await_available,
    snapshot_missing,
)
from neptune_snapshot_provider.core.models import MISSING, Snapshot
from neptune_snapshot_provider.core.operation import Operation, Verdict
from neptune_snapshot_provider.core.permission import permitted
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.steps import Fact, Found, Observe, Observed, Respond, Step
from neptune_snapshot_provider.core.tags import tag_change
from neptune_snapshot_provider.logs import LogEvent


def update(
    request: Request, properties: Properties, observed: Observed, operation: Operation | None
) -> Step | None:
    """Respond with the snapshot that belongs to the requested properties.

    Returns:
        The next step; ``None`` if a new snapshot is to be taken.

    Raises:
        ProviderError: There is none.
    """
    if observed.started:
        return None
    if _is_snapshot(request.physical_id) and observed.current is None:
        return Observe(Fact.CURRENT, request.physical_id)
    if matches(request, observed):
        return keep(request, properties, observed, operation)
    return _unless_new(request, properties, observed, operation)


def keep(
    request: Request, properties: Properties, observed: Observed, operation: Operation | None
) -> Step:
    """Respond with the current snapshot, tagged as declared.

    Raises:
        DBClusterSnapshotNotFoundFault: Somebody else deleted it.
        RequestCancelled: CloudFormation no longer waits for its tags to change.
        SnapshotFailed: It never will be available.
    """
    name = ownership.current_identifier(request)
    if ownership.is_skipped_id(name):
        situation = "no snapshot was taken before, and nothing asks for one now"
        return Respond(name, situation, outcome=Outcome.SKIPPED)
    if observed.snapshot is None or observed.identifier != name:
        return Observe(Fact.SNAPSHOT, name)
    snapshot = observed.snapshot
    if snapshot is MISSING:
        raise snapshot_missing(name, "outside this stack")
    old = request.old.tags if request.old else {}
    if old != properties.tags:
        if observed.tags is None:
            return Observe(Fact.TAGS, name)
        if not ownership.belongs_to(request, snapshot, observed.tags):
            raise snapshot_missing(name, "outside this stack, and another was made")
        if change := tag_change(snapshot.arn, old, properties.tags, observed.tags):
            return _unless_reverted(request, observed, operation) or change
    return await_available(snapshot, observed)


def matches(request: Request, observed: Observed) -> bool:
    """Whether the current snapshot belongs to the requested properties.

    They are the last that it was used for; or it was used for them once, and never for the old
    ones, which a failed update attempted.
    """
    properties, current = request.properties, observed.current
    if properties is None or request.waits_only:
        return True
    if not isinstance(current, Found):
        return not ownership.wants_new(request, properties)
    snapshot, tags = current.snapshot, current.tags
    if not ownership.is_of_generation(request, properties, snapshot, tags):
        return False
    if ownership.is_last_generation(tags, properties):
        return True
    return request.old is not None and not ownership.is_of_generation(
        request, request.old, snapshot, tags
    )


def verdict(request: Request, observed: Observed, operation: Operation) -> Verdict:
    """Whether the operation permits a new snapshot, by what the update follows."""
    is_current = not _is_unclear(request, observed)
    return operation.update(taken_at(request, observed), is_current=is_current)


def taken_at(request: Request, observed: Observed) -> float | None:
    """When the resource took its current snapshot, or else its newest one.

    ``None`` if it has no snapshot, if that was not observed, or if nothing newer exists than a
    current snapshot that was used for the requested properties before others: then this may be
    the reversal of its reuse.
    """
    if not _is_unclear(request, observed):
        return _current_taken_at(request, observed)
    latest, current = observed.latest, observed.current
    if not isinstance(latest, Found) or (
        isinstance(current, Found) and latest.snapshot.identifier == current.snapshot.identifier
    ):
        return None
    return latest.snapshot.created_at


def recorded(request: Request, observed: Observed) -> Respond:
    """Respond with what CloudFormation has recorded already, so that its rollback ends."""
    name = request.physical_id
    if isinstance(observed.current, Found):
        situation = f"the update is reverted; snapshot {name} is returned"
        return _reverted(observed.current, situation)
    if ownership.is_skipped_id(name):
        situation = "the update is reverted to no snapshot"
        return Respond(name, situation, outcome=Outcome.SKIPPED, is_final=True)
    cluster = request.properties.cluster if request.properties else ""
    fields = {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": ownership.snapshot_arn(request, name),
        "DBClusterIdentifier": cluster,
    }
    situation = f"the update is reverted, and its previous snapshot was not found; {name} is kept"
    return _reverted(Found(snapshot=Snapshot.of(fields), tags={}), situation)


def _unless_new(
    request: Request, properties: Properties, observed: Observed, operation: Operation | None
) -> Step | None:
    """Find out whether the update goes forward; ``None`` if a new snapshot is to be taken."""
    name = ownership.snapshot_identifier(request, properties)
    if observed.snapshot is None or observed.identifier != name:
        return Observe(Fact.SNAPSHOT, name)
    if isinstance(observed.snapshot, Snapshot) and observed.tags is None:
        return Observe(Fact.TAGS, name)
    if _took(request, observed):
        return None
    if _is_unclear(request, observed) and observed.latest is None:
        return Observe(Fact.LATEST)
    if operation is None:
        return Observe(Fact.STACK)
    if verdict(request, observed, operation) is Verdict.REVERTING:
        return _revert(request, properties, observed)
    if operation.stack is MISSING:
        return _of_unknown_stack(request, properties, observed)
    return None


def _current_taken_at(request: Request, observed: Observed) -> float | None:
    current = observed.current
    if not isinstance(current, Found):
        return None
    is_own = ownership.belongs_to(request, current.snapshot, current.tags)
    return current.snapshot.created_at if is_own else None


def _is_unclear(request: Request, observed: Observed) -> bool:
    """Whether the current snapshot alone does not tell what the update follows."""
    is_missing = _current_taken_at(request, observed) is None
    return is_missing or _was_used_before(request, observed)


def _was_used_before(request: Request, observed: Observed) -> bool:
    """Whether the current snapshot was used for the requested properties, and then for others."""
    properties, current = request.properties, observed.current
    if properties is None or not isinstance(current, Found):
        return False
    used = ownership.is_of_generation(request, properties, current.snapshot, current.tags)
    return used and not ownership.is_last_generation(current.tags, properties)


def _took(request: Request, observed: Observed) -> bool:
    """Whether this request's own snapshot exists, after an earlier delivery."""
    snapshot, tags = observed.snapshot, observed.tags
    if not isinstance(snapshot, Snapshot) or tags is None:
        return False
    return ownership.is_of_request(request, snapshot, tags)


def _revert(request: Request, properties: Properties, observed: Observed) -> Step:
    """Return the snapshot of the properties that CloudFormation goes back to; take none."""
    found = observed.predecessor
    if found is None:
        return Observe(Fact.PREDECESSOR)
    if found is MISSING:
        return recorded(request, observed)
    name = found.snapshot.identifier
    if name == request.physical_id and request.old:
        # The update that is reverted reused this snapshot, and tagged it.
        tags = request.old.tags, properties.tags
        if change := tag_change(found.snapshot.arn, *tags, found.tags):
            return change
    return _reverted(found, f"the update is reverted to snapshot {name}")


def _of_unknown_stack(request: Request, properties: Properties, observed: Observed) -> Step | None:
    """Return a snapshot of these properties under an explicit name, which cannot be used again."""
    snapshot, tags = observed.snapshot, observed.tags
    if not isinstance(snapshot, Snapshot) or tags is None:
        return None
    is_known = ownership.is_of_generation(request, properties, snapshot, tags)
    # A newer one belongs to an update that failed, not to one that is reverted.
    is_older = (snapshot.created_at or 0) <= (taken_at(request, observed) or 0)
    return await_available(snapshot, observed) if is_known and is_older else None


def _reverted(found: Found, situation: str) -> Respond:
    name = found.snapshot.identifier
    event = LogEvent.OPERATION_REVERTING
    return Respond(name, situation, found.snapshot, found.tags, is_final=True, event=event)


def _unless_reverted(
    request: Request, observed: Observed, operation: Operation | None
) -> Step | None:
    """Do not put back the tags of an update that has been reverted."""
    seen = observed.seen_before_rollback
    verdict = operation.change_tags(seen_before_rollback=seen) if operation else None
    return permitted(request, observed, operation, verdict)


def _is_snapshot(physical_id: str) -> bool:
    return identifier_problem(physical_id) is None
