"""Defects that were found by simulation, each named after what it would have done to a user."""

from collections.abc import Callable, Iterator

import pytest

from neptune_snapshot_provider.contract import TIMEOUT_MAX, OwnerTag
from neptune_snapshot_provider.core.refusals import Denied, SnapshotGone, Unavailable
from neptune_snapshot_provider.core.steps import Continue, Respond
from neptune_snapshot_provider.errors import (
    DeadlineExceeded,
    RequestCancelled,
)
from simulation.faults import Fault, Kind
from simulation.invariants import ALWAYS, AT_REST, verify
from simulation.stacks import Stack
from simulation.templates import Declared, Template
from simulation.universe import ANSWER, Universe, simulated
from support import events
from support.world import NOW, World

Run = Callable[..., Respond]
THROTTLED = Unavailable("Throttling", "slow down", "Operation")
LONG = 2000.0


@pytest.fixture
def universe() -> Iterator[Universe]:
    with simulated() as universe:
        yield universe
        universe.settle()
        verify(universe, ALWAYS + AT_REST)


def deploy(universe: Universe, *, fault: Fault | None = None, duration: float = LONG) -> Stack:
    universe.neptune.duration = duration
    if fault:
        universe.faults.armed.append(fault)
    stack = universe.cloudformation.create("Graph", Template((Declared("Snapshot"),)))
    universe.settle()
    return stack


def test_a_function_killed_once_left_its_stack_waiting_for_an_hour_and_a_failure(
    universe: Universe,
) -> None:
    """The second delivery counted a whole hour again, while CloudFormation did not wait for it."""
    universe.ledger.causes |= {"killed", "slow"}
    stack = deploy(universe, fault=Fault(Kind.KILL, "PutRule"), duration=100_000.0)
    reasons = [str(one.body["Reason"]) for one in universe.ledger.answers]
    assert reasons[0].startswith("DeadlineExceeded")
    assert stack.status == "ROLLBACK_COMPLETE"


def test_a_rule_with_the_response_url_in_it_remained(universe: Universe) -> None:
    """RemoveTargets was refused."""
    deploy(universe, fault=Fault(Kind.THROTTLED, "RemoveTargets", count=5))
    assert not universe.events.rules


def test_a_good_snapshot_failed_its_deployment_because_put_rule_was_throttled(
    universe: Universe,
) -> None:
    assert deploy(universe, fault=Fault(Kind.THROTTLED, "PutRule")).status == "CREATE_COMPLETE"


def test_a_good_snapshot_failed_its_deployment_because_put_targets_hung(universe: Universe) -> None:
    """For five minutes, of the ninety seconds that were left."""
    stack = deploy(universe, fault=Fault(Kind.TIMEOUT, "PutTargets"))
    assert stack.status == "CREATE_COMPLETE"


def test_an_orphaned_rule_remained_because_the_response_to_put_rule_was_lost(
    universe: Universe,
) -> None:
    deploy(universe, fault=Fault(Kind.RESET_LATE, "PutRule"))
    assert not universe.events.rules


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


@pytest.mark.parametrize("operation", ["PutRule", "PutTargets"])
def test_half_a_poll_remained_because_the_function_was_killed_while_it_set_it_up(
    universe: Universe, operation: str
) -> None:
    """The second delivery found the snapshot available and needed no poll."""
    universe.ledger.causes.add("killed")
    stack = deploy(universe, fault=Fault(Kind.KILL_LATE, operation), duration=830.0)
    assert stack.status == "CREATE_COMPLETE"
    assert not universe.events.rules


def test_a_late_delete_removed_the_snapshot_that_the_next_update_took_under_the_same_name(
    universe: Universe,
) -> None:
    """Delivered twice, the second time while the stack was updated again."""
    universe.ledger.causes.add("taken name")
    named = Declared("Snapshot", name="nightly", retain=False)
    stack = universe.cloudformation.create("Graph", Template((named,)))
    universe.settle()
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
    stack = universe.cloudformation.create("Graph", Template((one,)))
    universe.settle()
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
    stack = universe.cloudformation.create("Graph", Template((one,)))
    universe.settle()
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
    stack = universe.cloudformation.create("Graph", Template((declared,)))
    universe.settle()
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


def test_a_chain_of_hours_failed_because_one_poll_was_throttled(world: World, respond: Run) -> None:
    """The one at the end of the hour, after which the next resource was to continue to wait."""
    world.duration = None
    ends_at = NOW + 600

    def before(name: str) -> None:
        if name == "snapshot" and ends_at <= world.clock.now() < ends_at + 5:
            raise THROTTLED

    world.before = before
    done = respond(events.create(TimeoutSeconds="600", OnTimeout="CONTINUE"))
    assert done.snapshot is not None


def test_a_foreign_snapshot_was_passed_to_the_next_resource_of_the_chain(
    world: World, respond: Run
) -> None:
    """Whose it was could not be read until the hour was over."""
    world.duration = None
    world.add_snapshot("precious", {"owner": "somebody else"}, status="creating")
    world.refuse("tags", THROTTLED)
    create = events.create(
        DBClusterSnapshotIdentifier="precious", TimeoutSeconds="600", OnTimeout="CONTINUE"
    )
    with pytest.raises(DeadlineExceeded):
        respond(create)


def test_a_change_of_tags_was_lost_though_the_update_succeeded(
    world: World, reconcile: Callable[..., Respond | Continue], respond: Run
) -> None:
    """The tags could not be read until the next invocation, which was not told of them."""
    taken = respond(events.create(Tags=events.tag_list(team="a"))).identifier
    world.begin("UPDATE_IN_PROGRESS")
    world.refuse("tags", THROTTLED)
    new = events.properties(Tags=events.tag_list(team="b"))
    old = events.properties(Tags=events.tag_list(team="a"))
    outcome = reconcile(events.update(taken, new, old), lambda_seconds=91)
    assert isinstance(outcome, Continue)
    assert not outcome.started


def test_a_stack_could_not_be_deleted_because_its_snapshot_was_just_gone(
    world: World, respond: Run
) -> None:
    own = respond(events.create()).identifier
    world.begin("DELETE_IN_PROGRESS")

    def before(name: str) -> None:
        if name == "tags":
            world.snapshots.clear()
            raise SnapshotGone("DBClusterSnapshotNotFoundFault", "gone", "ListTagsForResource")

    world.before = before
    assert respond(events.delete(own)).identifier == own


def test_a_late_poll_took_a_snapshot_after_the_deployment_had_failed(
    world: World, respond: Run
) -> None:
    world.add_cluster(status="modifying")

    def before(name: str) -> None:
        if name == "cluster" and world.clock.now() >= NOW + 600:
            world.add_cluster()

    world.before = before
    with pytest.raises(DeadlineExceeded, match="no snapshot of my-graph was started"):
        respond(events.create(TimeoutSeconds="600"))
    assert not world.snapshots


def test_a_cancelled_deployment_kept_its_rule_firing_after_the_function_was_gone(
    world: World, reconcile: Callable[..., Respond | Continue]
) -> None:
    world.duration = LONG

    def before(name: str) -> None:
        if name == "snapshot" and world.snapshots:
            world.stacks = ("ROLLBACK_IN_PROGRESS",)

    world.before = before
    with pytest.raises(RequestCancelled, match="is retained"):
        reconcile(events.create(), lambda_seconds=120)
    assert world.snapshots


def test_a_late_delete_removed_the_newer_snapshot_of_the_same_name(
    world: World, respond: Run
) -> None:
    respond(events.create(DBClusterSnapshotIdentifier="by-name"))
    world.stacks = ("UPDATE_COMPLETE",)
    respond(events.delete("by-name"))
    assert list(world.snapshots) == ["by-name"]


def test_a_stale_status_does_not_retain_what_is_to_be_deleted(world: World, respond: Run) -> None:
    own = respond(events.create()).identifier
    world.stacks = ("CREATE_COMPLETE",)

    def before(name: str) -> None:
        if name == "stack" and world.calls.count("stack") > 5:
            world.begin("DELETE_IN_PROGRESS")

    world.before = before
    respond(events.delete(own))
    assert not world.snapshots


@pytest.mark.parametrize("reads", [2, 100])
def test_a_rollback_failed_because_reads_of_the_stack_were_throttled(
    world: World, respond: Run, reads: int
) -> None:
    taken = respond(events.create(Tags=events.tag_list(team="a"))).identifier
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    world.set_status(taken, "failed")
    world.refuse("stack", THROTTLED, times=reads)
    back = events.update(taken, events.properties(), events.properties(TimeoutSeconds="60"))
    assert respond(back).identifier == taken


def test_a_rollback_does_not_wait_for_ever_to_learn_that_it_is_one(
    world: World, respond: Run
) -> None:
    taken = respond(events.create()).identifier
    world.set_status(taken, "failed")
    for refusal in (THROTTLED, Denied("AccessDenied", "no", "DescribeStacks")):
        world.refuse("stack", refusal)
        back = events.update(taken, events.properties(), events.properties(TimeoutSeconds="60"))
        with pytest.raises(Exception, match="is failed"):
            respond(back)


def test_a_foreign_snapshot_was_adopted_that_replaced_the_own_one(
    world: World, respond: Run
) -> None:
    """Deleted by hand while it was waited for, and taken again by somebody else."""
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.calls.count("snapshot") == 5:
            (ours,) = world.snapshots
            world.add_snapshot(ours, {"owner": "somebody else"}, age=-1)

    world.before = before
    with pytest.raises(Exception, match="was not taken by this request"):
        respond(events.create())


def test_a_foreign_snapshot_was_tagged_that_replaced_the_own_one(
    world: World, respond: Run
) -> None:
    taken = respond(events.create()).identifier
    world.add_snapshot(taken, {"owner": "somebody else"})
    world.begin("UPDATE_IN_PROGRESS")
    new = events.properties(Tags=events.tag_list(team="b"))
    done = respond(events.update(taken, new, events.properties()))
    assert done.identifier != taken
    assert world.tags_of(done.identifier)["team"] == "b"
    assert world.tags_of(taken) == {"owner": "somebody else"}


@pytest.mark.parametrize("refused", ["", "remove_tags", "add_tags"])
def test_a_reused_snapshot_kept_the_tags_of_another_template(
    world: World, respond: Run, refused: str
) -> None:
    reuse = {"ReuseYoungerThanSeconds": "600"}
    taken = respond(events.create(Tags=events.tag_list(team="a", cost="b"), **reuse)).identifier
    world.begin("UPDATE_IN_PROGRESS")
    world.refuse(refused, THROTTLED, times=1)
    old = events.properties(
        DBClusterSnapshotIdentifier="other", Tags=events.tag_list(team="a"), **reuse
    )
    new = events.properties(Tags=events.tag_list(cost="c"), **reuse)
    assert respond(events.update("other", new, old)).identifier == taken
    tags = world.tags_of(taken)
    assert tags["cost"] == "c"
    assert "team" not in tags


def test_tags_that_a_rollback_had_restored_were_changed_once_more(
    world: World, respond: Run
) -> None:
    """By the update that was reverted, whose call had been refused until then."""
    taken = respond(events.create(Tags=events.tag_list(team="a"))).identifier
    world.begin("UPDATE_IN_PROGRESS")

    def before(name: str) -> None:
        if name == "add_tags":
            world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
            raise THROTTLED

    world.before = before
    new = events.properties(Tags=events.tag_list(team="b"))
    old = events.properties(Tags=events.tag_list(team="a"))
    assert respond(events.update(taken, new, old)).identifier == taken
    assert world.tags_of(taken)["team"] == "a"


def test_retention_went_on_though_the_stack_had_begun_to_roll_back(
    world: World, respond: Run
) -> None:
    taken = respond(events.create(Trigger="0", KeepLast="1"))
    first = world.tags_of(taken.identifier)
    for number in range(2):
        world.add_own(f"older-{number}", age=1000 + number)
    world.begin("UPDATE_IN_PROGRESS")

    def before(name: str) -> None:
        if name == "delete":
            world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)

    world.before = before
    new = events.properties(Trigger="1", KeepLast="1")
    respond(events.update(taken.identifier, new, events.properties(Trigger="0", KeepLast="1")))
    assert world.calls.count("delete") == 1
    assert OwnerTag.STACK in first
