"""An Update takes a new snapshot, changes tags in place, does nothing, or is a rollback."""

from typing import Any

import pytest

from neptune_snapshot_provider import errors
from neptune_snapshot_provider.contract import KEEP_TAG, OwnerTag
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.refusals import Denied, Unavailable
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.core.steps import Respond
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


@pytest.mark.parametrize("tags", [{"team": "z", "phase": "2"}, {}], ids=["others", "none"])
def test_only_tags_changed_adds_and_removes_in_place(
    world: World, taken: str, tags: dict[str, str]
) -> None:
    world.tags_of(taken)[KEEP_TAG] = "set by hand"
    owner_tags = {k: v for k, v in world.tags_of(taken).items() if k in set(OwnerTag)}
    new = old(Tags=events.tag_list(**tags))
    assert world.respond(events.update(taken, new, old())).identifier == taken
    assert world.tags_of(taken) == {**owner_tags, **tags, KEEP_TAG: "set by hand"}
    assert "create" not in world.calls


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
    with pytest.raises(errors.DBClusterSnapshotNotFoundFault, match=f"{taken} was deleted outside"):
        world.respond(events.update(taken, old(TimeoutSeconds="60"), old()))


def test_the_same_explicit_name_for_another_cluster_is_refused(world: World) -> None:
    world.add_cluster("other-graph")
    before = events.properties(DBClusterSnapshotIdentifier="by-name")
    world.respond(events.create(DBClusterSnapshotIdentifier="by-name"))
    after = {**before, "DBClusterIdentifier": "other-graph"}
    with pytest.raises(errors.DBClusterSnapshotAlreadyExistsFault):
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


def revert(world: World, physical_id: str) -> Respond:
    """Send the Update back to the properties of the Create."""
    return world.respond(events.update(physical_id, old(), old(Trigger="two"), "request-3"))


@pytest.mark.parametrize("known", ["new id", "old id"])
def test_a_rollback_returns_the_snapshot_of_the_old_properties(
    world: World, taken: str, replaced: str, known: str
) -> None:
    done = revert(world, replaced if known == "new id" else taken)
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
    done = revert(world, replaced)
    assert done.identifier == newest


@pytest.mark.parametrize("status", ["available", ""], ids=["the old one", "both"])
def test_a_rollback_ends_with_the_recorded_id_if_snapshots_are_gone(
    world: World, taken: str, replaced: str, status: str
) -> None:
    del world.snapshots[taken]
    if not status:
        del world.snapshots[replaced]
    done = revert(world, replaced)
    assert done.identifier == replaced
    assert done.snapshot is not None
    values = attributes(done.snapshot.fields)
    assert values["DBClusterSnapshotArn"].endswith(
        f"eu-west-1:123456789012:cluster-snapshot:{replaced}"
    )
    assert values["Status"] == status
    assert taken not in world.snapshots


@pytest.mark.parametrize("status", ["failed", "deleting", "gone"])
@pytest.mark.parametrize(
    "change", [{"TimeoutSeconds": "60"}, {"Tags": events.tag_list(team="z")}], ids=["time", "tags"]
)
def test_a_rollback_ends_though_the_current_snapshot_is_unusable_now(
    world: World, taken: str, status: str, change: dict[str, Any]
) -> None:
    if status == "gone":
        world.snapshots.clear()
    else:
        world.set_status(taken, status)
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    done = world.respond(events.update(taken, old(), old(**change), "request-3"))
    assert done.identifier == taken


def test_a_rollback_of_tags_only_restores_the_old_tags(world: World, taken: str) -> None:
    new = old(Tags=events.tag_list(team="z"))
    world.respond(events.update(taken, new, old()))
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    assert world.respond(events.update(taken, old(), new, "request-3")).identifier == taken
    assert world.tags_of(taken).items() >= {"team": "a", "cost": "b"}.items()


@pytest.mark.parametrize("kind", [Denied, Unavailable])
def test_a_rollback_ends_though_snapshots_cannot_be_listed(
    world: World, replaced: str, kind: type[Denied | Unavailable]
) -> None:
    world.refuse("snapshots_of", kind("Code", "no", "DescribeDBClusterSnapshots"))
    assert revert(world, replaced).identifier == replaced


def test_a_rollback_to_properties_from_properties_that_never_were_valid(
    world: World, taken: str
) -> None:
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    broken = {**old(), "DBClusterIdentifier": "9--bad"}
    assert world.respond(events.update(taken, old(), broken, "request-3")).identifier == taken
    assert "create" not in world.calls


def test_a_trigger_that_returns_to_an_earlier_value_is_a_new_snapshot(
    world: World, taken: str, replaced: str
) -> None:
    world.begin("UPDATE_IN_PROGRESS")
    third = revert(world, replaced).identifier
    assert set(world.snapshots) == {taken, replaced, third}
    assert len(world.snapshots) == 3


def test_a_late_delivery_of_an_earlier_update_does_not_restore_its_tags(
    world: World, taken: str
) -> None:
    first = old(Tags=events.tag_list(team="b"))
    second = old(Tags=events.tag_list(team="c"))
    world.respond(events.update(taken, first, old(), "request-2"))
    world.respond(events.update(taken, second, first, "request-3"))
    world.stacks = ("UPDATE_COMPLETE",)
    with pytest.raises(errors.RequestCancelled):
        world.respond(events.update(taken, first, old(), "request-2"))
    assert world.tags_of(taken)["team"] == "c"


def test_a_retry_returns_the_snapshot_that_the_failed_attempt_took(
    world: World, taken: str, replaced: str
) -> None:
    """It is the one from before the migration that is half-finished now."""
    world.begin("UPDATE_IN_PROGRESS")
    done = world.respond(events.update(replaced, old(Trigger="two"), old(), "request-3"))
    assert done.identifier == replaced
    assert set(world.snapshots) == {taken, replaced}


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


def test_a_later_operation_supersedes_an_update_at_once(world: World, taken: str) -> None:
    sent_at = world.clock.now()
    world.begin("UPDATE_IN_PROGRESS")
    event = events.sent(events.update(taken, old(Trigger="two"), old()), sent_at)
    with pytest.raises(errors.RequestCancelled):
        world.respond(event)
    assert list(world.snapshots) == [taken]
    assert not world.clock.pauses


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
