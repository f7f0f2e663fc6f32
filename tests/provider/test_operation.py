"""Whether CloudFormation's operation permits an action: every status, and properties of any."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider.core.models import MISSING, Missing, Stack
from neptune_snapshot_provider.core.operation import (
    CLOCKS_DIFFER,
    SETTLED_AFTER,
    Operation,
    Phase,
    Verdict,
)

STATUSES: tuple[str, ...] = tuple(
    get_session().get_service_model("cloudformation").shape_for("StackStatus").enum  # type: ignore[attr-defined]  # a string shape
)
IDLE = tuple(status for status in STATUSES if not status.endswith("_IN_PROGRESS"))
SENT = 1_000_000.0
BEGAN = SENT - 60
BEFORE, DURING = BEGAN - 3, BEGAN + 1
TAKEN = (None, BEFORE, DURING)
"""When a snapshot was taken: unknown, before the operation, or by it."""

PHASES: Mapping[str, Phase] = dict.fromkeys(STATUSES, Phase.ENDED) | {
    "CREATE_IN_PROGRESS": Phase.FORWARD,
    "IMPORT_IN_PROGRESS": Phase.FORWARD,
    "REVIEW_IN_PROGRESS": Phase.FORWARD,
    "UPDATE_IN_PROGRESS": Phase.FORWARD,
    "ROLLBACK_IN_PROGRESS": Phase.REVERTING,
    "IMPORT_ROLLBACK_IN_PROGRESS": Phase.REVERTING,
    "UPDATE_ROLLBACK_IN_PROGRESS": Phase.REVERTING,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Phase.REVERTING,
    "DELETE_IN_PROGRESS": Phase.DELETING,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Phase.CLEANING_UP,
}
A, V, R, U = Verdict.ALLOWED, Verdict.REVERTING, Verdict.REFUSED, Verdict.UNCLEAR
Pair = tuple[Verdict, Verdict]
"""The verdict while a record may be older than the request, and once it cannot be."""

CREATE: Mapping[Phase, Pair] = {
    Phase.FORWARD: (A, A),
    Phase.REVERTING: (U, R),
    Phase.DELETING: (R, R),
    Phase.CLEANING_UP: (U, R),
    Phase.ENDED: (U, R),
    Phase.SUPERSEDED: (R, R),
    Phase.UNKNOWN: (A, A),
}
UPDATE: Mapping[Phase, Mapping[float | None, Pair]] = {
    Phase.FORWARD: {None: (U, A), BEFORE: (A, A), DURING: (U, V)},
    Phase.REVERTING: dict.fromkeys(TAKEN, (U, V)),
    Phase.DELETING: dict.fromkeys(TAKEN, (R, R)),
    Phase.CLEANING_UP: dict.fromkeys(TAKEN, (U, R)),
    Phase.ENDED: dict.fromkeys(TAKEN, (U, R)),
    Phase.SUPERSEDED: dict.fromkeys(TAKEN, (R, R)),
    Phase.UNKNOWN: dict.fromkeys(TAKEN, (A, A)),
}
DELETE: Mapping[Phase, Mapping[float, Pair]] = {
    Phase.FORWARD: dict.fromkeys((BEFORE, DURING), (U, R)),
    Phase.REVERTING: dict.fromkeys((BEFORE, DURING), (R, R)),
    Phase.DELETING: dict.fromkeys((BEFORE, DURING), (A, A)),
    Phase.CLEANING_UP: {BEFORE: (A, A), DURING: (U, R)},
    Phase.ENDED: dict.fromkeys((BEFORE, DURING), (U, R)),
    Phase.SUPERSEDED: dict.fromkeys((BEFORE, DURING), (R, R)),
    Phase.UNKNOWN: dict.fromkeys((BEFORE, DURING), (R, R)),
}
TAGS: Mapping[Phase, Mapping[bool, Pair]] = {
    Phase.FORWARD: dict.fromkeys((True, False), (A, A)),
    Phase.REVERTING: {False: (A, A), True: (R, R)},
    Phase.DELETING: dict.fromkeys((True, False), (R, R)),
    Phase.CLEANING_UP: dict.fromkeys((True, False), (U, R)),
    Phase.ENDED: dict.fromkeys((True, False), (U, R)),
    Phase.SUPERSEDED: dict.fromkeys((True, False), (R, R)),
    Phase.UNKNOWN: dict.fromkeys((True, False), (A, A)),
}


def operation(stack: Stack | Missing, *, settled: bool = False, **others: Any) -> Operation:  # noqa: ANN401 - fields
    """The operation as it is known when a request arrives, or once the status is certain."""
    now = SENT + (SETTLED_AFTER if settled else 0)
    known: dict[str, Any] = {"stack": stack, "sent_at": SENT, "started_at": SENT, "now": now}
    return Operation(**{**known, **others})


def both(stack: Stack | Missing, ask: Callable[[Operation], Verdict]) -> Pair:
    """The answer to a question at first, and once the status is certain."""
    return ask(operation(stack)), ask(operation(stack, settled=True))


def phases() -> Iterator[tuple[str, Phase, Stack | Missing]]:
    """Every status a stack can have, beside what no status says."""
    for status in STATUSES:
        yield status, PHASES[status], Stack(status=status, began_at=BEGAN)
    yield "unknown", Phase.UNKNOWN, MISSING
    later = Stack(status="DELETE_IN_PROGRESS", began_at=SENT + CLOCKS_DIFFER + 1)
    yield "superseded", Phase.SUPERSEDED, later


EVERY = pytest.mark.parametrize(("name", "phase", "stack"), list(phases()))


@EVERY
def test_a_create(name: str, phase: Phase, stack: Stack | Missing) -> None:
    assert operation(stack).phase is phase
    # A creation has no previous operation whose rollback could be read.
    expected = (R, R) if name == "ROLLBACK_IN_PROGRESS" else CREATE[phase]
    assert both(stack, Operation.create) == expected


@EVERY
@pytest.mark.parametrize("taken_at", [None, BEFORE, DURING])
def test_an_update(name: str, phase: Phase, stack: Stack | Missing, taken_at: float | None) -> None:
    assert both(stack, lambda one: one.update(taken_at)) == UPDATE[phase][taken_at], name


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"])
def test_an_update_of_an_operation_without_a_time_waits(status: str) -> None:
    """A creation sends no Update: its record is out of date, and hides the update's rollback."""
    assert both(Stack(status=status), lambda one: one.update(BEFORE)) == (U, A)


def test_an_older_snapshot_that_is_not_the_current_one_is_no_proof() -> None:
    stack = Stack(status="UPDATE_IN_PROGRESS", began_at=BEGAN)
    assert both(stack, lambda one: one.update(BEFORE, is_proof=False)) == (U, A)


@EVERY
@pytest.mark.parametrize("created_at", [BEFORE, DURING])
def test_a_delete(name: str, phase: Phase, stack: Stack | Missing, created_at: float) -> None:
    assert both(stack, lambda one: one.delete(created_at)) == DELETE[phase][created_at], name


@EVERY
@pytest.mark.parametrize("seen", [False, True])
def test_a_change_of_tags(name: str, phase: Phase, stack: Stack | Missing, *, seen: bool) -> None:
    verdicts = both(stack, lambda one: one.change_tags(seen_before_rollback=seen))
    assert verdicts == TAGS[phase][seen], name


@EVERY
@pytest.mark.parametrize("settled", [False, True])
def test_older_snapshots_are_deleted_and_the_parameter_is_written_only_while_it_goes_forward(
    name: str, phase: Phase, stack: Stack | Missing, *, settled: bool
) -> None:
    one = operation(stack, settled=settled)
    assert (one.retention() is A) is (phase is Phase.FORWARD), name
    assert (one.publication() is A) is (phase in (Phase.FORWARD, Phase.UNKNOWN)), name


@pytest.mark.parametrize("own", STATUSES)
@pytest.mark.parametrize("settled", [False, True])
def test_an_idle_parent_changes_no_verdict(own: str, *, settled: bool) -> None:
    alone = every_verdict(operation(Stack(status=own, began_at=BEGAN), settled=settled))
    for parent in IDLE:
        nested = Stack(status=own, began_at=BEGAN, ancestors=(parent, parent))
        assert every_verdict(operation(nested, settled=settled)) == alone, parent


@pytest.mark.parametrize(
    ("own", "parent", "phase"),
    [
        ("UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", Phase.FORWARD),
        ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", Phase.REVERTING),
        ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", Phase.REVERTING),
        ("DELETE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", Phase.REVERTING),
        ("DELETE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", Phase.REVERTING),
        ("DELETE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Phase.DELETING),
        ("UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", Phase.DELETING),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_IN_PROGRESS", Phase.CLEANING_UP),
    ],
)
def test_a_parent_in_progress_counts(own: str, parent: str, phase: Phase) -> None:
    assert operation(Stack(status=own, ancestors=("CREATE_COMPLETE", parent))).phase is phase


@pytest.mark.parametrize(
    ("parent", "verdict"),
    [
        ("UPDATE_IN_PROGRESS", U),
        ("CREATE_IN_PROGRESS", U),
        ("DELETE_IN_PROGRESS", A),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", A),
        ("CREATE_COMPLETE", A),
    ],
)
def test_a_nested_stack_is_deleted_only_where_its_parent_deletes(
    parent: str, verdict: Verdict
) -> None:
    """A parent that is still UPDATE_IN_PROGRESS may be rolling back already."""
    stack = Stack(status="DELETE_IN_PROGRESS", ancestors=(parent,), began_at=BEGAN)
    assert operation(stack).delete(BEFORE) is verdict


def test_an_unknown_parent_retains_in_a_deletion_and_is_ignored_otherwise() -> None:
    for status, verdict in (("DELETE_IN_PROGRESS", U), ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", A)):
        stack = Stack(status=status, ancestors_known=False, began_at=BEGAN)
        assert operation(stack).delete(BEFORE) is verdict
    stack = Stack(status="CREATE_IN_PROGRESS", ancestors_known=False)
    assert operation(stack).create() is A


@pytest.mark.parametrize(
    "times", [{"started_at": SENT + 10}, {"sent_at": None, "started_at": SENT}]
)
def test_a_record_is_settled_75_seconds_after_the_request_was_sent_or_first_delivered(
    times: dict[str, Any],
) -> None:
    stack = Stack(status="CREATE_COMPLETE", began_at=SENT)
    assert not operation(stack, **times, now=SENT + 74.9).is_settled
    assert operation(stack, **times, now=SENT + 75).is_settled


def test_where_the_time_of_sending_is_unknown_nothing_is_superseded() -> None:
    stack = Stack(status="CREATE_COMPLETE", began_at=SENT + 3600)
    assert operation(stack, sent_at=None).phase is Phase.ENDED


@pytest.mark.parametrize(("seconds", "is_later"), [(-60, False), (2, False), (2.1, True)])
def test_clocks_may_differ_by_two_seconds(seconds: float, *, is_later: bool) -> None:
    stack = Stack(status="UPDATE_IN_PROGRESS", began_at=SENT + seconds)
    assert (operation(stack).phase is Phase.SUPERSEDED) is is_later


def test_the_statuses_are_named_in_messages() -> None:
    nested = Stack(status="DELETE_IN_PROGRESS", ancestors=("UPDATE_IN_PROGRESS",))
    assert operation(nested).status == "DELETE_IN_PROGRESS/UPDATE_IN_PROGRESS"
    assert operation(MISSING).status == "unknown to CloudFormation"


def every_verdict(one: Operation) -> dict[str, Verdict]:
    """The answer to every question, by its name."""
    return {
        "create": one.create(),
        **{f"update {time}": one.update(time) for time in TAKEN},
        **{f"delete {time}": one.delete(time) for time in TAKEN},
        **{f"tags {seen}": one.change_tags(seen_before_rollback=seen) for seen in (False, True)},
        "retention": one.retention(),
        "publication": one.publication(),
    }


TIMES = st.none() | st.floats(SENT - 1e4, SENT + 1e4)
STACKS = st.builds(
    Stack,
    status=st.sampled_from(STATUSES) | st.text(max_size=20),
    ancestors=st.lists(st.sampled_from(STATUSES), max_size=3).map(tuple),
    ancestors_known=st.booleans(),
    began_at=TIMES,
)
OPERATIONS = st.builds(
    Operation,
    stack=STACKS | st.just(MISSING),
    sent_at=TIMES,
    started_at=st.floats(SENT - 1e4, SENT + 1e4),
    now=st.floats(SENT, SENT + 2e4),
)
DELETES = ("DELETE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")


@given(OPERATIONS, TIMES)
def test_a_deletion_is_allowed_only_where_cloudformation_deletes(
    one: Operation, created_at: float | None
) -> None:
    if one.delete(created_at) is not A:
        return
    assert isinstance(one.stack, Stack)
    statuses = (one.stack.status, *one.stack.ancestors)
    assert one.stack.status in DELETES
    assert not [status for status in statuses if "ROLLBACK" in status and status not in IDLE]
    assert one.phase is not Phase.SUPERSEDED
    if one.stack.status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":
        assert created_at is not None
        assert one.stack.began_at is not None
        assert created_at < one.stack.began_at


@pytest.mark.parametrize(("created_at", "began_at"), [(None, BEGAN), (BEFORE, None)])
def test_a_cleanup_without_times_proves_nothing(
    created_at: float | None, began_at: float | None
) -> None:
    """The snapshot may be of this very update, whose rollback is not visible yet."""
    stack = Stack(status="UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", began_at=began_at)
    assert both(stack, lambda one: one.delete(created_at)) == (U, R)


@given(OPERATIONS, TIMES)
def test_older_snapshots_are_never_deleted_during_a_rollback_or_for_a_late_delivery(
    one: Operation, taken_at: float | None
) -> None:
    if one.retention() is A:
        assert isinstance(one.stack, Stack)
        assert "ROLLBACK_" not in one.stack.status
        assert one.phase is Phase.FORWARD
        # What may not take a snapshot for good may not delete one either.
        assert one.create() is A
        assert one.update(taken_at) is not R


@given(OPERATIONS, TIMES)
def test_before_the_status_is_settled_only_positive_evidence_refuses(
    one: Operation, time: float | None
) -> None:
    if one.is_settled:
        return
    ended = one.phase in (Phase.SUPERSEDED, Phase.DELETING)
    creation_rolls_back = isinstance(one.stack, Stack) and (
        one.stack.status == "ROLLBACK_IN_PROGRESS"
    )
    assert (one.create() is R) is (ended or creation_rolls_back)
    assert (one.update(time) is R) is ended
    assert one.update(time) is not V
    refuses = one.phase in (Phase.UNKNOWN, Phase.REVERTING, Phase.SUPERSEDED)
    assert (one.delete(time) is R) is refuses


@given(OPERATIONS)
def test_once_the_status_is_settled_nothing_is_unclear(one: Operation) -> None:
    if one.is_settled:
        assert U not in every_verdict(one).values()


@given(OPERATIONS)
def test_a_late_delivery_does_nothing(one: Operation) -> None:
    if one.phase is Phase.SUPERSEDED:
        assert set(every_verdict(one).values()) == {R}
