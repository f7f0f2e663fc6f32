"""Defects that were found by simulation, each named after what it would have done to a user."""

import pytest

from neptune_snapshot_provider.contract import TIMEOUT_MAX
from simulation.faults import Fault, Kind
from simulation.situations import create
from simulation.templates import Declared, Template
from simulation.universe import ANSWER, Universe

LONG = 2000.0


def test_a_function_killed_once_left_its_stack_waiting_for_an_hour_and_a_failure(
    universe: Universe,
) -> None:
    """The second delivery counted a whole hour again, while CloudFormation did not wait for it."""
    universe.ledger.causes |= {"killed", "slow"}
    universe.neptune.duration = 100_000.0
    universe.faults.armed.append(Fault(Kind.KILL, "PutRule"))
    stack = create(universe, Declared("Snapshot"))
    reasons = [str(one.body["Reason"]) for one in universe.ledger.answers]
    assert reasons[0].startswith("DeadlineExceeded")
    assert stack.status == "ROLLBACK_COMPLETE"


def test_three_deliveries_of_one_request_disturbed_each_other(universe: Universe) -> None:
    universe.neptune.duration = LONG
    universe.cloudformation.create("Graph", Template((Declared("Snapshot"),)))
    for _ in range(2):
        universe.function.invoke_again(universe.function.delivered[0])
    universe.settle()
    assert {one.body["Status"] for one in universe.ledger.answers} == {"SUCCESS"}


def test_a_snapshot_that_was_not_done_in_time_left_its_stack_waiting_because_two_polls_were_killed(
    universe: Universe,
) -> None:
    """The last ones of the hour, with the rule removed already: Lambda delivers them again."""
    universe.ledger.causes |= {"killed", "slow"}
    universe.neptune.duration = None
    stack = universe.cloudformation.create("Graph", Template((Declared("Snapshot"),)))
    universe.engine.run(TIMEOUT_MAX - 30)
    universe.faults.armed.append(Fault(Kind.KILL_LATE, "DeleteRule", count=2))
    universe.settle()
    assert universe.ledger.answers[0].body["Reason"].startswith("DeadlineExceeded")
    assert stack.status == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("operation", [ANSWER, "RemoveTargets", "DeleteRule"])
def test_a_stack_waited_for_an_hour_because_a_poll_was_killed_before_it_responded(
    universe: Universe, operation: str
) -> None:
    """It had removed the rule, and its second delivery found that there was more to wait for."""
    universe.ledger.causes |= {"killed", "cluster"}
    universe.neptune.duration = 400.0
    universe.neptune.set_status("graph", "starting", seconds=850.0, then="deleting")
    stack = universe.cloudformation.create("Graph", Template((Declared("Snapshot"),)))
    universe.faults.armed.append(Fault(Kind.KILL, operation))
    universe.engine.run(1800.0, until=lambda: bool(universe.faults.struck))
    universe.neptune.set_status("graph", "available")
    universe.settle()
    responded = operation != ANSWER
    assert stack.status == ("ROLLBACK_COMPLETE" if responded else "CREATE_COMPLETE")


@pytest.mark.parametrize("operation", ["PutRule", "PutTargets"])
def test_half_a_poll_remained_because_the_function_was_killed_while_it_set_it_up(
    universe: Universe, operation: str
) -> None:
    """The second delivery found the snapshot available and needed no poll."""
    universe.ledger.causes.add("killed")
    universe.neptune.duration = 830.0
    universe.faults.armed.append(Fault(Kind.KILL_LATE, operation))
    stack = create(universe, Declared("Snapshot"))
    assert stack.status == "CREATE_COMPLETE"
    assert not universe.events.rules


def test_a_late_delete_removed_the_snapshot_that_the_next_update_took_under_the_same_name(
    universe: Universe,
) -> None:
    """Delivered twice, the second time while the stack was updated again."""
    universe.ledger.causes.add("taken name")
    named = Declared("Snapshot", name="nightly", retain=False)
    stack = create(universe, named)
    for name in ("another", "nightly"):
        universe.cloudformation.update(stack, Template((named.but(name=name),)))
        if name == "another":
            universe.settle()
    deletion = universe.function.delivered[-2]
    assert (deletion.event["RequestType"], deletion.event["PhysicalResourceId"]) == (
        "Delete",
        "nightly",
    )
    universe.engine.run(3.0)
    universe.function.invoke_again(deletion)
    universe.settle()
    assert universe.neptune.status_of("nightly") == "available"


def test_a_late_delete_stopped_the_wait_for_the_snapshot_of_the_next_update(
    universe: Universe,
) -> None:
    """The provider took the rule for one of the cancelled request; there was no response."""
    one, two = Declared("Snapshot"), Declared("Other")
    stack = create(universe, one)
    universe.cloudformation.update(stack, Template((one, two), migration_fails=True))
    universe.settle()
    deletion = universe.function.delivered[-1]
    assert deletion.event["RequestType"] == "Delete"
    universe.engine.run(60.0)
    universe.neptune.duration = LONG
    universe.cloudformation.update(stack, Template((one, two)))
    universe.engine.run(900.0)
    assert universe.events.rules
    universe.function.invoke_again(deletion)
    universe.settle()
    assert stack.status == "UPDATE_COMPLETE"


@pytest.mark.parametrize("then", ["update", "delete"])
def test_a_late_delete_of_a_rollback_deleted_what_the_rollback_had_retained(
    universe: Universe, then: str
) -> None:
    """Delivered again in the stack's next operation, which is no rollback."""
    one, two = Declared("Snapshot"), Declared("Other")
    universe.ledger.causes.add("taken name")
    stack = create(universe, one)
    universe.cloudformation.update(stack, Template((one, two), migration_fails=True))
    universe.settle()
    deletion = universe.function.delivered[-1]
    kept = str(deletion.event["PhysicalResourceId"])
    assert deletion.event["RequestType"] == "Delete"
    universe.engine.run(60.0)
    universe.neptune.duration = 60.0
    if then == "update":
        universe.cloudformation.update(stack, Template((one.but(trigger="next"),)))
    else:
        universe.cloudformation.delete(stack)
    universe.function.invoke_again(deletion)
    universe.settle()
    assert universe.neptune.status_of(kept) == "available"


def test_a_late_rollback_took_a_snapshot_of_what_the_next_update_had_changed(
    universe: Universe,
) -> None:
    """Killed after its response had arrived, it was delivered again while the stack was updated."""
    universe.ledger.causes |= {"killed", "cluster"}
    declared = Declared("Snapshot")
    stack = create(universe, declared)
    universe.faults.armed.append(Fault(Kind.KILL_LATE, ANSWER, skip=1))
    universe.cloudformation.update(stack, Template((declared.but(cluster="nowhere"),)))
    universe.engine.run(50.0)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    universe.neptune.duration = 60.0
    universe.cloudformation.update(stack, Template((declared.but(trigger="next"),)))
    universe.settle()
    taken = [deed.request.type for deed in universe.ledger.deeds if deed.operation == "create"]
    assert taken == ["Create", "Update"]


def test_a_chain_of_hours_responded_without_attributes(universe: Universe) -> None:
    """What read the ARN of the snapshot failed."""
    universe.neptune.duration = 4000.0
    template = Template((Declared("Snapshot", timeout=2 * TIMEOUT_MAX),))
    stack = universe.cloudformation.create("Graph", template)
    universe.settle()
    assert stack.status == "CREATE_COMPLETE"
    first = universe.ledger.answers[0]
    assert first.body["Data"]["Status"] == "creating"
