"""What follows from a verdict about the operation: go on, read again, or cancel; pure."""

from typing import TypeAlias

from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.operation import READ_AGAIN_AFTER, Operation, Verdict
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.steps import Fact, Observe, Observed, Step, Wait
from neptune_snapshot_provider.errors import RequestCancelled
from neptune_snapshot_provider.logs import LogEvent

Permission: TypeAlias = tuple[Operation | None, Verdict | None]
"""The operation as it was last read, and whether it permits what is to be done."""


def permitted(
    request: Request, observed: Observed, operation: Operation | None, verdict: Verdict | None
) -> Step | None:
    """Change nothing unless the operation permits it.

    Raises:
        RequestCancelled: CloudFormation no longer waits for this request.
    """
    if operation is None or verdict is None:
        return Observe(Fact.STACK)
    if verdict is Verdict.UNCLEAR:
        return unclear(operation)
    if verdict is Verdict.REFUSED:
        raise cancelled(request, observed, operation.status)
    return None


def unclear(operation: Operation) -> Wait:
    """Read the stack's record again: it may be out of date."""
    situation = f"the stack is {operation.status}, which may be out of date"
    return Wait(
        situation, operation.status, event=LogEvent.OPERATION_UNCLEAR, pause=READ_AGAIN_AFTER
    )


def cancelled(request: Request, observed: Observed, status: str) -> RequestCancelled:
    """CloudFormation no longer waits for this request."""
    if isinstance(observed.snapshot, Snapshot):
        what = f"Snapshot {observed.snapshot.identifier} is retained."
    else:
        cluster = request.properties.cluster if request.properties else ""
        what = f"No snapshot of cluster {cluster} was started; its data is unchanged."
    return RequestCancelled(
        f"the stack is {status}, and CloudFormation no longer waits for this request.",
        what,
        snapshot=observed.identifier,
    )
