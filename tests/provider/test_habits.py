"""From a one-off snapshot to a habit: prune, publish, reuse, skip, and the way back."""

from collections.abc import Callable
from typing import Any

import pytest

from neptune_snapshot_provider.aws.protocol import Denied, Unavailable
from neptune_snapshot_provider.contract import ATTRIBUTES, Attribute, OwnerTag
from neptune_snapshot_provider.core.models import attributes
from neptune_snapshot_provider.core.steps import Answer
from neptune_snapshot_provider.errors import DBClusterNotFoundFault, SnapshotQuotaExceeded
from support import events
from support.world import World

Run = Callable[..., Answer]
PARAMETER = "/graph/last-good"


class History:
    """A resource whose trigger changes with each deployment."""

    def __init__(self, world: World, answer: Run, **properties: object) -> None:
        self.world = world
        self._answer = answer
        self._properties = properties
        self._count = 0
        self.names: list[str] = []
        self.old: dict[str, Any] = {}
        self.last: Answer

    def deploy(self, **change: object) -> Answer:
        """Deploy with the next trigger; an hour passes."""
        self.world.clock.time += 3600
        self._count += 1
        wanted: dict[str, Any] = {"Trigger": f"v{self._count}", **self._properties, **change}
        new = events.properties(**wanted)
        request_id = f"deployment-{self._count}"
        if self.names:
            event = events.update(self.names[-1], new, self.old, request_id)
            self.world.stacks = ("UPDATE_IN_PROGRESS",)
        else:
            event = events.create(request_id, **wanted)
        self.last = self._answer(event)
        self.names.append(self.last.identifier)
        self.old = new
        return self.last

    def deploy_times(self, times: int) -> None:
        for _ in range(times):
            self.deploy()


def test_the_newest_are_kept_and_older_ones_go(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="3")
    history.deploy_times(6)
    assert list(world.snapshots) == history.names[-3:]
    assert history.last.extras[Attribute.PRUNED] == history.names[2]
    assert history.last.extras[Attribute.SPARED] == ""


def test_the_one_being_replaced_is_spared_for_a_rollback(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="1")
    history.deploy_times(3)
    assert list(world.snapshots) == history.names[-2:]
    assert history.last.extras[Attribute.SPARED] == f"{history.names[-2]}=replaced"


def test_one_that_is_tagged_to_be_kept_is_spared(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="1")
    history.deploy()
    world.tags_of(history.names[0])[OwnerTag.KEEP] = "audit"
    history.deploy_times(3)
    assert history.names[0] in world.snapshots
    assert f"{history.names[0]}=keep-tag" in history.last.extras[Attribute.SPARED]


def test_one_that_is_shared_with_another_account_is_spared(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="1")
    history.deploy()
    world.shared.add(history.names[0])
    history.deploy_times(3)
    assert history.names[0] in world.snapshots
    assert f"{history.names[0]}=shared" in history.last.extras[Attribute.SPARED]


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param({"tags": {}}, id="of nobody"),
        pytest.param({"tags": {OwnerTag.RESOURCE: "Another"}}, id="of another resource"),
        pytest.param({"cluster": "other-graph"}, id="of another cluster"),
        pytest.param({"engine": "aurora-mysql"}, id="of another engine"),
        pytest.param({"status": "upgrading"}, id="in progress"),
        pytest.param({"status": "failed"}, id="failed"),
    ],
)
def test_what_does_not_count_is_never_pruned(
    world: World, answer: Run, foreign: dict[str, Any]
) -> None:
    world.duration = 0
    own = {OwnerTag.STACK: events.STACK_ID, OwnerTag.RESOURCE: events.LOGICAL_ID}
    if "tags" in foreign:
        foreign["tags"] = {**own, **foreign["tags"]} if foreign["tags"] else {}
    world.add_snapshot("precious", **{"tags": own, "age": 10**6, **foreign})
    History(world, answer, KeepLast="1").deploy_times(4)
    assert "precious" in world.snapshots


def test_nothing_is_pruned_during_a_rollback(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="2")
    history.deploy_times(3)
    before = list(world.snapshots)
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    back = events.properties(Trigger="v2", KeepLast="1")
    answer(events.update(history.names[-1], back, history.old, "rollback"))
    assert list(world.snapshots) == before


def test_fewer_to_keep_prunes_without_a_new_snapshot(world: World, answer: Run) -> None:
    history = History(world, answer)
    history.deploy_times(5)
    new = {**history.old, "KeepLast": "2"}
    done = answer(events.update(history.names[-1], new, history.old, "fewer"))
    assert done.identifier == history.names[-1]
    assert list(world.snapshots) == history.names[-2:]


@pytest.mark.parametrize("call", ["snapshots_of", "delete", "is_shared", "stack"])
@pytest.mark.parametrize("kind", [Denied, Unavailable])
def test_a_failure_to_prune_is_only_a_warning(
    world: World, answer: Run, call: str, kind: type[Denied] | type[Unavailable]
) -> None:
    history = History(world, answer, KeepLast="1")
    history.deploy_times(3)

    def before(name: str) -> None:
        # After the create: the snapshot is good by now.
        if name == call and "create" in world.calls:
            raise kind("Code", "no", call)

    world.calls.clear()
    world.before = before
    assert history.deploy().snapshot is not None


def test_a_redelivered_request_prunes_the_same(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="2")
    history.deploy_times(4)
    before = list(world.snapshots)
    event = events.update(
        history.names[-2], history.old, {**history.old, "Trigger": "v3"}, "deployment-4"
    )
    answer(event)
    assert list(world.snapshots) == before


def test_a_full_quota_is_made_room_in_by_what_would_go_anyway(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="3")
    history.deploy_times(4)
    for number in range(97):
        world.add_snapshot(f"foreign-{number}")
    assert len(world.snapshots) == 100
    done = history.deploy()
    assert history.names[-1] in world.snapshots
    assert history.names[1] not in world.snapshots
    assert done.extras[Attribute.PRUNED] == history.names[1]
    assert sum(name.startswith("foreign") for name in world.snapshots) == 97


@pytest.mark.parametrize("call", ["snapshots_of", "tags", "is_shared", "delete"])
def test_room_that_cannot_be_made_is_a_full_quota(world: World, answer: Run, call: str) -> None:
    history = History(world, answer, KeepLast="1")
    history.deploy_times(3)
    world.allowed = 2

    def before(name: str) -> None:
        if name == call:
            raise Denied("AccessDenied", "no", call)

    world.before = before
    with pytest.raises(SnapshotQuotaExceeded):
        history.deploy()


def test_a_full_quota_says_what_is_used_and_what_could_go(world: World, answer: Run) -> None:
    history = History(world, answer)
    history.deploy_times(2)
    world.allowed = 2
    with pytest.raises(SnapshotQuotaExceeded) as caught:
        history.deploy()
    assert "2 of 2 used" in caught.value.reason
    assert history.names[0] in str(caught.value)


def test_a_full_quota_that_cannot_be_looked_at_is_still_named(world: World, answer: Run) -> None:
    def before(name: str) -> None:
        if name == "quota":
            raise Denied("AccessDenied", "no", "DescribeAccountAttributes")

    history = History(world, answer)
    history.deploy()
    world.allowed = 1
    world.before = before
    with pytest.raises(SnapshotQuotaExceeded, match="100 a region by default") as caught:
        history.deploy()
    assert f"delete old ones, of this resource: {history.names[0]}" in str(caught.value)


def test_the_parameter_names_the_last_good_snapshot(world: World, answer: Run) -> None:
    history = History(world, answer, LastGoodParameter=PARAMETER)
    history.deploy_times(2)
    assert world.parameters[PARAMETER].endswith(f":cluster-snapshot:{history.names[-1]}")


def test_a_rollback_leaves_the_parameter_alone(world: World, answer: Run) -> None:
    history = History(world, answer, LastGoodParameter=PARAMETER)
    history.deploy_times(2)
    before = dict(world.parameters)
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    back = {**history.old, "Trigger": "v1"}
    assert answer(events.update(history.names[1], back, history.old)).identifier == history.names[0]
    assert world.parameters == before


def test_a_late_delivery_does_not_point_the_parameter_back(world: World, answer: Run) -> None:
    history = History(world, answer, LastGoodParameter=PARAMETER)
    history.deploy_times(2)
    before = dict(world.parameters)
    answer(events.create("deployment-1", Trigger="v1", LastGoodParameter=PARAMETER))
    assert world.parameters == before


def test_a_parameter_that_cannot_be_written_is_only_a_warning(world: World, answer: Run) -> None:
    def before(name: str) -> None:
        if name == "put_parameter":
            raise Denied("AccessDenied", "no", "PutParameter")

    world.before = before
    assert History(world, answer, LastGoodParameter=PARAMETER).deploy().snapshot


def test_a_young_snapshot_with_the_same_trigger_is_reused(world: World, answer: Run) -> None:
    first = answer(events.create("request-1", Trigger="v1")).identifier
    world.clock.time += 600
    done = answer(events.create("request-2", Trigger="v1", ReuseYoungerThanSeconds="3600"))
    assert done.identifier == first
    assert done.extras[Attribute.OUTCOME] == "reused"


@pytest.mark.parametrize(
    ("age", "trigger"), [(3601, "v1"), (600, "v2")], ids=["too old", "another trigger"]
)
def test_another_snapshot_is_not_reused(
    world: World, answer: Run, age: float, trigger: str
) -> None:
    first = answer(events.create("request-1", Trigger="v1")).identifier
    world.clock.time += age
    done = answer(events.create("request-2", Trigger=trigger, ReuseYoungerThanSeconds="3600"))
    assert done.identifier != first
    assert done.extras[Attribute.OUTCOME] == "created"


def test_with_every_deployment_any_young_one_of_the_resource_is_reused(
    world: World, answer: Run
) -> None:
    first = answer(events.create("request-1", Trigger="20261123T211300.000001Z")).identifier
    world.stacks = ("UPDATE_IN_PROGRESS",)
    world.clock.time += 600
    old = events.properties(Trigger="20261123T211300.000001Z")
    new = {**old, "Trigger": "20261123T212300.000001Z", "ReuseYoungerThanSeconds": "3600"}
    done = answer(events.update(first, new, old))
    assert done.identifier == first
    assert done.extras[Attribute.OUTCOME] == "reused"


def test_a_foreign_snapshot_is_not_reused(world: World, answer: Run) -> None:
    world.add_snapshot("young-and-foreign")
    done = answer(events.create("request-2", ReuseYoungerThanSeconds="3600"))
    assert done.identifier != "young-and-foreign"


def test_a_missing_cluster_can_be_skipped(world: World, answer: Run) -> None:
    world.clusters.clear()
    done = answer(events.create(WhenClusterMissing="SKIP"))
    assert done.snapshot is None
    assert done.extras[Attribute.OUTCOME] == "skipped"
    assert set(done.extras) == set(ATTRIBUTES) - set(attributes({}))


def test_a_missing_cluster_fails_unless_told_otherwise(world: World, answer: Run) -> None:
    world.clusters.clear()
    with pytest.raises(DBClusterNotFoundFault):
        answer(events.create(WhenClusterMissing="FAIL"))


def test_after_a_skip_a_changed_trigger_takes_the_first_snapshot(world: World, answer: Run) -> None:
    history = History(world, answer, WhenClusterMissing="SKIP")
    world.clusters.clear()
    history.deploy()
    world.add_cluster()
    assert history.deploy().extras[Attribute.OUTCOME] == "created"
    assert list(world.snapshots) == [history.names[-1]]


def test_after_a_skip_other_changes_and_rollbacks_and_deletes_end_well(
    world: World, answer: Run
) -> None:
    world.clusters.clear()
    skipped = answer(events.create(WhenClusterMissing="SKIP")).identifier
    world.stacks = ("UPDATE_IN_PROGRESS",)
    old = events.properties(WhenClusterMissing="SKIP")
    done = answer(events.update(skipped, {**old, "TimeoutSeconds": "60"}, old))
    assert (done.identifier, done.extras[Attribute.OUTCOME]) == (skipped, "skipped")
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    done = answer(events.update(skipped, old, {**old, "Trigger": "v2"}, "request-3"))
    assert done.identifier == skipped
    world.stacks = ("DELETE_IN_PROGRESS",)
    assert answer(events.delete(skipped)).identifier == skipped


def test_the_outcome_says_what_became_of_it(world: World, answer: Run) -> None:
    created = answer(events.create())
    assert created.extras[Attribute.OUTCOME] == "created"
    world.stacks = ("UPDATE_IN_PROGRESS",)
    new = events.properties(TimeoutSeconds="60")
    kept = answer(events.update(created.identifier, new, events.properties()))
    assert kept.extras[Attribute.OUTCOME] == "kept"


def test_a_late_delivery_does_not_prune_the_snapshot_of_today(world: World, answer: Run) -> None:
    history = History(world, answer, KeepLast="1")
    history.deploy_times(3)
    world.add_snapshot(history.names[0], world.tags_of(history.names[0]), age=9999)
    for stacks in ("UPDATE_COMPLETE", "UPDATE_IN_PROGRESS"):
        world.stacks = (stacks,)
        answer(events.create("deployment-1", Trigger="v1", KeepLast="1"))
        assert history.names[-1] in world.snapshots
