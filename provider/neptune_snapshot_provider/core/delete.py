"""A Delete: only what the resource took itself, and only where CloudFormation deletes; pure."""

from typing import Final

from neptune_snapshot_provider.contract import AVAILABLE
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.availability import is_in
from neptune_snapshot_provider.core.models import MISSING, Snapshot
from neptune_snapshot_provider.core.operation import CLOCKS_DIFFER, Operation, Verdict
from neptune_snapshot_provider.core.permission import unclear
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.steps import (
    DeleteSnapshot,
    Fact,
    Observe,
    Observed,
    Respond,
    Step,
    Wait,
)
from neptune_snapshot_provider.errors import SnapshotNotDeletable
from neptune_snapshot_provider.logs import LogEvent
from neptune_snapshot_provider.name_rules import identifier_problem

_STUCK_STATES: Final = ("failed", "incompatible-")


def delete(request: Request, observed: Observed, operation: Operation | None) -> Step:
    """Delete the snapshot that a resource refers to.

    Raises:
        SnapshotNotDeletable: Neptune refuses to delete it in its state.
    """
    name = request.physical_id
    if request.waits_only:
        return Respond(name, f"the wait for snapshot {name} is over; the snapshot is unchanged")
    if identifier_problem(name):
        return Respond(name, f"{name} never was a snapshot; nothing is deleted")
    if operation is None:
        return Observe(Fact.STACK)
    if operation.delete(None) is Verdict.REFUSED:
        return _retained(name, _refusal(operation))
    if observed.snapshot is None:
        return Observe(Fact.SNAPSHOT, name)
    if observed.snapshot is MISSING or observed.snapshot.status == "deleted":
        return Respond(name, f"snapshot {name} does not exist; nothing is left to delete")
    if observed.tags is None:
        return Observe(Fact.TAGS, name)
    return _delete(request, observed.snapshot, observed, operation)


def after_refusal(snapshot: Snapshot) -> Wait:
    """Neptune refused the deletion because of the snapshot's state.

    Raises:
        SnapshotNotDeletable: The snapshot does not leave that state by itself.
    """
    name, status = snapshot.identifier, snapshot.status
    if is_in(status, _STUCK_STATES):
        raise SnapshotNotDeletable(
            f"snapshot {name} is {status} and Neptune does not delete it.",
            "Delete it in the console, then delete the stack again.",
            snapshot=name,
            status=status,
        )
    return Wait(f"snapshot {name} cannot be deleted yet", status)


def _delete(request: Request, snapshot: Snapshot, observed: Observed, operation: Operation) -> Step:
    name = snapshot.identifier
    if not ownership.belongs_to(request, snapshot, observed.tags or {}):
        return Respond(name, f"snapshot {name} was not taken by this resource; it is unchanged")
    if _is_newer(snapshot, request):
        return _retained(name, "it was taken after its deletion was requested")
    verdict = operation.delete(snapshot.created_at)
    if verdict is Verdict.REFUSED:
        return _retained(name, _refusal(operation))
    if verdict is Verdict.UNCLEAR:
        return unclear(operation)
    if snapshot.status != AVAILABLE and not is_in(snapshot.status, _STUCK_STATES):
        return Wait(f"snapshot {name} is {snapshot.status}", snapshot.status)
    if not observed.is_stack_confirmed:
        return Observe(Fact.STACK)
    return DeleteSnapshot(name)


def _retained(name: str, why: str) -> Respond:
    situation = (
        f"snapshot {name} is retained: {why}. To delete it: aws neptune "
        f"delete-db-cluster-snapshot --db-cluster-snapshot-identifier {name}"
    )
    return Respond(name, situation, event=LogEvent.SNAPSHOT_RETAINED)


def _refusal(operation: Operation) -> str:
    return f"the stack is {operation.status}, which does not prove that it may be deleted"


def _is_newer(snapshot: Snapshot, request: Request) -> bool:
    """Whether this is another snapshot under the same name than the request can have meant."""
    if snapshot.created_at is None or request.sent_at is None:
        return False
    return snapshot.created_at > request.sent_at + CLOCKS_DIFFER
