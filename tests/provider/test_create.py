"""A snapshot is taken: by a Create, and by an Update that asks for a new one."""

import pytest

from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.refusals import (
    ClusterBusy,
    ClusterUnknown,
    Denied,
    QuotaReached,
    Refusal,
    Unavailable,
)
from neptune_snapshot_provider.core.schedule import TICK_INTERVAL
from neptune_snapshot_provider.core.steps import Continue
from neptune_snapshot_provider.errors import (
    AccessDenied,
    ClusterUnusable,
    DBClusterNotFoundFault,
    DBClusterSnapshotAlreadyExistsFault,
    DBClusterSnapshotNotFoundFault,
    DeadlineExceeded,
    RequestCancelled,
    SnapshotFailed,
    SnapshotQuotaExceeded,
    UnsupportedEngine,
)
from support import events
from support.world import NOW, World


def refusal_of(kind: type[Refusal], code: str) -> Refusal:
    return kind(code, "because", "Operation")


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


def test_the_same_request_delivered_twice_finds_its_own_snapshot(world: World) -> None:
    first = world.respond(events.create())
    assert world.respond(events.create()).identifier == first.identifier
    assert world.calls.count("create") == 1


def test_a_request_continues_while_its_own_snapshot_makes_the_cluster_busy(world: World) -> None:
    first = world.respond(events.create())
    world.set_status(first.identifier, "creating")
    world.add_cluster(status="backing-up")
    assert world.respond(events.create()).identifier == first.identifier


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
    with pytest.raises(DBClusterSnapshotAlreadyExistsFault, match=r"precious.*is unchanged"):
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

    def before(name: str) -> None:
        if name == "cluster" and world.clock.now() > NOW + 300:
            world.add_cluster()

    world.before = before
    world.respond(events.create())
    assert world.clock.now() - NOW >= 300


def test_a_cluster_that_becomes_busy_meanwhile_is_waited_for(world: World) -> None:
    world.refuse("create", refusal_of(ClusterBusy, "InvalidDBClusterStateFault"), times=3)
    assert world.respond(events.create()).snapshot
    assert world.calls.count("create") == 4


@pytest.mark.parametrize(
    "status",
    [
        "deleting",
        "stopped",
        "cloning-failed",
        "migration-failed",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "incompatible-parameters",
        "incompatible-network",
    ],
)
def test_a_cluster_that_never_comes_back_fails_at_once(world: World, status: str) -> None:
    world.add_cluster(status=status)
    with pytest.raises(ClusterUnusable, match=f"my-graph is {status}"):
        world.respond(events.create())
    assert not world.clock.pauses


@pytest.mark.parametrize("status", ["failed", "deleting", "deleted", "incompatible-restore"])
def test_a_snapshot_that_never_comes_fails_at_once(world: World, status: str) -> None:
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.snapshots:
            world.set_status(next(iter(world.snapshots)), status)

    world.before = before
    with pytest.raises(SnapshotFailed, match=f"is {status}"):
        world.respond(events.create())
    assert len(world.clock.pauses) == 1
    assert len(world.snapshots) == 1


@pytest.mark.parametrize("status", ["copying", "pending", "upgrading", "never-heard-of"])
def test_an_unknown_state_is_in_progress_until_the_deadline(world: World, status: str) -> None:
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.snapshots:
            world.set_status(next(iter(world.snapshots)), status)

    world.before = before
    with pytest.raises(DeadlineExceeded, match=status) as caught:
        world.respond(events.create(TimeoutSeconds="600"))
    assert world.clock.now() - NOW == pytest.approx(600)
    assert caught.value.snapshot in world.snapshots


def test_the_deadline_names_snapshot_status_and_percent_and_retains_the_snapshot(
    world: World,
) -> None:
    world.duration = 1000
    with pytest.raises(DeadlineExceeded) as caught:
        world.respond(events.create(TimeoutSeconds="500"))
    name = next(iter(world.snapshots))
    assert caught.value.snapshot == name
    for part in (name, "creating", "50 %", "500 s", "is retained"):
        assert part in caught.value.reason
    assert world.calls.count("delete") == 0


def test_a_cluster_that_is_not_there_fails_at_once_and_is_named(world: World) -> None:
    with pytest.raises(DBClusterNotFoundFault, match="no DB cluster their-graph"):
        world.respond(events.create("request-1", cluster="their-graph"))


def test_a_cluster_deleted_just_before_the_creation_is_named(world: World) -> None:
    world.refuse("create", refusal_of(ClusterUnknown, "DBClusterNotFoundFault"))
    with pytest.raises(DBClusterNotFoundFault, match="no DB cluster my-graph"):
        world.respond(events.create())


def test_a_cluster_of_another_engine_is_refused(world: World) -> None:
    world.add_cluster(engine="aurora-postgresql")
    with pytest.raises(UnsupportedEngine, match="my-graph runs aurora-postgresql"):
        world.respond(events.create())
    assert "create" not in world.calls


def test_a_full_quota_fails_at_once_and_says_what_can_be_done(world: World) -> None:
    world.refuse("create", refusal_of(QuotaReached, "SnapshotQuotaExceeded"))
    with pytest.raises(SnapshotQuotaExceeded) as caught:
        world.respond(events.create())
    for part in ("SnapshotQuotaExceeded", "my-graph", "by default 100", "Service Quotas"):
        assert part in caught.value.reason
    assert not world.clock.pauses


@pytest.mark.parametrize("call", ["snapshot", "cluster", "stack", "create"])
def test_throttling_and_lost_connections_are_retried(world: World, call: str) -> None:
    world.refuse(call, refusal_of(Unavailable, "Throttling"), times=20)
    assert world.respond(events.create()).snapshot


def test_a_permission_that_propagates_within_two_minutes_is_waited_for(world: World) -> None:
    def before(name: str) -> None:
        if name == "cluster" and world.clock.now() < NOW + 100:
            raise refusal_of(Denied, "AccessDenied")

    world.before = before
    assert world.respond(events.create()).snapshot


def test_a_permission_that_is_missing_fails_and_is_named(world: World) -> None:
    refusal = Denied("AccessDenied", "not authorized to perform: rds:X", "CreateDBClusterSnapshot")
    world.refuse("create", refusal, times=10_000)
    with pytest.raises(AccessDenied, match=r"CreateDBClusterSnapshot.*rds:X"):
        world.respond(events.create())
    assert 120 <= world.clock.now() - NOW <= 130


def test_a_snapshot_deleted_by_hand_while_waited_for_is_not_taken_again(world: World) -> None:
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.clock.now() > NOW + 20:
            world.snapshots.clear()

    world.before = before
    with pytest.raises(DBClusterSnapshotNotFoundFault, match="deleted while"):
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


@pytest.mark.parametrize("status", ["ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_cancelled_request_starts_no_snapshot(world: World, status: str) -> None:
    """A sibling failed while this request waited for its cluster."""
    world.stacks = (status,)
    with pytest.raises(RequestCancelled, match=f"{status}.*data is unchanged"):
        world.respond(events.create())
    assert not world.snapshots
    assert not world.clock.pauses


@pytest.mark.parametrize(
    "statuses",
    [
        ("UPDATE_ROLLBACK_IN_PROGRESS",),
        ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",),
    ],
)
def test_a_rollback_that_may_be_an_earlier_one_is_read_again_before_the_request_is_cancelled(
    world: World, statuses: tuple[str, ...]
) -> None:
    world.stacks = statuses
    with pytest.raises(RequestCancelled):
        world.respond(events.create())
    assert not world.snapshots
    assert 75 <= world.clock.now() - NOW <= 80


def test_an_invocation_hands_over_ninety_seconds_before_its_end(world: World) -> None:
    world.duration = None
    assert world.reconcile(events.create(), lambda_seconds=900) == Continue(started=True)
    assert 810 <= world.clock.now() - NOW <= 821


def test_an_invocation_hands_over_early_when_much_time_remains(world: World) -> None:
    """An invocation that sleeps counts against the account's concurrency limit."""
    world.duration = 10_000
    assert world.reconcile(events.create(), lambda_seconds=900) == Continue(started=True)
    assert world.clock.now() - NOW <= 120


def test_a_late_invocation_hands_over_after_a_minute(world: World) -> None:
    """Lambda's concurrency limit has delayed it: others wait for the same slot."""
    world.duration = None
    event = events.sent(events.create(), NOW - 40)
    assert world.reconcile(event, lambda_seconds=900) == Continue(started=True)
    assert 60 <= world.clock.now() - NOW <= 71


@pytest.mark.parametrize("duration", [20, 100, 1000, 10_000])
def test_polls_are_frequent_at_first_and_then_one_in_about_ten_seconds(
    world: World, duration: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neptune_snapshot_provider.core.properties.TIMEOUT_MAX", 20_000)
    world.duration = duration
    world.respond(events.create(TimeoutSeconds="20000"))
    # Each invocation by a rule polls at its beginning and at its end, too.
    ticks = duration / TICK_INTERVAL
    assert world.calls.count("snapshot") <= 60 + duration / 9 + 2 * ticks


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"])
def test_a_late_delivery_of_a_finished_request_starts_no_snapshot(
    world: World, status: str
) -> None:
    world.stacks = (status,)
    with pytest.raises(RequestCancelled, match=status):
        world.respond(events.create())
    assert not world.snapshots


def test_a_stale_status_does_not_fail_the_deployment(world: World) -> None:
    world.stacks = ("UPDATE_COMPLETE",)

    def before(name: str) -> None:
        if name == "stack" and len(world.clock.pauses) == 2:
            world.stacks = ("UPDATE_IN_PROGRESS",)

    world.before = before
    assert world.respond(events.create()).snapshot


def test_a_stopped_cluster_fails_with_the_command_that_starts_it(world: World) -> None:
    world.add_cluster(status="stopped")
    with pytest.raises(ClusterUnusable, match="aws neptune start-db-cluster") as caught:
        world.respond(events.create())
    assert "start-db-cluster --db-cluster-identifier my-graph" in caught.value.reason
    assert "timeout" not in caught.value.reason


@pytest.mark.parametrize("status", ["starting", "backing-up", "modifying", "upgrading", "creating"])
def test_a_cluster_state_that_ends_is_waited_for(world: World, status: str) -> None:
    world.add_cluster(status=status)
    with pytest.raises(DeadlineExceeded, match=f"my-graph is {status}"):
        world.respond(events.create(TimeoutSeconds="300"))
    assert not world.snapshots


def test_a_stack_that_cloudformation_does_not_know_gets_a_snapshot(world: World) -> None:
    """Another engine sends the requests."""
    world.stacks = ()
    assert world.respond(events.create()).identifier in world.snapshots


def test_a_stack_that_may_not_be_described_gets_a_snapshot(world: World) -> None:
    world.refuse("stack", Denied("AccessDenied", "no", "DescribeStacks"))
    assert world.respond(events.create()).identifier in world.snapshots
    assert 120 <= world.clock.now() - NOW <= 130


def test_a_parent_that_is_idle_after_its_rollback_does_not_cancel_the_request(world: World) -> None:
    world.stacks = ("CREATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    assert world.respond(events.create()).snapshot
