"""A Delete deletes only own snapshots, and only where CloudFormation deletes."""

from typing import Any

import pytest

from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.refusals import Denied
from neptune_snapshot_provider.core.steps import Continue
from neptune_snapshot_provider.errors import DeadlineExceeded, SnapshotNotDeletable
from neptune_snapshot_provider.logs import LogEvent
from support import events
from support.world import NOW, World

SETTLES = 75


@pytest.fixture
def own(world: World) -> str:
    name = world.respond(events.create()).identifier
    world.begin("DELETE_IN_PROGRESS")
    world.calls.clear()
    world.clock.pauses.clear()
    return name


def test_the_status_is_read_again_right_before_the_deletion(world: World, own: str) -> None:
    """The deletion ends once the snapshot is seen to be gone."""
    assert world.respond(events.delete(own)).identifier == own
    assert not world.snapshots
    assert world.calls == ["stack", "snapshot", "tags", "stack", "delete", "stack", "snapshot"]


def test_only_an_older_snapshot_is_deleted_in_the_cleanup_of_an_update(
    world: World, own: str
) -> None:
    """A rollback may follow that is not visible yet."""
    world.stacks = ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",)
    taken = world.add_own("of this update", Trigger="two")
    assert "is retained" in world.respond(events.delete(taken)).situation
    world.respond(events.delete(own))
    assert list(world.snapshots) == [taken]


@pytest.mark.parametrize(
    "stacks",
    [
        ("CREATE_IN_PROGRESS",),
        ("UPDATE_IN_PROGRESS",),
        ("UPDATE_COMPLETE",),
        ("CREATE_COMPLETE",),
        ("ROLLBACK_COMPLETE",),
        ("UPDATE_FAILED",),
        ("DELETE_IN_PROGRESS", "UPDATE_IN_PROGRESS"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_IN_PROGRESS"),
    ],
)
def test_without_evidence_of_a_deletion_the_snapshot_is_retained(
    world: World, own: str, stacks: tuple[str, ...]
) -> None:
    """The first two are stale: the rollback of a failed deployment is not visible yet."""
    world.stacks = stacks
    began_at = world.clock.now()
    done = world.respond(events.delete(own))
    assert done.identifier == own
    assert done.event is LogEvent.SNAPSHOT_RETAINED
    assert f"--db-cluster-snapshot-identifier {own}" in done.situation
    assert list(world.snapshots) == [own]
    assert "delete" not in world.calls
    assert SETTLES <= world.clock.now() - began_at <= SETTLES + 5


def test_a_deletion_that_becomes_visible_is_carried_out(world: World, own: str) -> None:
    world.stacks = ("UPDATE_COMPLETE",)
    world.turn("DELETE_IN_PROGRESS", after=40)
    world.respond(events.delete(own))
    assert not world.snapshots


def test_a_late_delivery_deletes_nothing_in_a_later_operation(world: World, own: str) -> None:
    """The later operation may be a deletion, too."""
    sent_at = world.clock.now()
    world.begin("DELETE_IN_PROGRESS")
    done = world.respond(events.sent(events.delete(own), sent_at))
    assert done.event is LogEvent.SNAPSHOT_RETAINED
    assert list(world.snapshots) == [own]


@pytest.mark.parametrize(
    "stacks",
    [
        ("ROLLBACK_IN_PROGRESS",),
        ("UPDATE_ROLLBACK_IN_PROGRESS",),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",),
        ("DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"),
        ("DELETE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"),
    ],
)
def test_nothing_is_deleted_during_any_rollback(
    world: World, own: str, stacks: tuple[str, ...]
) -> None:
    """The last two are nested stacks, which are deleted while the stack above rolls back."""
    world.stacks = stacks
    world.respond(events.delete(own))
    assert list(world.snapshots) == [own]
    assert world.calls == ["stack"]


@pytest.mark.parametrize(
    "physical_id", ["never-made:request-1", "Stack_Resource_ABCDEFGH", "x" * 64, "2026-bad"]
)
def test_an_id_that_cannot_be_a_snapshots_makes_no_call(world: World, physical_id: str) -> None:
    assert world.respond(events.delete(physical_id)).identifier == physical_id
    assert not world.calls


@pytest.mark.parametrize(("seconds_later", "is_retained"), [(-1, False), (1, False), (10, True)])
def test_a_snapshot_taken_after_its_deletion_was_requested_is_retained(
    world: World, seconds_later: int, *, is_retained: bool
) -> None:
    """Delivered late, a Delete can find another snapshot under the same explicit name."""
    named: dict[str, Any] = {"DBClusterSnapshotIdentifier": "nightly"}
    world.begin("DELETE_IN_PROGRESS")
    world.clock.time += 60
    world.add_own("later", **named)
    delete = events.delete("nightly", **named)
    world.respond(events.sent(delete, world.clock.now() - seconds_later))
    assert ("nightly" in world.snapshots) is is_retained


def test_an_id_that_cloudformation_invented_succeeds(world: World, own: str) -> None:
    assert world.respond(events.delete("Graph-BeforeMigration-1ABCDEFGHIJK")).snapshot is None
    assert list(world.snapshots) == [own]


OWN = {OwnerTag.STACK: events.STACK_ID, OwnerTag.RESOURCE: events.LOGICAL_ID}


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {OwnerTag.STACK: events.STACK_ID},
        {OwnerTag.RESOURCE: events.LOGICAL_ID},
        {**OWN, OwnerTag.RESOURCE: "Another"},
        {**OWN, OwnerTag.STACK: events.STACK_ID + "x"},
        pytest.param({**OWN, OwnerTag.REQUEST: "request-1"}, id="a copy with all of them"),
    ],
)
def test_a_foreign_snapshot_is_unchanged_and_the_delete_succeeds(
    world: World, own: str, tags: dict[str, str]
) -> None:
    source = own if OwnerTag.REQUEST in tags else ""
    world.add_snapshot("precious", tags, source=source)
    world.respond(events.delete("precious"))
    assert set(world.snapshots) == {own, "precious"}
    assert "delete" not in world.calls


def test_a_snapshot_still_creating_is_deleted_once_it_can_be(world: World, own: str) -> None:
    world.duration = 200
    world.set_status(own, "creating")
    world.respond(events.delete(own))
    assert not world.snapshots
    assert world.clock.now() - NOW >= 200


def test_a_snapshot_that_is_being_deleted_is_waited_for(world: World, own: str) -> None:
    world.set_status(own, "deleting")
    world.at_call("snapshot", world.snapshots.clear, after=30)
    world.respond(events.delete(own))
    assert len(world.clock.pauses) > 10
    assert "delete" not in world.calls


def test_a_failed_snapshot_that_neptune_does_not_delete_fails_at_once(
    world: World, own: str
) -> None:
    world.set_status(own, "failed")
    with pytest.raises(SnapshotNotDeletable, match=f"{own} is failed"):
        world.respond(events.delete(own))
    assert not world.clock.pauses


def test_a_delete_that_does_not_end_says_so_at_the_deadline(world: World, own: str) -> None:
    world.set_status(own, "deleting")
    assert isinstance(world.reconcile(events.delete(own), lambda_seconds=200), Continue)
    with pytest.raises(DeadlineExceeded, match="deleting"):
        world.respond(events.delete(own, TimeoutSeconds="60"))


def test_a_stack_that_may_not_be_described_loses_no_snapshot(world: World, own: str) -> None:
    world.refuse("stack", Denied("AccessDenied", "no", "DescribeStacks"))
    assert world.respond(events.delete(own)).event is LogEvent.SNAPSHOT_RETAINED
    assert list(world.snapshots) == [own]


def test_a_resource_whose_properties_never_were_valid_can_be_deleted(world: World) -> None:
    world.begin("DELETE_IN_PROGRESS")
    event = events.delete("never-was")
    event["ResourceProperties"] = {"DBClusterIdentifier": "9--bad", "TimeoutSeconds": "soon"}
    assert world.respond(event).identifier == "never-was"
