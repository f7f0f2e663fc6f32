"""``take`` in memory: whose a snapshot is, what a repeated request finds, what is deleted."""

import re

import pytest

from fake_neptune import ARN
from neptune_snapshot_cli.errors import Denied, Failed, NoAccess, NotFound, TimedOut, Unanswered
from neptune_snapshot_cli.taking import to_fields
from neptune_snapshot_provider.contract import ATTRIBUTES, Attribute, CallerTag, Outcome, OwnerTag
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import MISSING
from neptune_snapshot_provider.core.refusals import Denied as DeniedCall
from neptune_snapshot_provider.core.refusals import Unavailable, Unexpected
from neptune_snapshot_provider.core.request import parse_request
from support import events
from support.taking import CALLER, RESUME, Caller, requests
from support.world import World

PARAMETER = "/my-graph/good"


@pytest.fixture
def world() -> World:
    world = World()
    world.add_cluster()
    return world


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


def test_a_snapshot_is_taken_and_carries_the_tags_of_its_caller(caller: Caller) -> None:
    world = caller.world
    world.duration = 100.0
    command = caller.command("run-1", trigger="V2 people", tags={"team": "graph"})
    response = command.run()
    name = response.identifier
    assert re.fullmatch(rf"{events.CLUSTER}-v2-people-[0-9a-f]{{10}}", name)
    assert response.outcome == Outcome.CREATED
    assert list(world.snapshots) == [name]
    own = {CallerTag.TAKEN_BY: CALLER, OwnerTag.REQUEST: "run-1", "team": "graph"}
    assert own.items() <= world.tags_of(name).items()
    assert not {OwnerTag.STACK, OwnerTag.RESOURCE} & world.tags_of(name).keys()
    assert f"✓ snapshot {name}: available, 100 %" in caller.said
    assert f"Started snapshot {name}" in caller.said
    # All attributes of a stack's resource are known.
    fields = to_fields(response, command._wanted)
    assert set(fields) == {*ATTRIBUTES, "TakenBy", "RequestId"}
    assert fields["DBClusterSnapshotArn"] == ARN + name
    assert "restore-db-cluster-from-snapshot" in fields[Attribute.RESTORE_COMMAND]


def test_a_busy_cluster_is_waited_for(world: World, caller: Caller) -> None:
    world.add_cluster(status="modifying")
    world.at_call("", world.add_cluster, after=100)
    assert caller.take("run-1").identifier in world.snapshots
    assert f"cluster {events.CLUSTER} is modifying, not available" in caller.said


def test_the_same_request_never_takes_a_second_snapshot(world: World, caller: Caller) -> None:
    first = caller.taken("run-1", trigger="v2")
    assert caller.taken("run-1", trigger="v2") == first
    assert caller.taken("run-2", trigger="v2") != first
    assert sorted(requests(world).values()) == ["run-1", "run-2"]


def test_a_request_is_another_one_for_another_cluster_or_owner(caller: Caller) -> None:
    caller.world.add_cluster("other-graph")
    first = caller.taken("run-1", prefix="same")
    second = caller.taken("run-1", prefix="same", cluster="other-graph")
    third = Caller(caller.world, name="other").taken("run-1", prefix="same")
    assert len({first, second, third}) == 3


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"prefix": "else"}, "another --prefix or --trigger"),
        ({"trigger": "v3"}, "another --prefix or --trigger"),
        ({"trigger": "V2"}, "another --prefix or --trigger"),
        ({"tags": {"team": "other"}}, "another --tag team"),
    ],
)
def test_the_same_request_with_other_parameters_is_an_error(
    caller: Caller, changed: dict[str, object], difference: str
) -> None:
    given = {"trigger": "v2", "tags": {"team": "graph"}}
    name = caller.taken("run-1", **given)
    with pytest.raises(Failed, match=f"Request run-1 has snapshot {name} .* with {difference};"):
        caller.take("run-1", **{**given, **changed})
    assert list(caller.world.snapshots) == [name]


def test_policies_of_the_same_request_may_change(world: World, caller: Caller) -> None:
    name = caller.taken("run-1")
    assert caller.taken("run-1", keep_last=3, last_good_parameter=PARAMETER) == name
    assert world.parameters[PARAMETER] == ARN + name


# Retention and the parameter.


def test_nothing_is_deleted_before_a_migration_is_known_to_have_succeeded(caller: Caller) -> None:
    """A pipeline that retries: only the first snapshot holds the data before the migration."""
    names = [caller.taken(f"run-{n}", keep_last=1, trigger=f"v{n}") for n in range(4)]
    assert set(caller.world.snapshots) == set(names)
    assert f"neptune-snapshot confirm {names[-1]}" in caller.said


def test_older_snapshots_are_deleted_once_a_later_migration_has_succeeded(caller: Caller) -> None:
    first, failed, good = (caller.taken(f"run-{n}") for n in range(3))
    caller.confirm(good)
    after = caller.taken("run-3", keep_last=2)
    assert set(caller.world.snapshots) == {good, after}
    assert f"Deleted older snapshots: {failed}, {first}" in caller.said


def test_the_first_snapshot_of_failed_attempts_is_retained(world: World, caller: Caller) -> None:
    _, good = caller.taken("run-0"), caller.taken("run-1")
    caller.confirm(good)
    attempts = [caller.taken(f"attempt-{n}", keep_last=1) for n in range(3)]
    assert set(world.snapshots) == {good, *attempts}
    caller.confirm(attempts[-1])
    last = caller.taken("run-9", keep_last=1)
    assert set(world.snapshots) == {attempts[-1], last}


def test_the_parameter_names_the_first_attempt_until_one_succeeds(caller: Caller) -> None:
    parameters = caller.world.parameters
    first, second = (caller.taken(f"run-{n}", last_good_parameter=PARAMETER) for n in range(2))
    assert parameters[PARAMETER] == ARN + first
    caller.confirm(second)
    third, _ = (caller.taken(f"run-{n}", last_good_parameter=PARAMETER) for n in (2, 3))
    assert parameters[PARAMETER] == ARN + third


def test_snapshots_of_others_are_never_touched(world: World, caller: Caller) -> None:
    stack = world.add_own("r-1", age=900)
    hand = world.add_snapshot("by-hand-0123456789", age=800).name
    other = Caller(world, name="other").add("run-1", age=700)
    copy = caller.add("run-1", age=600)
    world.snapshots[copy].source = ARN + "source"
    renamed = world.add_snapshot(
        "renamed-0123456789", {CallerTag.TAKEN_BY: CALLER, OwnerTag.REQUEST: "x"}, age=500
    ).name
    before = {name: dict(world.tags_of(name)) for name in world.snapshots}
    good = caller.taken("run-2")
    caller.confirm(good)
    caller.taken("run-3", keep_last=1, reuse_seconds=100_000)
    for name in (stack, hand, other, copy, renamed):
        assert world.tags_of(name) == before[name]
        assert name in world.snapshots


def test_a_stack_does_not_touch_the_snapshots_of_a_caller(world: World, caller: Caller) -> None:
    name = caller.taken("run-1")
    snapshot = world.snapshot(name)
    assert snapshot is not MISSING
    requests = [parse_request(events.create(request_id)) for request_id in ("run-1", "other")]
    tags = world.tags_of(name)
    assert not any(ownership.belongs_to(request, snapshot, tags) for request in requests)


# Reuse.


def test_a_young_snapshot_of_the_same_trigger_is_reused(world: World, caller: Caller) -> None:
    first = caller.taken("run-1", trigger="v2")
    response = caller.take("run-2", trigger="v2", reuse_seconds=3600)
    assert (response.identifier, response.outcome) == (first, Outcome.REUSED)
    assert world.calls.count("add_tags") == 1
    other = caller.taken("run-3", trigger="v3", reuse_seconds=3600)
    assert set(world.snapshots) == {first, other}


def test_a_snapshot_whose_migration_has_succeeded_is_not_reused(caller: Caller) -> None:
    first = caller.taken("run-1")
    caller.confirm(first)
    assert caller.taken("run-2", reuse_seconds=3600) != first
    assert len(caller.world.snapshots) == 2


@pytest.mark.parametrize("reuse_seconds", [0, 600])
def test_a_request_that_reused_a_snapshot_finds_it_again(
    world: World, caller: Caller, reuse_seconds: int
) -> None:
    """Its migration may have been killed halfway, and the snapshot may not be young any more."""
    first = caller.taken("run-1")
    assert caller.taken("run-2", reuse_seconds=600) == first
    world.clock.time += 10_000
    newer = caller.taken("run-3")
    assert caller.taken("run-2", reuse_seconds=reuse_seconds) == first
    assert set(world.snapshots) == {first, newer}
    with pytest.raises(Failed, match=f"Request run-2 has snapshot {first} already"):
        caller.take("run-2", trigger="v9", reuse_seconds=600)


# What goes wrong.


def test_a_missing_or_stopped_cluster_ends_the_command(world: World, caller: Caller) -> None:
    world.add_cluster(status="stopped")
    start = f"aws neptune start-db-cluster --db-cluster-identifier {events.CLUSTER}"
    with pytest.raises(Failed, match=rf"is stopped .*Start it: {start}\nTo continue: {RESUME}"):
        caller.take("run-1")
    world.clusters.clear()
    with pytest.raises(NotFound, match=f"There is no DB cluster {events.CLUSTER} .* --region"):
        caller.take("run-1")


def old_and_good(caller: Caller) -> tuple[str, str]:
    """Have two snapshots, of which the second is confirmed."""
    old, good = caller.add("run-1", age=900), caller.add("run-2", age=800)
    caller.confirm(good)
    return old, good


def test_the_advice_for_the_quota_names_no_snapshot_that_may_be_needed(
    world: World, caller: Caller
) -> None:
    old, good = old_and_good(caller)
    failed = caller.add("run-3", age=700)
    world.add_own("r-1", age=600)
    world.allowed = 4
    with pytest.raises(Failed, match="quota of manual cluster snapshots is used up") as caught:
        caller.take("run-4")
    message = str(caught.value)
    assert f"no longer needed: {old}." in message
    assert good not in message
    assert failed not in message


def test_retention_makes_room_in_a_full_quota(world: World, caller: Caller) -> None:
    _, good = old_and_good(caller)
    world.allowed = 2
    new = caller.taken("run-3", keep_last=1)
    assert set(world.snapshots) == {good, new}
    assert "waiting for the quota" in caller.said


@pytest.mark.parametrize(
    ("call", "refusal", "action"),
    [
        (
            "snapshots_of",
            DeniedCall("AccessDenied", "no", "DescribeDBClusterSnapshots"),
            "rds:DescribeDBClusterSnapshots",
        ),
        (
            "cluster",
            DeniedCall("AccessDenied", "no", "DescribeDBClusters"),
            "rds:DescribeDBClusters",
        ),
        (
            "create",
            DeniedCall(
                "AccessDenied",
                "User: u is not authorized to perform: rds:AddTagsToResource on resource: r",
                "CreateDBClusterSnapshot",
            ),
            "rds:AddTagsToResource",
        ),
    ],
)
def test_a_missing_permission_is_named_at_once(
    world: World, caller: Caller, call: str, refusal: DeniedCall, action: str
) -> None:
    world.refuse(call, refusal)
    began = world.clock.now()
    with pytest.raises(Denied, match=f"The permission {action} is missing") as caught:
        caller.take("run-1")
    assert caught.value.action == action
    assert world.clock.now() == began


def test_retention_that_is_not_permitted_is_a_warning(world: World, caller: Caller) -> None:
    old, good = old_and_good(caller)
    world.refuse("delete", DeniedCall("AccessDenied", "no", "DeleteDBClusterSnapshot"))
    new = caller.taken("run-3", keep_last=1)
    assert set(world.snapshots) == {old, good, new}
    assert "! The snapshot is available, but this was skipped: DeleteDBCluster" in caller.said


def test_throttled_calls_are_repeated(world: World, caller: Caller) -> None:
    world.refuse("cluster", Unavailable("Throttling", "slow down", "DescribeDBClusters"), times=5)
    assert caller.take("run-1").identifier in world.snapshots
    assert "DescribeDBClusters was refused with Throttling" in caller.said


def test_a_long_silence_ends_the_command(world: World, caller: Caller) -> None:
    world.refuse("cluster", Unavailable("ConnectTimeoutError", "no", "DescribeDBClusters"))
    with pytest.raises(Unanswered, match=f"for 5 minutes. To continue: {RESUME}"):
        caller.take("run-1")


def test_expired_credentials_end_the_command_and_the_snapshot_continues(
    world: World, caller: Caller
) -> None:
    world.duration = 1000.0
    world.refuse("", Unexpected("ExpiredToken", "expired", "DescribeDBClusterSnapshots"), after=100)
    with pytest.raises(NoAccess, match=r"The credentials have expired \(ExpiredToken\)"):
        caller.take("run-1")
    world.before = None
    (name,) = world.snapshots
    assert caller.take("run-1").identifier == name


def test_a_timeout_says_how_to_continue(world: World, caller: Caller) -> None:
    world.duration = None
    with pytest.raises(TimedOut, match=rf"After 60 s snapshot .* To continue: {RESUME}"):
        caller.take("run-1", timeout=60)
    world.duration = 0.0
    assert caller.take("run-1").identifier in world.snapshots
    assert len(world.snapshots) == 1


def test_a_failed_snapshot_is_to_be_deleted_by_hand(world: World, caller: Caller) -> None:
    world.duration = None
    world.at_call(
        "snapshot", lambda: world.set_status(next(iter(world.snapshots)), "failed"), after=30
    )
    for _ in range(2):
        # Also the same request again.
        with pytest.raises(Failed, match="is failed and cannot be used; the cluster is unchanged"):
            caller.take("run-1")
    world.before = None
    world.snapshots.clear()
    world.duration = 0.0
    assert caller.take("run-1").identifier in world.snapshots


def test_an_interruption_says_what_continues(world: World, caller: Caller) -> None:
    world.duration = None
    command = caller.command("run-1")
    assert "If snapshot" in command.continuing()
    world.refuse("snapshot", KeyboardInterrupt(), after=30)
    with pytest.raises(KeyboardInterrupt):
        command.run()
    (name,) = world.snapshots
    said = command.continuing()
    assert said == f"Interrupted. Snapshot {name} continues and is retained.\nTo continue: {RESUME}"


# confirm


def test_only_snapshots_of_take_are_confirmed(world: World, caller: Caller) -> None:
    stack = world.add_own("r-1")
    before = dict(world.tags_of(stack))
    with pytest.raises(Failed, match=f"{stack} was not taken by `neptune-snapshot take`"):
        caller.confirm(stack)
    assert world.tags_of(stack) == before
    with pytest.raises(NotFound):
        caller.confirm("no-such-snapshot")


def test_a_snapshot_is_confirmed_once(world: World, caller: Caller) -> None:
    name = caller.taken("run-1")
    assert "its migration has succeeded" in caller.confirm(name)
    assert "was confirmed at 2026-11-30T08:00:00Z already" in caller.confirm(name)
    world.set_status(name, "deleting")
    with pytest.raises(Failed, match=f"{name} is deleting, not available"):
        caller.confirm(name)
