"""Waiting for a snapshot, for as long as somebody waits for the request; pure."""

from typing import Final

from neptune_snapshot_provider.contract import AVAILABLE, Outcome
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import Snapshot, Stack
from neptune_snapshot_provider.core.request import Properties, Request
from neptune_snapshot_provider.core.steps import Answer, Fact, Look, Seen, Step, Wait
from neptune_snapshot_provider.errors import (
    DBClusterSnapshotNotFoundFault,
    DeadlineExceeded,
    RequestCancelled,
    SnapshotFailed,
)

IDLES_MAX: Final = 5
"""The stack's status may be behind; after so many looks in a row nobody waits for the request."""
SNAPSHOT_DEAD: Final = ("failed", "deleted", "deleting", "incompatible-")
"""States, or beginnings of them, that a snapshot does not leave by itself."""


def await_available(snapshot: Snapshot, outcome: str = Outcome.KEPT) -> Step:
    """Answer with the snapshot once it is available.

    Raises:
        SnapshotFailed: it never will be.
    """
    name, status = snapshot.identifier, snapshot.status
    if status == AVAILABLE:
        return Answer(name, f"snapshot {name} is available", snapshot, outcome)
    if is_dead(status, SNAPSHOT_DEAD):
        raise SnapshotFailed(
            f"snapshot {name} is {status} and of no use; the cluster is as it was.",
            "The events of the cluster say why; then deploy again.",
            snapshot=name,
            status=status,
        )
    progress = "" if snapshot.percent is None else f", {snapshot.percent} %"
    situation = f"snapshot {name} is {status}{progress}"
    return Wait(situation, (Fact.SNAPSHOT,), status, snapshot.percent)


def unless_pending(request: Request, properties: Properties, seen: Seen) -> Step | None:
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
        snapshot=ownership.subject(request, seen),
        status=wait.status,
    )


def _stands_for(request: Request, seen: Seen, snapshot: Snapshot) -> bool:
    """Whether it is known that the snapshot is this resource's, and not just called so."""
    if request.waits_only or snapshot.identifier == request.physical_id:
        return True
    return seen.tags is not None and ownership.is_of_request(seen.tags, request)


def cancelled(request: Request, seen: Seen, stack: Stack) -> RequestCancelled:
    """Nobody waits for this request any more."""
    name = ownership.subject(request, seen)
    what = "is kept" if isinstance(seen.snapshot, Snapshot) else "was not started"
    return RequestCancelled(
        f"snapshot {name} {what}: the stack is {'/'.join(stack.statuses)}.",
        "Nobody waits for it any more.",
        snapshot=name,
    )


def is_dead(status: str, dead: tuple[str, ...]) -> bool:
    """Whether a status is one of ``dead``, or begins with one of those that end with a hyphen."""
    return any(status == word or (word.endswith("-") and status.startswith(word)) for word in dead)


def gone(identifier: str, how: str) -> DBClusterSnapshotNotFoundFault:
    """Somebody else deleted the snapshot."""
    return DBClusterSnapshotNotFoundFault(
        f"snapshot {identifier} was deleted {how}.",
        "Change the trigger or the identifier to take a new one.",
        snapshot=identifier,
    )
