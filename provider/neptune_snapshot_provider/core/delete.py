"""A Delete: only what is own and was meant, and nothing while a stack rolls back; pure."""

from typing import Final

from neptune_snapshot_provider.contract import AVAILABLE, identifier_problem
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.availability import IDLES_MAX, is_dead
from neptune_snapshot_provider.core.models import CLOCKS_DIFFER, MISSING, Snapshot, Stack
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.steps import (
    Answer,
    DeleteSnapshot,
    Fact,
    Look,
    Seen,
    Step,
    Wait,
)
from neptune_snapshot_provider.errors import SnapshotNotDeletable

_SNAPSHOT_STUCK: Final = ("failed", "incompatible-")


def remove(request: Request, seen: Seen) -> Step:
    """Delete the snapshot a resource stood for."""
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
    if not ownership.is_own(seen.tags, request):
        return Answer(name, f"snapshot {name} was not made by this resource; it is untouched")
    if snapshot.status == AVAILABLE or is_dead(snapshot.status, _SNAPSHOT_STUCK):
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
    if is_dead(status, _SNAPSHOT_STUCK):
        raise SnapshotNotDeletable(
            f"snapshot {name} is {status} and Neptune does not delete it.",
            "Delete it in the console, then delete the stack again.",
            snapshot=name,
            status=status,
        )
    return Wait(f"snapshot {name} cannot be deleted yet", (Fact.SNAPSHOT,), status)
