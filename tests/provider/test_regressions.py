"""Defects that were found by simulation, each named after what it would have done to a user."""

import pytest

from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.refusals import Denied, SnapshotGone, Unavailable
from neptune_snapshot_provider.core.steps import Continue
from neptune_snapshot_provider.errors import (
    DeadlineExceeded,
    RequestCancelled,
)
from support import events
from support.world import NOW, World

THROTTLED = Unavailable("Throttling", "slow down", "Operation")
LONG = 2000.0


def test_a_chain_of_hours_failed_because_one_poll_was_throttled(world: World) -> None:
    """The one at the end of the hour, after which the next resource was to continue to wait."""
    world.duration = None
    ends_at = NOW + 600

    def before(name: str) -> None:
        if name == "snapshot" and ends_at <= world.clock.now() < ends_at + 5:
            raise THROTTLED

    world.before = before
    done = world.respond(events.create(TimeoutSeconds="600", OnTimeout="CONTINUE"))
    assert done.snapshot is not None


def test_a_foreign_snapshot_was_passed_to_the_next_resource_of_the_chain(world: World) -> None:
    """Whose it was could not be read until the hour was over."""
    world.duration = None
    world.add_snapshot("precious", {"owner": "somebody else"}, status="creating")
    world.refuse("tags", THROTTLED)
    create = events.create(
        DBClusterSnapshotIdentifier="precious", TimeoutSeconds="600", OnTimeout="CONTINUE"
    )
    with pytest.raises(DeadlineExceeded):
        world.respond(create)


def test_a_change_of_tags_was_lost_though_the_update_succeeded(world: World) -> None:
    """The tags could not be read until the next invocation, which was not told of them."""
    taken = world.respond(events.create(Tags=events.tag_list(team="a"))).identifier
    world.begin("UPDATE_IN_PROGRESS")
    world.refuse("tags", THROTTLED)
    new = events.properties(Tags=events.tag_list(team="b"))
    old = events.properties(Tags=events.tag_list(team="a"))
    outcome = world.reconcile(events.update(taken, new, old), lambda_seconds=91)
    assert isinstance(outcome, Continue)
    assert not outcome.started


def test_a_stack_could_not_be_deleted_because_its_snapshot_was_just_gone(world: World) -> None:
    own = world.respond(events.create()).identifier
    world.begin("DELETE_IN_PROGRESS")

    def before(name: str) -> None:
        if name == "tags":
            world.snapshots.clear()
            raise SnapshotGone("DBClusterSnapshotNotFoundFault", "gone", "ListTagsForResource")

    world.before = before
    assert world.respond(events.delete(own)).identifier == own


def test_a_late_poll_took_a_snapshot_after_the_deployment_had_failed(world: World) -> None:
    world.add_cluster(status="modifying")

    def before(name: str) -> None:
        if name == "cluster" and world.clock.now() >= NOW + 600:
            world.add_cluster()

    world.before = before
    with pytest.raises(DeadlineExceeded, match="no snapshot of my-graph was started"):
        world.respond(events.create(TimeoutSeconds="600"))
    assert not world.snapshots


def test_a_cancelled_deployment_kept_its_rule_firing_after_the_function_was_gone(
    world: World,
) -> None:
    world.duration = LONG

    def before(name: str) -> None:
        if name == "snapshot" and world.snapshots:
            world.stacks = ("ROLLBACK_IN_PROGRESS",)

    world.before = before
    with pytest.raises(RequestCancelled, match="is retained"):
        world.reconcile(events.create(), lambda_seconds=120)
    assert world.snapshots


def test_a_late_delete_removed_the_newer_snapshot_of_the_same_name(world: World) -> None:
    world.respond(events.create(DBClusterSnapshotIdentifier="by-name"))
    world.stacks = ("UPDATE_COMPLETE",)
    world.respond(events.delete("by-name"))
    assert list(world.snapshots) == ["by-name"]


def test_a_stale_status_does_not_retain_what_is_to_be_deleted(world: World) -> None:
    own = world.respond(events.create()).identifier
    world.stacks = ("CREATE_COMPLETE",)

    def before(name: str) -> None:
        if name == "stack" and world.calls.count("stack") > 5:
            world.begin("DELETE_IN_PROGRESS")

    world.before = before
    world.respond(events.delete(own))
    assert not world.snapshots


@pytest.mark.parametrize("reads", [2, 100])
def test_a_rollback_failed_because_reads_of_the_stack_were_throttled(
    world: World, reads: int
) -> None:
    taken = world.respond(events.create(Tags=events.tag_list(team="a"))).identifier
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    world.set_status(taken, "failed")
    world.refuse("stack", THROTTLED, times=reads)
    back = events.update(taken, events.properties(), events.properties(TimeoutSeconds="60"))
    assert world.respond(back).identifier == taken


def test_a_rollback_does_not_wait_for_ever_to_learn_that_it_is_one(world: World) -> None:
    taken = world.respond(events.create()).identifier
    world.set_status(taken, "failed")
    for refusal in (THROTTLED, Denied("AccessDenied", "no", "DescribeStacks")):
        world.refuse("stack", refusal)
        back = events.update(taken, events.properties(), events.properties(TimeoutSeconds="60"))
        with pytest.raises(Exception, match="is failed"):
            world.respond(back)


def test_a_foreign_snapshot_was_adopted_that_replaced_the_own_one(world: World) -> None:
    """Deleted by hand while it was waited for, and taken again by somebody else."""
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.calls.count("snapshot") == 5:
            (ours,) = world.snapshots
            world.add_snapshot(ours, {"owner": "somebody else"}, age=-1)

    world.before = before
    with pytest.raises(Exception, match="was not taken by this request"):
        world.respond(events.create())


def test_a_foreign_snapshot_was_tagged_that_replaced_the_own_one(world: World) -> None:
    taken = world.respond(events.create()).identifier
    world.add_snapshot(taken, {"owner": "somebody else"})
    world.begin("UPDATE_IN_PROGRESS")
    new = events.properties(Tags=events.tag_list(team="b"))
    done = world.respond(events.update(taken, new, events.properties()))
    assert done.identifier != taken
    assert world.tags_of(done.identifier)["team"] == "b"
    assert world.tags_of(taken) == {"owner": "somebody else"}


@pytest.mark.parametrize("refused", ["", "remove_tags", "add_tags"])
def test_a_reused_snapshot_kept_the_tags_of_another_template(world: World, refused: str) -> None:
    reuse = {"ReuseYoungerThanSeconds": "600"}
    taken = world.respond(
        events.create(Tags=events.tag_list(team="a", cost="b"), **reuse)
    ).identifier
    world.begin("UPDATE_IN_PROGRESS")
    world.refuse(refused, THROTTLED, times=1)
    old = events.properties(
        DBClusterSnapshotIdentifier="other", Tags=events.tag_list(team="a"), **reuse
    )
    new = events.properties(Tags=events.tag_list(cost="c"), **reuse)
    assert world.respond(events.update("other", new, old)).identifier == taken
    tags = world.tags_of(taken)
    assert tags["cost"] == "c"
    assert "team" not in tags


def test_tags_that_a_rollback_had_restored_were_changed_once_more(world: World) -> None:
    """By the update that was reverted, whose call had been refused until then."""
    taken = world.respond(events.create(Tags=events.tag_list(team="a"))).identifier
    world.begin("UPDATE_IN_PROGRESS")

    def before(name: str) -> None:
        if name == "add_tags":
            world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
            raise THROTTLED

    world.before = before
    new = events.properties(Tags=events.tag_list(team="b"))
    old = events.properties(Tags=events.tag_list(team="a"))
    assert world.respond(events.update(taken, new, old)).identifier == taken
    assert world.tags_of(taken)["team"] == "a"


def test_retention_went_on_though_the_stack_had_begun_to_roll_back(world: World) -> None:
    taken = world.respond(events.create(Trigger="0", KeepLast="1"))
    first = world.tags_of(taken.identifier)
    for number in range(2):
        world.add_own(f"older-{number}", age=1000 + number)
    world.begin("UPDATE_IN_PROGRESS")

    def before(name: str) -> None:
        if name == "delete":
            world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)

    world.before = before
    new = events.properties(Trigger="1", KeepLast="1")
    world.respond(
        events.update(taken.identifier, new, events.properties(Trigger="0", KeepLast="1"))
    )
    assert world.calls.count("delete") == 1
    assert OwnerTag.STACK in first
