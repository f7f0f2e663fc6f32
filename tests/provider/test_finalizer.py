"""What follows an available snapshot: retention and the parameter; reuse and skipping."""

from collections.abc import Callable
from typing import Any

import pytest

from neptune_snapshot_provider.contract import ATTRIBUTES, KEEP_TAG, Attribute, OwnerTag
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.refusals import Denied, Refusal, Unavailable
from neptune_snapshot_provider.core.steps import Respond
from neptune_snapshot_provider.errors import SnapshotQuotaExceeded
from neptune_snapshot_provider.logs import LogEvent
from support import events
from support.world import World

PARAMETER = "/graph/last-good"


class History:
    """A resource whose trigger changes with each deployment."""

    def __init__(self, world: World, **properties: object) -> None:
        self.world = world
        self._properties = properties
        self._count = 0
        self.names: list[str] = []
        self.old: dict[str, Any] = {}
        self.last: Respond

    def deploy(self) -> Respond:
        """Deploy with the next trigger; an hour passes."""
        self.world.clock.time += 3600
        self._count += 1
        wanted: dict[str, Any] = {"Trigger": f"v{self._count}", **self._properties}
        new = events.properties(**wanted)
        request_id = f"deployment-{self._count}"
        if self.names:
            event = events.update(self.names[-1], new, self.old, request_id)
            self.world.begin("UPDATE_IN_PROGRESS")
        else:
            event = events.create(request_id, **wanted)
        self.last = self.world.respond(event)
        self.names.append(self.last.identifier)
        self.old = new
        return self.last

    def attempt(self, *, replaced: str) -> Respond:
        """Deploy the next trigger; the migration behind it fails, and the update rolls back."""
        known = self.old
        done = self.deploy()
        self.world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
        # The new ID is only deleted in the cleanup, and retained there.
        self.world.respond(events.delete(self.names.pop(), f"cleanup-{self._count}"))
        assert self.names[-1] == replaced
        self.old = known
        return done

    def change(self, **properties: str) -> Respond:
        """Update the deployed resource with other properties."""
        new = {**self.old, **properties}
        return self.world.respond(events.update(self.names[-1], new, self.old, "change"))

    def deploy_times(self, times: int) -> None:
        for _ in range(times):
            self.deploy()


def test_the_newest_are_retained_and_older_ones_deleted(world: World) -> None:
    history = History(world, KeepLast="3")
    history.deploy_times(6)
    assert list(world.snapshots) == history.names[-3:]
    assert history.last.extras[Attribute.DELETED] == history.names[2]
    assert history.last.extras[Attribute.RETAINED] == ""


@pytest.mark.parametrize("reason", ["keep-tag", "shared"])
def test_a_snapshot_with_the_keep_tag_or_shared_is_retained(world: World, reason: str) -> None:
    history = History(world, KeepLast="1")
    first = history.deploy().identifier
    if reason == "shared":
        world.snapshots[first].shared_with.add("999999999999")
    else:
        world.tags_of(first)[KEEP_TAG] = "audit"
    history.deploy_times(3)
    assert first in world.snapshots
    assert f"{first}={reason}" in history.last.extras[Attribute.RETAINED]


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param({"tags": dict.fromkeys(OwnerTag, "")}, id="of nobody"),
        pytest.param({"tags": {OwnerTag.RESOURCE: "Another"}}, id="of another resource"),
        pytest.param({"tags": {OwnerTag.REQUEST: "another"}}, id="under a name that does not fit"),
        pytest.param({"SourceDBClusterSnapshotArn": "arn"}, id="a copy"),
        pytest.param({"properties": {"cluster": "other-graph"}}, id="of another cluster"),
        pytest.param({"Engine": "aurora-mysql"}, id="of another engine"),
        pytest.param({"SnapshotType": "automated"}, id="automated"),
        pytest.param({"Status": "upgrading"}, id="in progress"),
        pytest.param({"Status": "failed"}, id="failed"),
    ],
)
def test_what_is_not_own_or_not_available_is_never_deleted(
    world: World, foreign: dict[str, Any]
) -> None:
    foreign = {"tags": {}, **foreign}
    name = world.add_own("precious", age=10**6, **foreign.pop("properties", {}))
    world.tags_of(name).update(foreign.pop("tags"))
    world.change(name, **foreign)
    history = History(world, KeepLast="1")
    history.deploy_times(4)
    assert name in world.snapshots
    assert name not in history.last.extras[Attribute.RETAINED]


def test_a_rollback_deletes_nothing_and_does_not_write_the_parameter(world: World) -> None:
    history = History(world, KeepLast="2", LastGoodParameter=PARAMETER)
    history.deploy_times(3)
    before = list(world.snapshots), dict(world.parameters)
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    assert history.change(Trigger="v2", KeepLast="1").identifier == history.names[-2]
    assert (list(world.snapshots), world.parameters) == before


def test_a_lower_keep_last_deletes_without_a_new_snapshot(world: World) -> None:
    history = History(world)
    history.deploy_times(5)
    assert history.change(KeepLast="2").identifier == history.names[-1]
    assert list(world.snapshots) == history.names[-2:]


def refuse_after_create(world: World, refusal: Refusal) -> None:
    """Refuse calls once the snapshot was created."""

    def before(name: str) -> None:
        if name == refusal.operation and "create" in world.calls:
            raise refusal

    world.calls.clear()
    world.before = before


@pytest.mark.parametrize("call", ["snapshots_of", "delete", "is_shared", "stack"])
@pytest.mark.parametrize("kind", [Denied, Unavailable])
def test_a_failure_of_retention_is_only_a_warning(
    world: World, call: str, kind: type[Denied] | type[Unavailable]
) -> None:
    history = History(world, KeepLast="1")
    history.deploy_times(3)
    refuse_after_create(world, kind("Code", "no", call))
    assert history.deploy().snapshot is not None


def test_a_redelivered_request_deletes_the_same(world: World) -> None:
    history = History(world, KeepLast="2")
    history.deploy_times(4)
    before = list(world.snapshots)
    old = {**history.old, "Trigger": "v3"}
    world.respond(events.update(history.names[-2], history.old, old, "deployment-4"))
    assert list(world.snapshots) == before


def test_a_full_quota_is_freed_by_what_retention_would_delete(world: World) -> None:
    history = History(world, KeepLast="3")
    history.deploy_times(4)
    for number in range(97):
        world.add_snapshot(f"foreign-{number}")
    assert len(world.snapshots) == 100
    done = history.deploy()
    assert history.names[-1] in world.snapshots
    assert history.names[1] not in world.snapshots
    assert done.extras[Attribute.DELETED] == history.names[1]
    assert sum(name.startswith("foreign") for name in world.snapshots) == 97


@pytest.mark.parametrize("call", ["snapshots_of", "tags", "is_shared", "delete"])
def test_a_quota_that_cannot_be_freed_fails_the_request(world: World, call: str) -> None:
    history = History(world, KeepLast="1")
    history.deploy_times(3)
    world.allowed = 2
    refuse_after_create(world, Denied("AccessDenied", "no", call))
    with pytest.raises(SnapshotQuotaExceeded):
        history.deploy()


def test_a_full_quota_names_snapshots_that_nothing_uses(world: World) -> None:
    history = History(world, KeepLast="5")
    history.deploy_times(2)
    world.allowed = 2
    with pytest.raises(SnapshotQuotaExceeded, match=r"snapshot of my-graph.*2 of 2 used") as caught:
        history.deploy()
    advice = caught.value.advice
    assert history.names[0] in advice
    assert history.names[1] not in advice, "the stack uses it"


def test_a_full_quota_that_may_not_be_read_is_still_named(world: World) -> None:
    history = History(world, KeepLast="5")
    history.deploy()
    world.allowed = 1
    world.refuse("quota", Denied("AccessDenied", "no", "DescribeAccountAttributes"))
    with pytest.raises(SnapshotQuotaExceeded, match="by default 100 per region") as caught:
        history.deploy()
    assert history.names[0] not in str(caught.value)


def test_a_late_delivery_does_not_point_the_parameter_back(world: World) -> None:
    history = History(world, LastGoodParameter=PARAMETER)
    history.deploy_times(2)
    before = dict(world.parameters)
    world.respond(events.create("deployment-1", Trigger="v1", LastGoodParameter=PARAMETER))
    assert world.parameters == before


def test_a_parameter_that_may_not_be_written_is_only_a_warning(world: World) -> None:
    world.refuse("put_parameter", Denied("AccessDenied", "no", "PutParameter"))
    assert History(world, LastGoodParameter=PARAMETER).deploy().snapshot


@pytest.mark.parametrize(
    ("age", "trigger", "outcome"),
    [
        pytest.param(600, "v1", "reused", id="young"),
        pytest.param(3601, "v1", "created", id="too old"),
        pytest.param(600, "v2", "created", id="another trigger"),
    ],
)
def test_a_young_snapshot_with_the_same_trigger_is_reused(
    world: World, age: float, trigger: str, outcome: str
) -> None:
    first = world.respond(events.create("request-1", Trigger="v1")).identifier
    world.clock.time += age
    event = events.create("request-2", Trigger=trigger, ReuseYoungerThanSeconds="3600")
    done = world.respond(event)
    assert (done.identifier == first) is (outcome == "reused")
    assert done.extras[Attribute.OUTCOME] == outcome


def test_a_missing_cluster_can_be_skipped(world: World) -> None:
    world.clusters.clear()
    done = world.respond(events.create(WhenClusterMissing="SKIP"))
    assert done.snapshot is None
    assert done.extras[Attribute.OUTCOME] == "skipped"
    assert set(done.extras) == set(ATTRIBUTES) - set(attributes({}))


def test_after_a_skip_every_change_ends_well(world: World) -> None:
    world.clusters.clear()
    history = History(world, WhenClusterMissing="SKIP")
    skipped = history.deploy().identifier
    world.begin("UPDATE_IN_PROGRESS")
    done = history.change(TimeoutSeconds="60")
    assert (done.identifier, done.extras[Attribute.OUTCOME]) == (skipped, "skipped")
    world.begin("DELETE_IN_PROGRESS")
    assert world.respond(events.delete(skipped)).identifier == skipped
    world.add_cluster()
    assert history.deploy().extras[Attribute.OUTCOME] == "created"
    assert list(world.snapshots) == [history.names[-1]]


def test_a_rollback_to_a_skipped_snapshot_keeps_the_physical_id(world: World) -> None:
    """A changed ID is a replacement, which CloudFormation refuses while rollback is disabled."""
    world.clusters.clear()
    skipped = world.respond(events.create(WhenClusterMissing="SKIP")).identifier
    world.begin("UPDATE_ROLLBACK_IN_PROGRESS")
    old = events.properties(WhenClusterMissing="SKIP")
    done = world.respond(events.update(skipped, old, {**old, "Trigger": "v2"}, "request-3"))
    assert done.identifier == skipped


def test_every_response_to_an_update_names_the_snapshot_before(world: World) -> None:
    history = History(world)
    responses = [history.deploy(), history.deploy(), history.change(TimeoutSeconds="60")]
    replaced = [done.extras[Attribute.REPLACED] for done in responses]
    assert replaced == ["", history.names[0], history.names[1]]
    assert [done.extras[Attribute.OUTCOME] for done in responses] == ["created", "created", "kept"]


def test_a_late_delivery_deletes_no_later_snapshot(world: World) -> None:
    history = History(world, KeepLast="1")
    history.deploy()
    tags = world.tags_of(history.names[0])
    history.deploy_times(2)
    world.add_snapshot(history.names[0], tags, age=9999)
    for stacks in ("UPDATE_COMPLETE", "UPDATE_IN_PROGRESS"):
        world.stacks = (stacks,)
        world.respond(events.create("deployment-1", Trigger="v1", KeepLast="1"))
        assert history.names[-1] in world.snapshots


def test_the_first_snapshot_of_several_attempts_is_protected_until_a_deployment_succeeds(
    world: World,
) -> None:
    """The attempts' snapshots are newer than the replaced one: the first is the good one."""
    history = History(world, KeepLast="1", LastGoodParameter=PARAMETER)
    history.deploy_times(2)
    deployed = history.names[-1]
    attempts = [history.attempt(replaced=deployed).identifier for _ in range(3)]
    assert set(world.snapshots) >= {deployed, *attempts}
    history.deploy()
    assert world.parameters[PARAMETER].endswith(attempts[0])
    succeeded = history.names[-1]
    history.deploy()
    assert world.parameters[PARAMETER].endswith(history.names[-1])
    assert succeeded in world.snapshots
    assert set(attempts).isdisjoint(world.snapshots)


def test_a_parameter_that_names_another_clusters_snapshot_is_written(world: World) -> None:
    other = world.add_snapshot("theirs", cluster="other-graph", age=-100)
    world.parameters[PARAMETER] = other.arn
    done = world.respond(events.create(LastGoodParameter=PARAMETER))
    assert world.parameters[PARAMETER].endswith(done.identifier)


def test_the_replaced_snapshot_is_retained_and_a_throttled_call_is_retried(world: World) -> None:
    history = History(world, KeepLast="1")
    history.deploy_times(3)
    world.refuse("delete", Unavailable("Throttling", "no", "DeleteDBClusterSnapshot"), times=5)
    history.deploy()
    assert list(world.snapshots) == history.names[-2:]
    assert history.last.extras[Attribute.RETAINED] == f"{history.names[-2]}=replaced"


def test_deletions_that_were_refused_are_not_logged(
    world: World, caplog: pytest.LogCaptureFixture, logged: Callable[..., list[str]]
) -> None:
    history = History(world, KeepLast="1")
    history.deploy_times(3)
    world.refuse("delete", Denied("AccessDenied", "no", "DeleteDBClusterSnapshot"))
    caplog.clear()
    history.deploy()
    codes = logged(caplog)
    assert LogEvent.FINALIZER_SKIPPED in codes
    assert LogEvent.RETENTION_DELETED not in codes
    assert history.last.extras[Attribute.DELETED] == ""
