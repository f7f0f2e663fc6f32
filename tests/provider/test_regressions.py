"""Defects that were found by simulation, each named after what it would have done to a user."""

from typing import Any

import pytest

from neptune_snapshot_provider.core.refusals import Denied, Unavailable
from neptune_snapshot_provider.core.steps import Continue
from neptune_snapshot_provider.errors import (
    DeadlineExceeded,
)
from support import events
from support.world import NOW, World

THROTTLED = Unavailable("Throttling", "slow down", "Operation")


def tagged(**tags: str) -> dict[str, Any]:
    return events.properties(Tags=events.tag_list(**tags))


def taken(world: World) -> str:
    """A snapshot with a tag, of a stack that is updated now."""
    name = world.respond(events.create(Tags=events.tag_list(team="a"))).identifier
    world.begin("UPDATE_IN_PROGRESS")
    return name


def test_a_chain_of_hours_failed_because_one_poll_was_throttled(world: World) -> None:
    """The one at the end of the hour, after which the next resource was to continue to wait."""
    world.duration = None

    def throttle() -> None:
        if world.clock.now() < NOW + 605:
            raise THROTTLED

    world.at_call("snapshot", throttle, after=600)
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
    update = events.update(taken(world), tagged(team="b"), tagged(team="a"))
    world.refuse("tags", THROTTLED)
    assert world.reconcile(update, lambda_seconds=91) == Continue(started=False)


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
    name = taken(world)
    world.add_snapshot(name, {"owner": "somebody else"})
    done = world.respond(events.update(name, tagged(team="b"), events.properties()))
    assert done.identifier != name
    assert world.tags_of(done.identifier)["team"] == "b"
    assert world.tags_of(name) == {"owner": "somebody else"}


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
    name = taken(world)

    def revert() -> None:
        world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
        raise THROTTLED

    world.at_call("add_tags", revert)
    update = events.update(name, tagged(team="b"), tagged(team="a"))
    assert world.respond(update).identifier == name
    assert world.tags_of(name)["team"] == "a"


def test_retention_went_on_though_the_stack_had_begun_to_roll_back(world: World) -> None:
    name = taken(world)
    for number in range(2):
        world.add_own(f"older-{number}", age=1000 + number)
    world.turn("UPDATE_ROLLBACK_IN_PROGRESS", call="delete")
    world.respond(events.update(name, events.properties(Trigger="1", KeepLast="1"), tagged()))
    assert world.calls.count("delete") == 1
