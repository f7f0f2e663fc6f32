"""An Update takes a new snapshot, changes tags in place, does nothing, or is a rollback."""

from typing import Any

import pytest

from neptune_snapshot_provider.contract import KEEP_TAG, OwnerTag
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.refusals import Denied, Unavailable
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.errors import (
    DBClusterNotFoundFault,
    DBClusterSnapshotAlreadyExistsFault,
    DBClusterSnapshotNotFoundFault,
    RequestCancelled,
)
from support import events
from support.world import World


@pytest.fixture
def taken(world: World) -> str:
    """The snapshot of the Create."""
    done = world.respond(events.create(Trigger="one", Tags=events.tag_list(team="a", cost="b")))
    world.begin("UPDATE_IN_PROGRESS")
    world.calls.clear()
    world.clock.pauses.clear()
    return done.identifier


def old(**others: object) -> dict[str, Any]:
    """The properties of the Create, with changes."""
    tags = events.tag_list(team="a", cost="b")
    return events.properties(**{"Trigger": "one", "Tags": tags, **others})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"Trigger": "two"}, id="trigger"),
        pytest.param({"cluster": "other-graph"}, id="cluster"),
        pytest.param({"SnapshotIdentifierPrefix": "nightly"}, id="prefix"),
        pytest.param({"DBClusterSnapshotIdentifier": "by-name"}, id="name"),
    ],
)
def test_cluster_name_prefix_or_trigger_changed_is_a_new_snapshot(
    world: World, taken: str, change: dict[str, Any]
) -> None:
    world.add_cluster("other-graph")
    done = world.respond(events.update(taken, old(**change), old()))
    assert done.identifier != taken
    assert set(world.snapshots) == {taken, done.identifier}


def test_only_tags_changed_adds_and_removes_in_place(world: World, taken: str) -> None:
    world.tags_of(taken)[KEEP_TAG] = "set by hand"
    owner_tags = {k: v for k, v in world.tags_of(taken).items() if k in set(OwnerTag)}
    new = old(Tags=events.tag_list(team="z", phase="2"))
    assert world.respond(events.update(taken, new, old())).identifier == taken
    kept = {"team": "z", "phase": "2", KEEP_TAG: "set by hand"}
    assert world.tags_of(taken) == owner_tags | kept
    assert "create" not in world.calls


def test_removing_all_tags_leaves_the_owner_tags(world: World, taken: str) -> None:
    new = events.properties(Trigger="one")
    world.respond(events.update(taken, new, old()))
    assert set(world.tags_of(taken)) == set(OwnerTag)


def test_only_the_timeout_changed_changes_nothing_and_does_not_wait(
    world: World, taken: str
) -> None:
    done = world.respond(events.update(taken, old(TimeoutSeconds="60"), old()))
    assert done.identifier == taken
    assert done.snapshot is not None
    assert world.calls == ["snapshot", "tags"]
    assert not world.clock.pauses


def test_a_snapshot_deleted_by_hand_is_not_returned(world: World, taken: str) -> None:
    world.snapshots.clear()
    with pytest.raises(DBClusterSnapshotNotFoundFault, match=f"{taken} was deleted outside"):
        world.respond(events.update(taken, old(TimeoutSeconds="60"), old()))


def test_the_same_explicit_name_for_another_cluster_is_refused(world: World) -> None:
    world.add_cluster("other-graph")
    before = events.properties(DBClusterSnapshotIdentifier="by-name")
    world.respond(events.create(DBClusterSnapshotIdentifier="by-name"))
    after = {**before, "DBClusterIdentifier": "other-graph"}
    with pytest.raises(DBClusterSnapshotAlreadyExistsFault):
        world.respond(events.update("by-name", after, before))
    assert list(world.snapshots) == ["by-name"]


def test_a_failed_update_returns_the_id_cloudformation_has(taken: str) -> None:
    request = parse_request(events.update(taken, old(Trigger="two"), old()))
    assert ownership.failure_id(request) == taken


@pytest.fixture
def replaced(world: World, taken: str) -> str:
    """The snapshot of the Update that CloudFormation now rolls back."""
    done = world.respond(events.update(taken, old(Trigger="two"), old()))
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    world.calls.clear()
    world.clock.pauses.clear()
    return done.identifier


@pytest.mark.parametrize("known", ["new id", "old id"])
def test_a_rollback_returns_the_snapshot_of_the_old_properties(
    world: World, taken: str, replaced: str, known: str
) -> None:
    physical_id = replaced if known == "new id" else taken
    done = world.respond(events.update(physical_id, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == taken
    assert done.snapshot is not None
    assert set(world.snapshots) == {taken, replaced}
    assert {"create", "delete"}.isdisjoint(world.calls)


def test_a_rollback_finds_the_newest_of_several(world: World, taken: str, replaced: str) -> None:
    same: dict[str, Any] = {"Trigger": "one"}
    world.add_own("older", age=500, **same)
    newest = world.add_own("newest", age=-500, **same)
    world.set_status(world.add_own("failed", age=-900, **same), "failed")
    world.change(world.add_own("of Aurora", age=-900, **same), Engine="aurora-mysql")
    world.change(world.add_own("copy", age=-900, **same), SourceDBClusterSnapshotArn=taken)
    world.tags_of(world.add_own("of another", age=-900, **same))[OwnerTag.RESOURCE] = "Other"
    world.add_snapshot("with-own-tags", world.tags_of(taken), age=-900)
    done = world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == newest


def test_a_rollback_ends_with_the_recorded_id_if_the_old_snapshot_is_gone(
    world: World, taken: str, replaced: str
) -> None:
    del world.snapshots[taken]
    done = world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == replaced
    assert done.snapshot is not None
    values = attributes(done.snapshot.fields)
    assert values["DBClusterSnapshotArn"].endswith(
        f"eu-west-1:123456789012:cluster-snapshot:{replaced}"
    )
    assert values["DBClusterIdentifier"] == "my-graph"
    assert values["Status"] == "available"
    assert list(world.snapshots) == [replaced]


def test_a_rollback_ends_with_the_recorded_id_if_both_snapshots_are_gone(
    world: World, replaced: str
) -> None:
    world.snapshots.clear()
    done = world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == replaced
    assert done.snapshot is not None
    values = attributes(done.snapshot.fields)
    assert values["DBClusterSnapshotArn"].endswith(f":cluster-snapshot:{replaced}")
    assert values["Status"] == ""


@pytest.mark.parametrize("status", ["failed", "deleting"])
def test_a_rollback_ends_though_the_old_snapshot_is_unusable_now(
    world: World, taken: str, status: str
) -> None:
    world.set_status(taken, status)
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    done = world.respond(events.update(taken, old(), old(TimeoutSeconds="60"), "request-3"))
    assert done.identifier == taken


def test_a_rollback_of_tags_only_restores_the_old_tags(world: World, taken: str) -> None:
    new = old(Tags=events.tag_list(team="z"))
    world.respond(events.update(taken, new, old()))
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    assert world.respond(events.update(taken, old(), new, "request-3")).identifier == taken
    assert world.tags_of(taken)["team"] == "a"
    assert world.tags_of(taken)["cost"] == "b"


def test_a_rollback_of_tags_only_ends_though_the_snapshot_is_gone(world: World, taken: str) -> None:
    world.snapshots.clear()
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    new = old(Tags=events.tag_list(team="z"))
    assert world.respond(events.update(taken, old(), new, "request-3")).identifier == taken


def test_a_rollback_ends_though_a_permission_is_missing(world: World, replaced: str) -> None:
    def before(name: str) -> None:
        if name == "snapshots_of":
            raise Denied("AccessDenied", "no", "DescribeDBClusterSnapshots")

    world.before = before
    done = world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == replaced


def test_a_rollback_ends_though_neptune_does_not_respond(world: World, replaced: str) -> None:
    def before(name: str) -> None:
        if name == "snapshots_of":
            raise Unavailable("Throttling", "slow down", "DescribeDBClusterSnapshots")

    world.before = before
    done = world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == replaced


def test_a_rollback_to_properties_from_properties_that_never_were_valid(
    world: World, taken: str
) -> None:
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    broken = {**old(), "DBClusterIdentifier": "9--bad"}
    assert world.respond(events.update(taken, old(), broken, "request-3")).identifier == taken
    assert "create" not in world.calls


def test_a_rollback_of_a_parent_stack_counts_too(world: World, taken: str, replaced: str) -> None:
    world.stacks = ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS")
    done = world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == taken


def test_after_a_rollback_the_next_update_takes_a_snapshot_again(
    world: World, taken: str, replaced: str
) -> None:
    world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    world.begin("UPDATE_IN_PROGRESS")
    done = world.respond(events.update(taken, old(Trigger="two"), old(), "request-4"))
    assert done.identifier not in {taken, replaced}


def test_a_trigger_that_returns_to_an_earlier_value_is_a_new_snapshot(
    world: World, taken: str
) -> None:
    second = world.respond(events.update(taken, old(Trigger="two"), old())).identifier
    world.begin("UPDATE_IN_PROGRESS")
    third = world.respond(events.update(second, old(), old(Trigger="two"), "request-3")).identifier
    assert len({taken, second, third}) == 3
    assert len(world.snapshots) == 3


def test_an_update_to_a_cluster_that_is_not_there_changes_nothing(world: World, taken: str) -> None:
    with pytest.raises(DBClusterNotFoundFault, match="nowhere"):
        world.respond(events.update(taken, old(cluster="nowhere"), old()))
    assert list(world.snapshots) == [taken]


def test_a_late_delivery_of_an_earlier_update_does_not_restore_its_tags(
    world: World, taken: str
) -> None:
    first = old(Tags=events.tag_list(team="b"))
    second = old(Tags=events.tag_list(team="c"))
    world.respond(events.update(taken, first, old(), "request-2"))
    world.respond(events.update(taken, second, first, "request-3"))
    world.stacks = ("UPDATE_COMPLETE",)
    with pytest.raises(RequestCancelled):
        world.respond(events.update(taken, first, old(), "request-2"))
    assert world.tags_of(taken)["team"] == "c"


@pytest.mark.parametrize("seconds", [3, 40, 10_000])
def test_a_reversal_before_its_rollback_is_visible_takes_no_snapshot(
    world: World, taken: str, replaced: str, seconds: float
) -> None:
    """The status is stale, or rollback is disabled and the status never shows one."""
    world.stacks = ("UPDATE_IN_PROGRESS",)
    sent_at = world.clock.now()

    def before(name: str) -> None:
        if name == "stack" and world.clock.now() >= sent_at + seconds:
            world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)

    world.before = before
    done = world.respond(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == taken
    assert done.is_final
    assert set(world.snapshots) == {taken, replaced}
    assert 75 <= world.clock.now() - sent_at <= 80


def test_an_update_whose_operation_is_not_visible_yet_takes_a_snapshot(
    world: World, taken: str
) -> None:
    """Until then it looks as if the earlier update, which took the current one, were reverted."""
    current = world.respond(events.update(taken, old(Trigger="two"), old())).identifier
    world.clock.time += 60
    sent_at = world.clock.now()

    def before(name: str) -> None:
        if name == "stack" and world.clock.now() >= sent_at + 30:
            world.began_at = sent_at - 1

    world.before = before
    event = events.sent(events.update(current, old(), old(Trigger="two"), "request-3"), sent_at)
    done = world.respond(event)
    assert done.identifier not in {taken, current}
    assert done.identifier in world.snapshots


def test_a_retry_whose_old_properties_are_the_attempted_ones_takes_a_snapshot(
    world: World, taken: str
) -> None:
    """An earlier attempt failed while rollback was disabled; its migration runs now."""
    attempted = old(Trigger="two")
    done = world.respond(events.update(taken, attempted, attempted, "request-3"))
    assert done.identifier != taken
    assert done.identifier in world.snapshots


def test_a_retry_returns_the_snapshot_that_the_failed_attempt_took(
    world: World, taken: str, replaced: str
) -> None:
    """It is the one from before the migration that is half-finished now."""
    world.begin("UPDATE_IN_PROGRESS")
    attempted = old(Trigger="two")
    assert (
        world.respond(events.update(replaced, attempted, old(), "request-3")).identifier == replaced
    )
    assert set(world.snapshots) == {taken, replaced}


def test_an_update_of_a_stack_that_cloudformation_does_not_know_takes_a_snapshot(
    world: World, taken: str
) -> None:
    world.stacks = ()
    done = world.respond(events.update(taken, old(Trigger="two"), old()))
    assert set(world.snapshots) == {taken, done.identifier}


def test_an_unknown_stack_gets_back_a_snapshot_under_an_explicit_name(world: World) -> None:
    """A name cannot be used twice, and no status tells a reversal from an update."""
    named = events.properties(DBClusterSnapshotIdentifier="by-name")
    world.stacks = ()
    world.respond(events.create(DBClusterSnapshotIdentifier="by-name"))
    other = events.properties(DBClusterSnapshotIdentifier="by-another-name")
    world.respond(events.update("by-name", other, named, "request-2"))
    done = world.respond(events.update("by-another-name", named, other, "request-3"))
    assert done.identifier == "by-name"
    assert set(world.snapshots) == {"by-name", "by-another-name"}


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_an_update_of_a_nested_stack_under_an_idle_parent_takes_a_snapshot(
    world: World, taken: str, status: str
) -> None:
    world.stacks = ("UPDATE_IN_PROGRESS", status)
    assert world.respond(events.update(taken, old(Trigger="two"), old())).identifier != taken


def test_a_later_operation_supersedes_an_update_at_once(world: World, taken: str) -> None:
    sent_at = world.clock.now()
    world.begin("UPDATE_IN_PROGRESS")
    event = events.sent(events.update(taken, old(Trigger="two"), old()), sent_at)
    with pytest.raises(RequestCancelled):
        world.respond(event)
    assert list(world.snapshots) == [taken]
    assert not world.clock.pauses


def test_a_rollback_to_a_reused_snapshot_returns_it(world: World, taken: str) -> None:
    """Its trigger tag names the properties that it was reused for, too."""
    times = ("20261123T211300.000001Z", "20261123T212300.000001Z")
    known = old()
    for number, time in enumerate(times):
        world.begin("UPDATE_IN_PROGRESS")
        wanted = old(Trigger=time, ReuseYoungerThanSeconds="86400")
        assert (
            world.respond(events.update(taken, wanted, known, f"reuse-{number}")).identifier
            == taken
        )
        known = wanted
    world.begin("UPDATE_IN_PROGRESS")
    latest = old(Trigger="latest")
    replacement = world.respond(events.update(taken, latest, known, "latest")).identifier
    assert replacement != taken
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    for time in times:
        back = old(Trigger=time, ReuseYoungerThanSeconds="86400")
        assert (
            world.respond(events.update(replacement, back, latest, f"to-{time}")).identifier
            == taken
        )


def test_a_reversal_of_a_skipped_snapshot_skips_again(world: World) -> None:
    """The current resource has no snapshot, so that its newest one tells a reversal."""
    cluster = world.clusters.pop(events.CLUSTER)
    skipping = events.properties(WhenClusterMissing="SKIP", Trigger="one")
    skipped = world.respond(events.create(WhenClusterMissing="SKIP", Trigger="one")).identifier
    world.clusters[events.CLUSTER] = cluster
    world.begin("UPDATE_IN_PROGRESS")
    wanted = {**skipping, "Trigger": "two"}
    taken = world.respond(events.update(skipped, wanted, skipping)).identifier
    done = world.respond(events.update(skipped, skipping, wanted, "request-3"))
    assert done.identifier == skipped
    assert list(world.snapshots) == [taken]
