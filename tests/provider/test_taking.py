"""A snapshot is taken: on Create, and on an Update that asks for a new one."""

from collections.abc import Callable

import pytest

from neptune_snapshot_provider.aws.protocol import (
    ClusterBusy,
    ClusterUnknown,
    Denied,
    QuotaReached,
    Refusal,
    Unavailable,
)
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.steps import Answer
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
from neptune_snapshot_provider.reconciler import HandOver
from support import events
from support.world import World

Run = Callable[..., Answer]


def refuse(world: World, call: str, refusal: Refusal, *, times: int = 1) -> None:
    """Let the next ``times`` calls named ``call`` be refused."""
    left = [times]

    def before(name: str) -> None:
        if name == call and left[0] > 0:
            left[0] -= 1
            raise refusal

    world.before = before


def refusal_of(kind: type[Refusal], code: str) -> Refusal:
    return kind(code, "because", "Operation")


def test_create_takes_a_snapshot_and_waits_until_it_is_available(world: World, answer: Run) -> None:
    world.duration = 60
    done = answer(events.create())
    assert done.snapshot is not None
    assert done.snapshot.status == "available"
    assert world.snapshots[done.identifier].status == "available"
    assert 60 <= sum(world.clock.naps) <= 62


def test_a_snapshot_carries_the_owner_tags_and_the_users(world: World, answer: Run) -> None:
    done = answer(events.create(Tags=events.tag_list(team="graph")))
    tags = world.tags_of(done.identifier)
    assert tags["team"] == "graph"
    assert tags[OwnerTag.STACK] == events.STACK_ID
    assert tags[OwnerTag.RESOURCE] == events.LOGICAL_ID
    assert tags[OwnerTag.REQUEST] == "request-1"
    assert len(tags[OwnerTag.TRIGGER]) == 32


def test_the_same_request_delivered_twice_meets_its_own_snapshot(world: World, answer: Run) -> None:
    first = answer(events.create())
    assert answer(events.create()).identifier == first.identifier
    assert world.calls.count("create") == 1


def test_a_request_carries_on_while_its_own_snapshot_makes_the_cluster_busy(
    world: World, answer: Run
) -> None:
    first = answer(events.create())
    world.set_status(first.identifier, "creating")
    world.add_cluster(status="backing-up")
    assert answer(events.create()).identifier == first.identifier


def test_another_request_never_collides(world: World, answer: Run) -> None:
    first = answer(events.create("request-1"))
    second = answer(events.create("request-2"))
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
def test_an_explicit_name_that_exists_is_refused_and_untouched(
    world: World, answer: Run, tags: dict[str, str]
) -> None:
    world.add_snapshot("precious", tags)
    with pytest.raises(DBClusterSnapshotAlreadyExistsFault, match=r"precious.*untouched"):
        answer(events.create(DBClusterSnapshotIdentifier="Precious"))
    assert world.tags_of("precious") == tags
    assert {"create", "delete", "add_tags", "remove_tags"}.isdisjoint(world.calls)


def test_a_create_whose_answer_was_lost_is_carried_on(world: World, answer: Run) -> None:
    """The connection breaks after the call took effect; botocore tries again and meets it."""
    real_create = world.create

    def create_and_lose_the_answer(identifier: str, cluster: str, tags: dict[str, str]) -> Snapshot:
        real_create(identifier, cluster, tags)
        return real_create(identifier, cluster, tags)

    world.create = create_and_lose_the_answer  # type: ignore[method-assign,assignment]
    done = answer(events.create())
    assert list(world.snapshots) == [done.identifier]


def test_a_busy_cluster_is_waited_for(world: World, answer: Run) -> None:
    world.add_cluster(status="modifying")

    def before(name: str) -> None:
        if name == "cluster" and world.clock.now() > 1_000_300:
            world.add_cluster()

    world.before = before
    answer(events.create())
    assert sum(world.clock.naps) >= 300


def test_a_cluster_that_becomes_busy_under_our_hands_is_waited_for(
    world: World, answer: Run
) -> None:
    refuse(world, "create", refusal_of(ClusterBusy, "InvalidDBClusterStateFault"), times=3)
    assert answer(events.create()).snapshot
    assert world.calls.count("create") == 4


@pytest.mark.parametrize(
    "status",
    [
        "deleting",
        "inaccessible-encryption-credentials",
        "incompatible-parameters",
        "incompatible-network",
    ],
)
def test_a_cluster_that_never_comes_back_fails_at_once(
    world: World, answer: Run, status: str
) -> None:
    world.add_cluster(status=status)
    with pytest.raises(ClusterUnusable, match=f"my-graph is {status}"):
        answer(events.create())
    assert not world.clock.naps


@pytest.mark.parametrize("status", ["failed", "deleting", "deleted", "incompatible-restore"])
def test_a_snapshot_that_never_comes_fails_at_once(world: World, answer: Run, status: str) -> None:
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.snapshots:
            world.set_status(next(iter(world.snapshots)), status)

    world.before = before
    with pytest.raises(SnapshotFailed, match=f"is {status}"):
        answer(events.create())
    assert len(world.clock.naps) == 1
    assert len(world.snapshots) == 1


@pytest.mark.parametrize("status", ["copying", "pending", "upgrading", "never-heard-of"])
def test_an_unknown_state_is_in_progress_until_the_deadline(
    world: World, answer: Run, status: str
) -> None:
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.snapshots:
            world.set_status(next(iter(world.snapshots)), status)

    world.before = before
    with pytest.raises(DeadlineExceeded, match=status) as caught:
        answer(events.create(TimeoutSeconds="600"))
    assert sum(world.clock.naps) == pytest.approx(600)
    assert caught.value.snapshot in world.snapshots


def test_the_deadline_names_snapshot_status_and_percent_and_keeps_the_snapshot(
    world: World, answer: Run
) -> None:
    world.duration = 1000
    with pytest.raises(DeadlineExceeded) as caught:
        answer(events.create(TimeoutSeconds="500"))
    name = next(iter(world.snapshots))
    assert caught.value.snapshot == name
    for part in (name, "creating", "50 %", "500 s", "kept"):
        assert part in caught.value.reason
    assert world.calls.count("delete") == 0


def test_a_cluster_that_is_not_there_fails_at_once_and_is_named(answer: Run) -> None:
    with pytest.raises(DBClusterNotFoundFault, match="no DB cluster their-graph"):
        answer(events.create("request-1", cluster="their-graph"))


def test_a_cluster_deleted_between_look_and_create_is_named(world: World, answer: Run) -> None:
    refuse(world, "create", refusal_of(ClusterUnknown, "DBClusterNotFoundFault"))
    with pytest.raises(DBClusterNotFoundFault, match="no DB cluster my-graph"):
        answer(events.create())


def test_a_cluster_of_another_engine_is_refused(world: World, answer: Run) -> None:
    world.add_cluster(engine="aurora-postgresql")
    with pytest.raises(UnsupportedEngine, match="my-graph runs aurora-postgresql"):
        answer(events.create())
    assert "create" not in world.calls


def test_a_full_quota_fails_at_once_and_says_what_can_be_done(world: World, answer: Run) -> None:
    refuse(world, "create", refusal_of(QuotaReached, "SnapshotQuotaExceeded"))
    with pytest.raises(SnapshotQuotaExceeded) as caught:
        answer(events.create())
    for part in ("SnapshotQuotaExceeded", "my-graph", "100", "delete old ones", "Service Quotas"):
        assert part in caught.value.reason
    assert not world.clock.naps


@pytest.mark.parametrize("call", ["snapshot", "cluster", "stack", "create"])
def test_throttling_and_lost_connections_are_waited_out(
    world: World, answer: Run, call: str
) -> None:
    refuse(world, call, refusal_of(Unavailable, "Throttling"), times=20)
    assert answer(events.create()).snapshot


def test_a_right_that_comes_within_two_minutes_is_waited_for(world: World, answer: Run) -> None:
    def before(name: str) -> None:
        if name == "cluster" and world.clock.now() < 1_000_100:
            raise refusal_of(Denied, "AccessDenied")

    world.before = before
    assert answer(events.create()).snapshot


def test_a_right_that_does_not_come_fails_and_is_named(world: World, answer: Run) -> None:
    refusal = Denied("AccessDenied", "not authorized to perform: rds:X", "CreateDBClusterSnapshot")
    refuse(world, "create", refusal, times=10_000)
    with pytest.raises(AccessDenied, match=r"CreateDBClusterSnapshot.*rds:X"):
        answer(events.create())
    assert 120 <= sum(world.clock.naps) <= 130


def test_a_snapshot_deleted_by_hand_while_waited_for_is_not_taken_again(
    world: World, answer: Run
) -> None:
    world.duration = None

    def before(name: str) -> None:
        if name == "snapshot" and world.clock.now() > 1_000_020:
            world.snapshots.clear()

    world.before = before
    with pytest.raises(DBClusterSnapshotNotFoundFault, match="deleted while"):
        answer(events.create())
    assert world.calls.count("create") == 1


def test_a_snapshot_not_visible_right_after_it_was_started_is_looked_for_again(
    world: World, answer: Run
) -> None:
    hidden: dict[str, object] = {}

    def before(name: str) -> None:
        if name == "snapshot" and len(world.clock.naps) == 1:
            hidden.update(world.snapshots)
            world.snapshots.clear()
        elif name == "snapshot" and hidden:
            world.snapshots.update(hidden)  # type: ignore[arg-type]
            hidden.clear()

    world.before = before
    assert answer(events.create()).snapshot
    assert world.calls.count("create") == 1


@pytest.mark.parametrize("status", ["ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_request_that_the_stack_gave_up_starts_no_snapshot(
    world: World, answer: Run, status: str
) -> None:
    """A sibling failed while this one waited for its cluster."""
    world.stacks = (status,)
    with pytest.raises(RequestCancelled, match=status):
        answer(events.create())
    assert not world.snapshots


def test_an_invocation_hands_over_ninety_seconds_before_its_end(
    world: World, reconcile: Callable[..., Answer | HandOver]
) -> None:
    world.duration = 10_000
    began = world.clock.now()
    outcome = reconcile(events.create(), lambda_seconds=900)
    assert outcome == HandOver(started_at=began, started=True)
    assert 810 <= world.clock.now() - began <= 821


@pytest.mark.parametrize("duration", [20, 100, 1000, 10_000])
def test_looks_are_few_at_first_and_then_one_in_about_ten_seconds(
    world: World, answer: Run, duration: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neptune_snapshot_provider.core.request.TIMEOUT_MAX", 20_000)
    world.duration = duration
    answer(events.create(TimeoutSeconds="20000"))
    assert world.calls.count("snapshot") <= 60 + duration / 8


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"])
def test_a_late_delivery_of_a_finished_request_starts_no_snapshot(
    world: World, answer: Run, status: str
) -> None:
    world.stacks = (status,)
    with pytest.raises(RequestCancelled, match=status):
        answer(events.create())
    assert not world.snapshots


def test_a_status_that_is_behind_does_not_fail_the_deployment(world: World, answer: Run) -> None:
    world.stacks = ("UPDATE_COMPLETE",)

    def before(name: str) -> None:
        if name == "stack" and len(world.clock.naps) == 2:
            world.stacks = ("UPDATE_IN_PROGRESS",)

    world.before = before
    assert answer(events.create()).snapshot
