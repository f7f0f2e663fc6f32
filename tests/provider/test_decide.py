"""The decision about refused calls, the deadline and the end of an invocation."""

from dataclasses import replace
from typing import Any

import pytest

from neptune_snapshot_provider import errors
from neptune_snapshot_provider.core import ownership, refusals
from neptune_snapshot_provider.core.decide import decide
from neptune_snapshot_provider.core.models import MISSING, Cluster, Snapshot, Stack
from neptune_snapshot_provider.core.request import Request, parse_request
from neptune_snapshot_provider.core.schedule import Budget, Timing
from neptune_snapshot_provider.core.steps import (
    AssumeUnknownStack,
    Continue,
    CreateSnapshot,
    Fact,
    Found,
    Freed,
    FreeQuota,
    Observe,
    Observed,
    Quota,
    Respond,
    Step,
    Wait,
)
from neptune_snapshot_provider.logs import LogEvent
from support import events

START = 1_000_000.0
DEADLINE = START + 3300
FORWARD = Stack(status="CREATE_IN_PROGRESS")
ENDED = Stack(status="UPDATE_COMPLETE")
CLUSTER = Cluster(identifier=events.CLUSTER, engine="neptune", status="available")


def at(now: float, *, delay: float = 0.0, ends: float = DEADLINE + 600) -> Timing:
    """A moment of an invocation that ends after the deadline, unless said otherwise."""
    budget = Budget(started_at=START, deadline=DEADLINE, invocation_ends=ends, delay=delay)
    return Timing(budget=budget, now=now)


SOON, LATE = at(START + 1), at(DEADLINE + 1)
HANDS_OVER = at(START + 10, ends=START + 5)


def create_of(**properties: Any) -> Request:  # noqa: ANN401 - wire properties
    return parse_request(events.create(**properties))


CREATE = create_of()


def own(request: Request, status: str = "creating", percent: int = 5) -> Found:
    """The snapshot that a request has started, and its tags."""
    assert request.properties
    record = {
        "DBClusterSnapshotIdentifier": ownership.snapshot_identifier(request, request.properties),
        "DBClusterIdentifier": events.CLUSTER,
        "Engine": "neptune",
        "Status": status,
        "SnapshotType": "manual",
        "PercentProgress": percent,
    }
    tags = ownership.owner_tags(request, request.properties)
    return Found(snapshot=Snapshot.of(record), tags=tags)


def started(request: Request = CREATE, status: str = "creating") -> Observed:
    """What is observed while a request's snapshot is in progress."""
    found = own(request, status)
    name = found.snapshot.identifier
    return Observed(
        identifier=name, started=True, snapshot=found.snapshot, tags=found.tags, stack=FORWARD
    )


def refused(kind: type[refusals.Refusal], operation: str = "DescribeDBClusters") -> Observed:
    return Observed(refusal=kind("TheCode", "because", operation), stack=FORWARD)


def waits(step: Step) -> Wait:
    assert isinstance(step, Wait), step
    return step


@pytest.mark.parametrize(
    "kind",
    [refusals.Unavailable, refusals.SnapshotExists, refusals.SnapshotGone, refusals.ClusterBusy],
)
def test_a_call_that_may_be_refused_for_a_while_is_retried(kind: type[refusals.Refusal]) -> None:
    wait = waits(decide(CREATE, refused(kind), SOON))
    assert wait.event is LogEvent.CALL_REFUSED
    assert wait.refused
    assert wait.situation == "DescribeDBClusters was refused with TheCode"


def test_a_denied_call_is_retried_while_its_permission_may_propagate() -> None:
    wait = waits(decide(CREATE, refused(refusals.Denied), at(START + 119)))
    assert wait.event is LogEvent.PERMISSION_WAITING
    with pytest.raises(errors.AccessDenied, match=r"DescribeDBClusters: because.*Grant"):
        decide(CREATE, refused(refusals.Denied), at(START + 121))


def test_a_stack_that_may_not_be_described_is_assumed_to_be_unknown() -> None:
    observed = refused(refusals.Denied, "DescribeStacks")
    assert isinstance(decide(CREATE, observed, at(START + 119)), Wait)
    assert decide(CREATE, observed, at(START + 121)) == AssumeUnknownStack()


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        (refusals.ClusterUnknown, errors.DBClusterNotFoundFault, "no DB cluster my-graph"),
        (refusals.Unexpected, errors.ApiFault, "DescribeDBClusters: TheCode: because"),
    ],
)
def test_a_call_that_never_succeeds_fails_at_once(
    kind: type[refusals.Refusal], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        decide(CREATE, refused(kind), SOON)


def refused_deletion(status: str) -> Observed:
    snapshot = replace(own(CREATE).snapshot, status=status)
    observed = refused(refusals.SnapshotBusy, "DeleteDBClusterSnapshot")
    return replace(observed, snapshot=snapshot)


@pytest.mark.parametrize("status", ["deleting", "creating", "copying"])
def test_a_deletion_that_the_snapshots_state_forbids_is_retried(status: str) -> None:
    step = decide(parse_request(events.delete("s")), refused_deletion(status), SOON)
    assert waits(step).status == status


@pytest.mark.parametrize("status", ["failed", "incompatible-restore"])
def test_a_deletion_that_neptune_never_carries_out_fails(status: str) -> None:
    with pytest.raises(errors.SnapshotNotDeletable, match=status):
        decide(parse_request(events.delete("s")), refused_deletion(status), SOON)


def test_a_full_quota_without_retention_fails_with_what_uses_it() -> None:
    observed = refused(refusals.QuotaReached)
    assert decide(CREATE, observed, SOON) == Observe(Fact.QUOTA)
    known = replace(observed, quota=Quota(usage="7 of 7 used", deletable=("old",)))
    with pytest.raises(errors.SnapshotQuotaExceeded, match=r"7 of 7 used.*no longer needed: old"):
        decide(CREATE, known, SOON)
    known = replace(observed, quota=Quota(usage="7 of 7 used", deletable=()))
    with pytest.raises(
        errors.SnapshotQuotaExceeded, match=r"\)\. Raise the quota in Service Quotas\.$"
    ):
        decide(CREATE, known, SOON)


def test_a_full_quota_is_freed_once_and_waited_for() -> None:
    request = create_of(KeepLast="3")
    observed = replace(refused(refusals.QuotaReached), identifier="new")
    assert decide(request, observed, SOON) == FreeQuota("new")
    freed = replace(observed, freed=Freed(deleted=("a", "b"), until=START + 120))
    wait = waits(decide(request, freed, at(START + 119)))
    assert wait.event is LogEvent.QUOTA_WAITING
    assert wait.situation == "deleted 2 older snapshots: waiting for the quota"
    assert decide(request, freed, at(START + 120)) == Observe(Fact.QUOTA)
    in_vain = replace(observed, freed=Freed(deleted=(), until=START + 120))
    assert decide(request, in_vain, SOON) == Observe(Fact.QUOTA)


def test_a_snapshot_in_progress_is_waited_for_with_its_progress() -> None:
    wait = waits(decide(CREATE, started(), SOON))
    assert (wait.status, wait.percent, wait.event) == ("creating", 5, LogEvent.SNAPSHOT_PROGRESS)


def test_the_deadline_names_the_snapshot_and_retains_it() -> None:
    with pytest.raises(errors.DeadlineExceeded) as caught:
        decide(CREATE, started(), LATE)
    text = str(caught.value)
    assert text.startswith("after 3300 s snapshot my-graph-")
    assert "is creating, 5 %. The snapshot continues and is retained." in text
    assert text.endswith("Allow a longer timeout.")
    with pytest.raises(
        errors.DeadlineExceeded, match="Lambda started 700 s late: check its concurrency"
    ):
        decide(CREATE, started(), at(DEADLINE + 1, delay=700))


def test_nothing_is_started_after_the_deadline() -> None:
    name = own(CREATE).snapshot.identifier
    ready = Observed(identifier=name, snapshot=MISSING, cluster=CLUSTER, stack=FORWARD)
    assert isinstance(decide(CREATE, ready, SOON), CreateSnapshot)
    with pytest.raises(errors.DeadlineExceeded, match="no snapshot of my-graph was started"):
        decide(CREATE, ready, LATE)


def test_a_call_refused_at_the_deadline_is_repeated_for_a_minute() -> None:
    """What it would have shown may be the end of the wait."""
    observed = refused(refusals.Unavailable)
    assert isinstance(decide(CREATE, observed, at(DEADLINE + 59)), Wait)
    with pytest.raises(errors.DeadlineExceeded):
        decide(CREATE, observed, at(DEADLINE + 60))


def test_at_the_deadline_the_next_resource_of_a_chain_continues() -> None:
    request = create_of(OnTimeout="CONTINUE")
    step = decide(request, started(request), LATE)
    assert isinstance(step, Respond)
    assert step.identifier == own(request).snapshot.identifier
    foreign = replace(started(request), tags=None, refusal=refusals.Unavailable("x", "x", "x"))
    with pytest.raises(errors.DeadlineExceeded):
        decide(request, foreign, at(DEADLINE + 60))


def test_an_available_snapshot_is_returned_even_after_the_deadline() -> None:
    assert isinstance(decide(CREATE, started(status="available"), LATE), Respond)


NOT_STARTED = Observed(
    identifier=own(CREATE).snapshot.identifier,
    snapshot=MISSING,
    cluster=replace(CLUSTER, status="modifying"),
    stack=FORWARD,
)


@pytest.mark.parametrize(
    ("observed", "is_started"),
    [
        pytest.param(started(), True, id="started"),
        pytest.param(replace(started(), started=False), True, id="by an earlier delivery"),
        pytest.param(replace(started(), stack=ENDED), True, id="unclear status"),
        pytest.param(NOT_STARTED, False, id="busy cluster"),
        pytest.param(refused(refusals.Unavailable), False, id="refused call"),
    ],
)
def test_the_end_of_an_invocation_hands_over(observed: Observed, *, is_started: bool) -> None:
    assert decide(CREATE, observed, HANDS_OVER) == Continue(started=is_started)


def test_a_create_is_not_handed_over_once_it_is_cancelled() -> None:
    """Soon the permissions to remove its rule may be deleted."""
    unread = replace(started(), stack=None)
    assert decide(CREATE, unread, HANDS_OVER) == Observe(Fact.STACK)
    cancelled = replace(started(), stack=Stack(status="ROLLBACK_IN_PROGRESS"))
    with pytest.raises(errors.RequestCancelled, match="is retained"):
        decide(CREATE, cancelled, HANDS_OVER)


OLD = own(parse_request(events.create("request-0", Trigger="old")), status="failed")
BEGAN = START - 60
UPDATING = Stack(status="UPDATE_IN_PROGRESS", began_at=BEGAN)
REVERTING = Stack(status="UPDATE_ROLLBACK_IN_PROGRESS", began_at=BEGAN)


def current(stack: Stack | None, created_at: float | None = BEGAN - 60) -> Observed:
    """The current snapshot matches the requested properties, and cannot be used any more."""
    snapshot = replace(OLD.snapshot, created_at=created_at)
    return Observed(
        identifier=snapshot.identifier,
        stack=stack,
        current=Found(snapshot=snapshot, tags=OLD.tags),
        snapshot=snapshot,
        tags=OLD.tags,
    )


EVENT = events.update(
    OLD.snapshot.identifier, events.properties(Trigger="old"), events.properties(Trigger="new")
)
BACK = parse_request(EVENT)


@pytest.mark.parametrize("stack", [UPDATING, REVERTING])
def test_an_update_does_not_fail_while_it_may_be_a_rollback(stack: Stack) -> None:
    assert decide(BACK, current(None), SOON) == Observe(Fact.STACK)
    wait = waits(decide(BACK, current(stack), SOON))
    assert wait.event is LogEvent.OPERATION_UNCLEAR


def test_a_reversal_succeeds_with_the_recorded_snapshot_and_logs_its_error() -> None:
    step = decide(BACK, current(REVERTING), at(START + 75))
    assert isinstance(step, Respond)
    assert (step.identifier, step.is_final) == (OLD.snapshot.identifier, True)
    assert isinstance(step.cause, errors.SnapshotFailed)


def test_an_update_that_goes_forward_fails_once_that_is_certain() -> None:
    with pytest.raises(errors.SnapshotFailed):
        decide(BACK, current(UPDATING), at(START + 75))


def test_an_update_of_a_superseded_operation_fails_at_once() -> None:
    request = parse_request(events.sent(EVENT, BEGAN - 10))
    with pytest.raises(errors.SnapshotFailed):
        decide(request, current(UPDATING), SOON)


def test_an_update_fails_where_the_stack_cannot_be_read() -> None:
    refusal = refusals.Unexpected("TheCode", "because", "DescribeStacks")
    with pytest.raises(errors.ApiFault):
        decide(BACK, replace(current(None), refusal=refusal), SOON)


def test_a_create_fails_at_once() -> None:
    """A rollback sends no Create."""
    with pytest.raises(errors.SnapshotFailed):
        decide(CREATE, replace(started(status="failed"), stack=None), SOON)
