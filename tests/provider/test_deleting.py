"""A Delete removes only what is own, and nothing while the stack rolls back."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from neptune_snapshot_provider.aws.protocol import Denied, SnapshotBusy
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.steps import Answer
from neptune_snapshot_provider.errors import AccessDenied, DeadlineExceeded, SnapshotNotDeletable
from neptune_snapshot_provider.reconciler import HandOver
from support import events
from support.world import World

Run = Callable[..., Answer]


@pytest.fixture
def own(world: World, answer: Run) -> str:
    name = answer(events.create()).identifier
    world.stacks = ("DELETE_IN_PROGRESS",)
    world.calls.clear()
    world.clock.naps.clear()
    return name


def test_an_own_snapshot_is_deleted_and_seen_to_be_gone(
    world: World, answer: Run, own: str
) -> None:
    done = answer(events.delete(own))
    assert done.identifier == own
    assert not world.snapshots
    assert world.calls[-2:] == ["delete", "snapshot"]


def test_the_old_snapshot_is_deleted_in_the_cleanup_of_an_update(
    world: World, answer: Run, own: str
) -> None:
    world.stacks = ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",)
    answer(events.delete(own))
    assert not world.snapshots


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
    world: World, answer: Run, own: str, stacks: tuple[str, ...]
) -> None:
    """The last two are nested stacks, which are deleted while the stack above rolls back."""
    world.stacks = stacks
    answer(events.delete(own))
    assert list(world.snapshots) == [own]
    assert world.calls == ["stack"]


@pytest.mark.parametrize(
    "physical_id", ["never-made:request-1", "Stack_Resource_ABCDEFGH", "x" * 64, "2026-bad"]
)
def test_an_id_that_cannot_be_a_snapshots_asks_nobody(
    world: World, answer: Run, physical_id: str
) -> None:
    assert answer(events.delete(physical_id)).identifier == physical_id
    assert not world.calls


@pytest.mark.parametrize(("seconds_later", "is_kept"), [(-1, False), (1, False), (10, True)])
def test_a_snapshot_made_after_its_deletion_was_asked_for_is_kept(
    world: World, answer: Run, seconds_later: int, *, is_kept: bool
) -> None:
    """Delivered late, a Delete can find another snapshot under the explicit name it asks for."""
    answer(events.create(DBClusterSnapshotIdentifier="nightly"))
    world.stacks = ("DELETE_IN_PROGRESS",)
    sent_at = datetime.fromtimestamp(world.clock.now() - seconds_later, UTC)
    url = f"https://localhost/answer?X-Amz-Date={sent_at:%Y%m%dT%H%M%SZ}"
    answer({**events.delete("nightly"), "ResponseURL": url})
    assert ("nightly" in world.snapshots) is is_kept


def test_an_id_that_cloudformation_invented_succeeds(world: World, answer: Run) -> None:
    world.stacks = ("DELETE_IN_PROGRESS",)
    assert answer(events.delete("Graph-BeforeMigration-1ABCDEFGHIJK")).snapshot is None


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {OwnerTag.STACK: events.STACK_ID},
        {OwnerTag.RESOURCE: events.LOGICAL_ID},
        {OwnerTag.STACK: events.STACK_ID, OwnerTag.RESOURCE: "Another"},
        {OwnerTag.STACK: events.STACK_ID + "x", OwnerTag.RESOURCE: events.LOGICAL_ID},
    ],
)
def test_a_foreign_snapshot_is_untouched_and_the_delete_succeeds(
    world: World, answer: Run, tags: dict[str, str]
) -> None:
    world.stacks = ("DELETE_IN_PROGRESS",)
    world.add_snapshot("precious", tags)
    answer(events.delete("precious"))
    assert list(world.snapshots) == ["precious"]
    assert "delete" not in world.calls


def test_a_snapshot_still_creating_is_deleted_once_it_can_be(
    world: World, answer: Run, own: str
) -> None:
    world.set_status(own, "creating")
    world.duration = 100
    answer(events.delete(own))
    assert not world.snapshots
    assert sum(world.clock.naps) >= 99


def test_a_delete_refused_for_the_state_is_tried_again(world: World, answer: Run, own: str) -> None:
    left = [3]

    def before(name: str) -> None:
        if name == "delete" and left[0]:
            left[0] -= 1
            raise SnapshotBusy("InvalidDBClusterSnapshotStateFault", "busy", "Delete")

    world.before = before
    answer(events.delete(own))
    assert not world.snapshots


def test_a_snapshot_that_is_being_deleted_is_waited_for(
    world: World, answer: Run, own: str
) -> None:
    world.set_status(own, "deleting")

    def before(name: str) -> None:
        if name == "snapshot" and world.clock.now() > 1_000_030:
            world.snapshots.clear()

    world.before = before
    answer(events.delete(own))
    assert "delete" not in world.calls


def test_a_failed_snapshot_that_neptune_does_not_delete_fails_at_once(
    world: World, answer: Run, own: str
) -> None:
    world.set_status(own, "failed")
    with pytest.raises(SnapshotNotDeletable, match=f"{own} is failed"):
        answer(events.delete(own))
    assert not world.clock.naps


def test_a_delete_that_does_not_end_says_so_at_the_deadline(
    world: World, answer: Run, own: str
) -> None:
    world.set_status(own, "deleting")
    with pytest.raises(DeadlineExceeded, match="deleting"):
        answer(events.delete(own, TimeoutSeconds="60"))


def test_a_delete_that_may_not_know_the_stack_deletes_nothing(
    world: World, answer: Run, own: str
) -> None:
    def before(name: str) -> None:
        if name == "stack":
            raise Denied("AccessDenied", "cloudformation:DescribeStacks", "DescribeStacks")

    world.before = before
    with pytest.raises(AccessDenied):
        answer(events.delete(own))
    assert list(world.snapshots) == [own]


def test_a_long_delete_hands_over(
    world: World, reconcile: Callable[..., Answer | HandOver], own: str
) -> None:
    world.set_status(own, "deleting")
    assert isinstance(reconcile(events.delete(own), lambda_seconds=200), HandOver)


def test_a_resource_whose_properties_never_were_valid_can_be_deleted(
    world: World, answer: Run
) -> None:
    world.stacks = ("DELETE_IN_PROGRESS",)
    event = events.delete("never-was")
    event["ResourceProperties"] = {"DBClusterIdentifier": "9--bad", "TimeoutSeconds": "soon"}
    assert answer(event).identifier == "never-was"
