"""Waiting for a snapshot to become available, and the end of that wait; pure."""

from typing import Final

from neptune_snapshot_provider.contract import AVAILABLE, Outcome
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.steps import Found, Observed, Respond, Step, Wait
from neptune_snapshot_provider.errors import (
    DBClusterSnapshotNotFoundFault,
    SnapshotFailed,
)
from neptune_snapshot_provider.logs import LogEvent

SNAPSHOT_FAILED_STATES: Final = ("failed", "deleted", "deleting", "incompatible-")
"""States, or beginnings of them, that a snapshot does not leave by itself."""


def await_available(snapshot: Snapshot, observed: Observed, outcome: str = Outcome.KEPT) -> Step:
    """Respond with the snapshot once it is available.

    Raises:
        SnapshotFailed: It never will be.
    """
    name, status = snapshot.identifier, snapshot.status
    if status == AVAILABLE:
        situation = f"snapshot {name} is available"
        return Respond(name, situation, snapshot, observed.tags, outcome)
    if is_in(status, SNAPSHOT_FAILED_STATES):
        raise SnapshotFailed(
            f"snapshot {name} is {status} and cannot be used; the cluster is unchanged.",
            "The events of the cluster give the cause. Fix it, then redeploy.",
            snapshot=name,
            status=status,
        )
    progress = "" if snapshot.percent is None else f", {snapshot.percent} %"
    situation = f"snapshot {name} is {status}{progress}"
    return Wait(situation, status, snapshot.percent, LogEvent.SNAPSHOT_PROGRESS)


def respond_with(
    found: Found, outcome: str, situation: str, event: LogEvent = LogEvent.REQUEST_SUCCEEDED
) -> Respond:
    """Respond with a snapshot that was searched for."""
    name = found.snapshot.identifier
    return Respond(name, situation, found.snapshot, found.tags, outcome, event=event)


def is_in(status: str, states: tuple[str, ...]) -> bool:
    """Whether a status is one of ``states``, or begins with one that ends with a hyphen."""
    return any(status == one or (one.endswith("-") and status.startswith(one)) for one in states)


def snapshot_missing(identifier: str, how: str) -> DBClusterSnapshotNotFoundFault:
    """Somebody else deleted the snapshot."""
    return DBClusterSnapshotNotFoundFault(
        f"snapshot {identifier} was deleted {how}.",
        "Change the trigger or the identifier to take a new one.",
        snapshot=identifier,
    )
