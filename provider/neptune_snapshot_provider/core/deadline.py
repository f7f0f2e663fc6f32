"""The end of a request's time; pure."""

from neptune_snapshot_provider.contract import Outcome
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.schedule import LATE_AFTER, Timing
from neptune_snapshot_provider.core.steps import Observed, Respond, Wait
from neptune_snapshot_provider.errors import DeadlineExceeded


def at_deadline(request: Request, observed: Observed, wait: Wait, timing: Timing) -> Respond:
    """End a request whose time is over, leaving the snapshot as it is.

    Raises:
        DeadlineExceeded: No other resource continues to wait, or there is nothing to wait for yet.
    """
    snapshot = observed.snapshot if isinstance(observed.snapshot, Snapshot) else None
    continues = request.properties is not None and request.properties.continues
    if snapshot and continues and _is_known_to_be_own(request, observed, snapshot):
        outcome = Outcome.KEPT if request.waits_only else Outcome.CREATED
        situation = f"{wait.situation}; the next resource continues to wait"
        return Respond(snapshot.identifier, situation, snapshot, observed.tags, outcome)
    retained = " The snapshot continues and is retained." if snapshot else ""
    raise DeadlineExceeded(
        f"after {request.timeout} s {wait.situation}.{retained}",
        _deadline_advice(timing),
        snapshot=observed.identifier,
        status=wait.status,
    )


def _deadline_advice(timing: Timing) -> str:
    delay = timing.budget.delay
    if delay <= LATE_AFTER:
        return "Allow a longer timeout."
    return f"Lambda started {delay:.0f} s late: check its concurrency limit, then redeploy."


def _is_known_to_be_own(request: Request, observed: Observed, snapshot: Snapshot) -> bool:
    """Whether the snapshot is this resource's, and does not just have its name."""
    if request.waits_only or snapshot.identifier == request.physical_id:
        return True
    tags = observed.tags
    return tags is not None and ownership.is_of_request(request, snapshot, tags)
