"""A snapshot is taken: by a Create, and by an Update that asks for a new one."""

import pytest

from neptune_snapshot_provider import errors
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core import refusals
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.schedule import TICK_INTERVAL
from neptune_snapshot_provider.core.steps import Continue
from support import events
from support.world import NOW, World


def test_create_takes_a_snapshot_and_waits_until_it_is_available(world: World) -> None:
    world.duration = 60
    done = world.respond(events.create())
    assert done.snapshot is not None
    assert done.snapshot.status == "available"
    assert world.snapshots[done.identifier].status == "available"
    assert 60 <= world.clock.now() - NOW <= 62


def test_a_snapshot_carries_the_owner_tags_and_the_users(world: World) -> None:
    done = world.respond(events.create(Tags=events.tag_list(team="graph")))
    tags = world.tags_of(done.identifier)
    assert tags["team"] == "graph"
    assert tags[OwnerTag.STACK] == events.STACK_ID
    assert tags[OwnerTag.RESOURCE] == events.LOGICAL_ID
    assert tags[OwnerTag.REQUEST] == "request-1"
    assert len(tags[OwnerTag.TRIGGER]) == 32


@pytest.mark.parametrize("cluster", ["available", "backing-up"])
def test_the_same_request_delivered_twice_finds_its_own_snapshot(
    world: World, cluster: str
) -> None:
    """Its snapshot may make the cluster busy."""
    first = world.respond(events.create()).identifier
    world.set_status(first, "creating")
    world.add_cluster(status=cluster)
    assert world.respond(events.create()).identifier == first
    assert world.calls.count("create") == 1


def test_another_request_never_collides(world: World) -> None:
    first = world.respond(events.create("request-1"))
    second = world.respond(events.create("request-2"))
    assert first.identifier != second.identifier
    assert len(world.snapshots) == 2


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({}, id="of nobody"),
        pytest.param(
            {
                OwnerTag.STACK: events.STACK_ID,
                OwnerTag.RESOURCE: events.LOGICAL_ID,
                OwnerTag.REQUEST: "an earlier one",
            },
            id="of an earlier request",
        ),
        pytest.param({OwnerTag.REQUEST: "request-1"}, id="of another resource"),
    ],
)
def test_an_explicit_name_that_exists_is_refused_and_unchanged(
    world: World, tags: dict[str, str]
) -> None:
    world.add_snapshot("precious", tags)
    with pytest.raises(errors.DBClusterSnapshotAlreadyExistsFault, match=r"precious.*is unchanged"):
        world.respond(events.create(DBClusterSnapshotIdentifier="Precious"))
    assert world.tags_of("precious") == tags
    assert {"create", "delete", "add_tags", "remove_tags"}.isdisjoint(world.calls)


def test_a_create_call_whose_response_was_lost_continues(world: World) -> None:
    """The connection breaks after the call took effect; botocore repeats it."""
    real_create = world.create

    def create_and_lose_the_response(
        identifier: str, cluster: str, tags: dict[str, str]
    ) -> Snapshot:
        real_create(identifier, cluster, tags)
        return real_create(identifier, cluster, tags)

    world.create = create_and_lose_the_response  # type: ignore[method-assign,assignment]
    done = world.respond(events.create())
    assert list(world.snapshots) == [done.identifier]


def test_a_busy_cluster_is_waited_for(world: World) -> None:
    world.add_cluster(status="modifying")
    world.at_call("cluster", world.add_cluster, after=300)
    world.respond(events.create())
    assert world.clock.now() - NOW >= 300


@pytest.mark.parametrize(
    "status",
    [
        "deleting",
        "stopped",
        "cloning-failed",
        "inaccessible-encryption-credentials-recoverable",
        "incompatible-network",
    ],
)
def test_a_cluster_that_never_comes_back_fails_at_once(world: World, status: str) -> None:
    world.add_cluster(status=status)
    with pytest.raises(errors.ClusterUnusable, match=f"my-graph is {status}"):
        world.respond(events.create())
    assert not world.clock.pauses


def turn_snapshots(world: World, status: str) -> None:
    """Put each snapshot in a state once it was started."""

    def turn() -> None:
        for name in world.snapshots:
            world.set_status(name, status)

    world.duration = None
    world.at_call("snapshot", turn)


@pytest.mark.parametrize("status", ["failed", "deleting", "deleted", "incompatible-restore"])
def test_a_snapshot_that_never_comes_fails_at_once(world: World, status: str) -> None:
    turn_snapshots(world, status)
    with pytest.raises(errors.SnapshotFailed, match=f"is {status}"):
        world.respond(events.create())
    assert len(world.clock.pauses) == 1
    assert len(world.snapshots) == 1


@pytest.mark.parametrize("status", ["copying", "pending", "upgrading", "never-heard-of"])
def test_an_unknown_state_is_in_progress_until_the_deadline(world: World, status: str) -> None:
    turn_snapshots(world, status)
    with pytest.raises(errors.DeadlineExceeded, match=f"{status}.*is retained") as caught:
        world.respond(events.create(TimeoutSeconds="600"))
    assert world.clock.now() - NOW == pytest.approx(600)
    assert caught.value.snapshot in world.snapshots


def test_a_cluster_that_is_not_there_fails_at_once_and_is_named(world: World) -> None:
    with pytest.raises(errors.DBClusterNotFoundFault, match="no DB cluster their-graph"):
        world.respond(events.create("request-1", cluster="their-graph"))


def test_a_cluster_of_another_engine_is_refused(world: World) -> None:
    world.add_cluster(engine="aurora-postgresql")
    with pytest.raises(errors.UnsupportedEngine, match="my-graph runs aurora-postgresql"):
        world.respond(events.create())
    assert "create" not in world.calls


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("snapshot", refusals.Unavailable),
        ("cluster", refusals.Unavailable),
        ("stack", refusals.Unavailable),
        ("create", refusals.Unavailable),
        ("create", refusals.ClusterBusy),
        ("cluster", refusals.Denied),
        ("create", refusals.Denied),
    ],
)
def test_a_call_that_is_refused_for_a_while_is_retried(
    world: World, call: str, kind: type[refusals.Refusal]
) -> None:
    world.refuse(call, kind("Code", "because", call), seconds=100)
    assert world.respond(events.create()).snapshot
    assert world.clock.now() - NOW >= 100


def test_a_snapshot_deleted_by_hand_while_waited_for_is_not_taken_again(world: World) -> None:
    world.duration = None
    world.at_call("snapshot", world.snapshots.clear, after=20)
    with pytest.raises(errors.DBClusterSnapshotNotFoundFault, match="deleted while"):
        world.respond(events.create())
    assert world.calls.count("create") == 1


def test_a_snapshot_not_visible_right_after_it_was_started_is_read_again(world: World) -> None:
    hidden: dict[str, object] = {}

    def before(name: str) -> None:
        if name == "snapshot" and len(world.clock.pauses) == 1:
            hidden.update(world.snapshots)
            world.snapshots.clear()
        elif name == "snapshot" and hidden:
            world.snapshots.update(hidden)  # type: ignore[arg-type]
            hidden.clear()

    world.before = before
    assert world.respond(events.create()).snapshot
    assert world.calls.count("create") == 1


@pytest.mark.parametrize(
    ("stacks", "seconds"),
    [
        (("ROLLBACK_IN_PROGRESS",), 0),
        (("DELETE_IN_PROGRESS",), 0),
        (("UPDATE_ROLLBACK_IN_PROGRESS",), 75),
        (("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"), 75),
        (("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",), 75),
        (("CREATE_COMPLETE",), 75),
        (("UPDATE_COMPLETE",), 75),
        (("DELETE_COMPLETE",), 75),
    ],
)
def test_a_create_that_its_operation_does_not_permit_starts_no_snapshot(
    world: World, stacks: tuple[str, ...], seconds: int
) -> None:
    """A status that may be stale is read again."""
    world.stacks = stacks
    with pytest.raises(errors.RequestCancelled, match=f"{stacks[-1]}.*data is unchanged"):
        world.respond(events.create())
    assert not world.snapshots
    assert seconds <= world.clock.now() - NOW <= seconds + 5


@pytest.mark.parametrize(
    ("duration", "late", "least", "most"),
    [
        pytest.param(None, 0, 810, 821, id="ninety seconds before its end"),
        pytest.param(10_000, 0, 0, 120, id="early when much time remains"),
        pytest.param(None, 40, 60, 71, id="after a minute when it began late"),
    ],
)
def test_an_invocation_hands_over_to_a_poll(
    world: World, duration: float | None, late: float, least: float, most: float
) -> None:
    """An invocation that sleeps counts against the account's concurrency limit."""
    world.duration = duration
    event = events.sent(events.create(), NOW - late)
    assert world.reconcile(event, lambda_seconds=900) == Continue(started=True)
    assert least <= world.clock.now() - NOW <= most


@pytest.mark.parametrize("duration", [20, 100, 1000, 3000])
def test_polls_are_frequent_at_first_and_then_one_in_about_ten_seconds(
    world: World, duration: float
) -> None:
    world.duration = duration
    world.respond(events.create())
    # Each invocation by a rule polls at its beginning and at its end, too.
    ticks = duration / TICK_INTERVAL
    assert world.calls.count("snapshot") <= 60 + duration / 9 + 2 * ticks


def test_a_stale_status_does_not_fail_the_deployment(world: World) -> None:
    world.stacks = ("UPDATE_COMPLETE",)
    world.turn("UPDATE_IN_PROGRESS", after=10)
    assert world.respond(events.create()).snapshot


@pytest.mark.parametrize("status", ["starting", "backing-up", "modifying", "upgrading", "creating"])
def test_a_cluster_state_that_ends_is_waited_for(world: World, status: str) -> None:
    world.add_cluster(status=status)
    with pytest.raises(errors.DeadlineExceeded, match=f"my-graph is {status}"):
        world.respond(events.create(TimeoutSeconds="300"))
    assert not world.snapshots


def test_a_stack_that_may_not_be_described_gets_a_snapshot(world: World) -> None:
    world.refuse("stack", refusals.Denied("AccessDenied", "no", "DescribeStacks"))
    assert world.respond(events.create()).identifier in world.snapshots
    assert 120 <= world.clock.now() - NOW <= 130
