"""An Update: keep the current snapshot, take a new one, or return the previous one; pure.

The requested properties are compared with the current snapshot, not with the old properties: after
a failed update the latter may be the attempted ones.
"""

from dataclasses import replace
from typing import Final

from neptune_snapshot_provider.contract import Outcome, OwnerTag
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.availability import (
    await_available,
    snapshot_missing,
)
from neptune_snapshot_provider.core.generations import after_return, is_last, used_at
from neptune_snapshot_provider.core.models import MISSING, Snapshot
from neptune_snapshot_provider.core.operation import Operation, Verdict
from neptune_snapshot_provider.core.permission import permitted
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.steps import Fact, Found, Observe, Observed, Respond, Step
from neptune_snapshot_provider.core.tags import tag_change
from neptune_snapshot_provider.logs import LogEvent
from neptune_snapshot_provider.name_rules import identifier_problem

_READS: Final = ("Describe", "List")
"""Beginnings of operations whose refusal does not keep a snapshot from being tagged."""


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
    if is_last(tags, properties):
        return True
    return request.old is not None and not ownership.is_of_generation(
        request, request.old, snapshot, tags
    )


def verdict(request: Request, observed: Observed, operation: Operation) -> Verdict:
    """Whether the operation permits a new snapshot, by what the update follows."""
    if current := _own_current(request, observed):
        return operation.update(_used_at(current))
    latest = observed.latest
    used_at = _used_at(latest) if isinstance(latest, Found) else None
    return operation.update(used_at, is_proof=False)


def recorded(request: Request, observed: Observed, operation: Operation) -> Step:
    """Respond with what CloudFormation has recorded already, so that its rollback ends.

    A snapshot from before the operation keeps its tags: this may be an update that began only when
    its rollback had, and the next one must not take the snapshot for its own.
    """
    name = request.physical_id
    if _is_snapshot(name) and observed.current is None and observed.refusal is None:
        return Observe(Fact.CURRENT, name)
    if isinstance(observed.current, Found):
        situation = f"the update is reverted; snapshot {name} is returned"
        is_earlier = operation.began_after(_used_at(observed.current))
        return _reverted(request, observed, observed.current, situation, tags=not is_earlier)
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
    found = Found(snapshot=Snapshot.of(fields), tags={})
    return _reverted(request, observed, found, situation)


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
    if _own_current(request, observed) is None and observed.latest is None:
        return Observe(Fact.LATEST)
    if operation is None:
        return Observe(Fact.STACK)
    if verdict(request, observed, operation) is Verdict.REVERTING:
        return _revert(request, observed, operation)
    if operation.stack is MISSING:
        return _of_unknown_stack(request, properties, observed)
    return None


def _own_current(request: Request, observed: Observed) -> Found | None:
    """The snapshot that CloudFormation refers to, if the resource took it."""
    current = observed.current
    if not isinstance(current, Found):
        return None
    return current if ownership.belongs_to(request, current.snapshot, current.tags) else None


def _used_at(found: Found) -> float | None:
    return used_at(found.snapshot, found.tags)


def _took(request: Request, observed: Observed) -> bool:
    """Whether this request's own snapshot exists, after an earlier delivery."""
    snapshot, tags = observed.snapshot, observed.tags
    if not isinstance(snapshot, Snapshot) or tags is None:
        return False
    return ownership.is_of_request(request, snapshot, tags)


def _revert(request: Request, observed: Observed, operation: Operation) -> Step:
    """Return the snapshot of the properties that CloudFormation goes back to; take none."""
    found = observed.predecessor
    if found is None:
        return Observe(Fact.PREDECESSOR)
    if found is MISSING:
        return recorded(request, observed, operation)
    situation = f"the update is reverted to snapshot {found.snapshot.identifier}"
    return _reverted(request, observed, found, situation)


def _of_unknown_stack(request: Request, properties: Properties, observed: Observed) -> Step | None:
    """Return a snapshot of these properties under an explicit name, which cannot be used again."""
    snapshot, tags = observed.snapshot, observed.tags
    if not isinstance(snapshot, Snapshot) or tags is None:
        return None
    is_known = ownership.is_of_generation(request, properties, snapshot, tags)
    newest = _own_current(request, observed) or observed.latest
    taken_at = newest.snapshot.created_at if isinstance(newest, Found) else None
    # A newer one belongs to an update that failed, not to one that is reverted.
    is_older = (snapshot.created_at or 0) <= (taken_at or 0)
    return await_available(snapshot, observed) if is_known and is_older else None


def _reverted(
    request: Request, observed: Observed, found: Found, situation: str, *, tags: bool = True
) -> Step:
    """Respond with a snapshot that a reversal returns, tagged as the one of the properties.

    The tags show the next update that the snapshot is not the one of an update that failed.
    """
    snapshot, refused = found.snapshot, observed.refusal
    is_possible = tags and (refused is None or refused.operation.startswith(_READS))
    if is_possible and (step := _tagged_as_returned(request, found)):
        return step
    event = LogEvent.OPERATION_REVERTING
    return Respond(snapshot.identifier, situation, snapshot, found.tags, is_final=True, event=event)


def _tagged_as_returned(request: Request, found: Found) -> Step | None:
    properties, old = request.properties, request.old
    if properties is None or request.waits_only:
        return None
    if not ownership.belongs_to(request, found.snapshot, found.tags):
        return None
    before: dict[str, str] = {}
    wanted: dict[str, str] = {OwnerTag.TRIGGER: after_return(found.tags, properties)}
    if found.snapshot.identifier == request.physical_id and old:
        # The update that is reverted may have used this snapshot, and tagged it.
        before, wanted = {**old.tags}, {**properties.tags, **wanted}
    change = tag_change(found.snapshot.arn, before, wanted, found.tags)
    return replace(change, reverts=True) if change else None


def _unless_reverted(
    request: Request, observed: Observed, operation: Operation | None
) -> Step | None:
    """Do not put back the tags of an update that has been reverted."""
    seen = observed.seen_before_rollback
    verdict = operation.change_tags(seen_before_rollback=seen) if operation else None
    return permitted(request, observed, operation, verdict)


def _is_snapshot(physical_id: str) -> bool:
    return identifier_problem(physical_id) is None
