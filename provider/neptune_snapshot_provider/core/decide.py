"""The decision: what is requested and what was observed lead to the next step; pure.

A decision that lacks a fact asks for it with `Observe`. The reconciler observes it and asks again,
until the step is `Respond` or `Continue`, or an error is raised. A call that was refused and the
time that has passed are observations like any other.
"""

from dataclasses import replace
from typing import Final

from neptune_snapshot_provider.core import delete, ownership, quota
from neptune_snapshot_provider.core.create import cluster_not_found, create
from neptune_snapshot_provider.core.deadline import at_deadline
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.operation import Operation, Verdict
from neptune_snapshot_provider.core.permission import Permission, cancelled, unclear
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.refusals import (
    ClusterUnknown,
    Denied,
    QuotaReached,
    Refusal,
    SnapshotBusy,
    Unexpected,
)
from neptune_snapshot_provider.core.request import Request, RequestType
from neptune_snapshot_provider.core.schedule import Timing
from neptune_snapshot_provider.core.steps import (
    AssumeUnknownStack,
    Continue,
    CreateSnapshot,
    Fact,
    Observe,
    Observed,
    Respond,
    Step,
    Wait,
)
from neptune_snapshot_provider.core.update import keep, matches, recorded, update, verdict
from neptune_snapshot_provider.errors import AccessDenied, ApiFault, ProviderError
from neptune_snapshot_provider.logs import LogEvent

_READS_THE_STACK: Final = "DescribeStacks"


def decide(request: Request, observed: Observed, timing: Timing) -> Step:
    """Decide the next step.

    Raises:
        ProviderError: The request cannot be fulfilled.
    """
    operation = operation_of(request, observed, timing)
    try:
        step = _next_step(request, observed, timing, operation)
        if isinstance(step, CreateSnapshot) and timing.is_over:
            step = Wait(f"no snapshot of {step.cluster} was started", "")
        if isinstance(step, Wait):
            return _scheduled(request, observed, timing, operation, step)
    except ProviderError as error:
        if request.type is RequestType.UPDATE:
            return _unless_reverting(request, observed, operation, error)
        raise
    return step


def operation_of(request: Request, observed: Observed, timing: Timing) -> Operation | None:
    """The operation as it was last read; ``None`` if it was not read yet."""
    if observed.stack is None:
        return None
    return Operation(
        stack=observed.stack,
        sent_at=request.sent_at,
        started_at=timing.budget.started_at,
        now=timing.now,
    )


def _next_step(
    request: Request, observed: Observed, timing: Timing, operation: Operation | None
) -> Step:
    if observed.refusal:
        return _after_refusal(request, observed, timing, observed.refusal)
    properties = request.properties
    if properties is None:
        return delete.delete(request, observed, operation)
    if request.waits_only:
        return keep(request, properties, observed, operation)
    if request.type is RequestType.UPDATE:
        step = update(request, properties, observed, operation)
        if step is not None:
            return step
    permission = _permission(request, observed, operation)
    return create(request, properties, observed, timing, permission)


def _permission(request: Request, observed: Observed, operation: Operation | None) -> Permission:
    if operation is None:
        return None, None
    if request.type is RequestType.UPDATE:
        return operation, verdict(request, observed, operation)
    return operation, operation.create()


def _after_refusal(request: Request, observed: Observed, timing: Timing, refusal: Refusal) -> Step:
    """Decide what follows a refused call: retry it, or an error."""
    properties = request.properties or Properties()
    if isinstance(refusal, Denied):
        return _after_denial(observed, timing, refusal)
    if isinstance(refusal, QuotaReached):
        return quota.after_refusal(properties, observed, timing, refusal)
    if isinstance(refusal, ClusterUnknown):
        raise cluster_not_found(properties.cluster)
    if isinstance(refusal, SnapshotBusy) and isinstance(observed.snapshot, Snapshot):
        return delete.after_refusal(observed.snapshot)
    if isinstance(refusal, Unexpected):
        raise ApiFault(
            f"{refusal}.",
            snapshot=observed.identifier,
            status=refusal.code,
            operation=refusal.operation,
        )
    situation = f"{refusal.operation} was refused with {refusal.code}"
    return Wait(situation, refusal.code, event=LogEvent.CALL_REFUSED, refused=True)


def _after_denial(observed: Observed, timing: Timing, refusal: Denied) -> Step:
    if timing.may_propagate:
        situation = f"{refusal.operation} is denied: waiting for its permission to propagate"
        return Wait(situation, refusal.code, event=LogEvent.PERMISSION_WAITING)
    if refusal.operation == _READS_THE_STACK:
        return AssumeUnknownStack()
    raise AccessDenied(
        f"{refusal.operation}: {refusal.message}",
        "Grant the provider's role this permission, then redeploy.",
        snapshot=observed.identifier,
        status=refusal.code,
        operation=refusal.operation,
    )


def _scheduled(
    request: Request, observed: Observed, timing: Timing, operation: Operation | None, wait: Wait
) -> Step:
    """Wait only as long as there is time, and somebody waits for the response."""
    if wait.event is LogEvent.OPERATION_UNCLEAR:
        # Ends by itself, well within the margin: a short timeout must not fail a rollback.
        return wait
    if timing.is_over:
        if wait.refused and timing.may_repeat:
            return wait
        return at_deadline(request, observed, wait, timing)
    if not timing.hands_over:
        return wait
    if request.type is RequestType.CREATE and not observed.refusal:
        # Soon the permissions to end a cancelled Create may be deleted.
        if operation is None:
            return Observe(Fact.STACK)
        if operation.create() is Verdict.REFUSED:
            raise cancelled(request, observed, operation.status)
    return Continue(_has_started(request, observed))


def _unless_reverting(
    request: Request,
    observed: Observed,
    operation: Operation | None,
    error: ProviderError,
) -> Step:
    """Fail an Update only where CloudFormation does not revert one.

    A rollback that fails leaves a stack that needs manual recovery.
    """
    if operation is None:
        if observed.refusal and observed.refusal.operation == _READS_THE_STACK:
            raise error
        return Observe(Fact.STACK)
    permits = verdict(request, observed, operation)
    if permits is Verdict.REVERTING:
        step = recorded(request, observed, operation)
        return replace(step, cause=error) if isinstance(step, Respond) else step
    # An Update to the properties of the current snapshot may be a reversal that is not visible yet.
    may_revert = not operation.is_settled and matches(request, observed)
    is_unclear = permits is Verdict.UNCLEAR or (permits is Verdict.ALLOWED and may_revert)
    if is_unclear:
        return unclear(operation)
    raise error


def _has_started(request: Request, observed: Observed) -> bool:
    snapshot, tags = observed.snapshot, observed.tags
    if observed.started:
        return True
    if not isinstance(snapshot, Snapshot) or tags is None:
        return False
    return ownership.is_of_request(request, snapshot, tags)
