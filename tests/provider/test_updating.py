"""An Update takes a new snapshot, changes tags in place, does nothing, or is a rollback."""

from collections.abc import Callable
from typing import Any

import pytest

from neptune_snapshot_provider.aws.protocol import Denied, Unavailable
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.models import attributes
from neptune_snapshot_provider.core.ownership import safe_physical_id
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.core.steps import Answer
from neptune_snapshot_provider.errors import (
    DBClusterNotFoundFault,
    DBClusterSnapshotAlreadyExistsFault,
    DBClusterSnapshotNotFoundFault,
    RequestCancelled,
)
from support import events
from support.world import World

Run = Callable[..., Answer]
PLAIN = events.properties()


@pytest.fixture
def taken(world: World, answer: Run) -> str:
    """The snapshot of the Create."""
    done = answer(events.create(Trigger="one", Tags=events.tag_list(team="a", cost="b")))
    world.stacks = ("UPDATE_IN_PROGRESS",)
    world.calls.clear()
    world.clock.naps.clear()
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
    world: World, answer: Run, taken: str, change: dict[str, Any]
) -> None:
    world.add_cluster("other-graph")
    done = answer(events.update(taken, old(**change), old()))
    assert done.identifier != taken
    assert set(world.snapshots) == {taken, done.identifier}


def test_only_tags_changed_adds_and_removes_in_place(world: World, answer: Run, taken: str) -> None:
    world.tags_of(taken)["neptune-snapshot:keep"] = "set by hand"
    owner_tags = {k: v for k, v in world.tags_of(taken).items() if k in OwnerTag.ALL}
    new = old(Tags=events.tag_list(team="z", phase="2"))
    assert answer(events.update(taken, new, old())).identifier == taken
    kept = {"team": "z", "phase": "2", "neptune-snapshot:keep": "set by hand"}
    assert world.tags_of(taken) == owner_tags | kept
    assert "create" not in world.calls


def test_all_tags_taken_away_leaves_the_owner_tags(world: World, answer: Run, taken: str) -> None:
    new = events.properties(Trigger="one")
    answer(events.update(taken, new, old()))
    assert set(world.tags_of(taken)) == set(OwnerTag.ALL)


def test_only_the_timeout_changed_changes_nothing_and_does_not_wait(
    world: World, answer: Run, taken: str
) -> None:
    done = answer(events.update(taken, old(TimeoutSeconds="60"), old()))
    assert done.identifier == taken
    assert done.snapshot is not None
    assert world.calls == ["snapshot", "tags"]
    assert not world.clock.naps


def test_a_snapshot_deleted_by_hand_is_not_answered_for(
    world: World, answer: Run, taken: str
) -> None:
    world.snapshots.clear()
    with pytest.raises(DBClusterSnapshotNotFoundFault, match=f"{taken} was deleted outside"):
        answer(events.update(taken, old(TimeoutSeconds="60"), old()))


def test_the_same_explicit_name_for_another_cluster_is_refused(world: World, answer: Run) -> None:
    world.add_cluster("other-graph")
    before = events.properties(DBClusterSnapshotIdentifier="by-name")
    answer(events.create(DBClusterSnapshotIdentifier="by-name"))
    after = {**before, "DBClusterIdentifier": "other-graph"}
    with pytest.raises(DBClusterSnapshotAlreadyExistsFault):
        answer(events.update("by-name", after, before))
    assert list(world.snapshots) == ["by-name"]


def test_a_failed_update_answers_with_the_id_cloudformation_has(taken: str) -> None:
    request = parse_request(events.update(taken, old(Trigger="two"), old()))
    assert safe_physical_id(request) == taken


@pytest.fixture
def replaced(world: World, answer: Run, taken: str) -> str:
    """The snapshot of the Update that CloudFormation now rolls back."""
    done = answer(events.update(taken, old(Trigger="two"), old()))
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    world.calls.clear()
    world.clock.naps.clear()
    return done.identifier


@pytest.mark.parametrize("known", ["new id", "old id"])
def test_a_rollback_answers_the_snapshot_of_the_old_properties(
    world: World, answer: Run, taken: str, replaced: str, known: str
) -> None:
    physical_id = replaced if known == "new id" else taken
    done = answer(events.update(physical_id, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == taken
    assert done.snapshot is not None
    assert set(world.snapshots) == {taken, replaced}
    assert {"create", "delete"}.isdisjoint(world.calls)


def test_a_rollback_finds_the_newest_of_several(
    world: World, answer: Run, taken: str, replaced: str
) -> None:
    tags = world.tags_of(taken)
    world.add_snapshot("older", tags, age=500)
    world.add_snapshot("newer", tags, age=-500)
    world.add_snapshot("newest-but-failed", tags, age=-900, status="failed")
    world.add_snapshot("newest-of-aurora", tags, age=-900, engine="aurora-mysql")
    world.add_snapshot("newest-of-another", {**tags, OwnerTag.RESOURCE: "Other"}, age=-900)
    done = answer(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == "newer"


def test_a_rollback_ends_with_the_recorded_id_if_the_old_snapshot_is_gone(
    world: World, answer: Run, taken: str, replaced: str
) -> None:
    del world.snapshots[taken]
    done = answer(events.update(replaced, old(), old(Trigger="two"), "request-3"))
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
    world: World, answer: Run, replaced: str
) -> None:
    world.snapshots.clear()
    done = answer(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == replaced
    assert done.snapshot is not None
    values = attributes(done.snapshot.fields)
    assert values["DBClusterSnapshotArn"].endswith(f":cluster-snapshot:{replaced}")
    assert values["Status"] == ""


@pytest.mark.parametrize("status", ["failed", "deleting"])
def test_a_rollback_ends_though_the_old_snapshot_is_no_good_any_more(
    world: World, answer: Run, taken: str, status: str
) -> None:
    world.set_status(taken, status)
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    done = answer(events.update(taken, old(), old(TimeoutSeconds="60"), "request-3"))
    assert done.identifier == taken


def test_a_rollback_of_tags_only_puts_the_old_tags_back(
    world: World, answer: Run, taken: str
) -> None:
    new = old(Tags=events.tag_list(team="z"))
    answer(events.update(taken, new, old()))
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    assert answer(events.update(taken, old(), new, "request-3")).identifier == taken
    assert world.tags_of(taken)["team"] == "a"
    assert world.tags_of(taken)["cost"] == "b"


def test_a_rollback_of_tags_only_ends_though_the_snapshot_is_gone(
    world: World, answer: Run, taken: str
) -> None:
    world.snapshots.clear()
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    new = old(Tags=events.tag_list(team="z"))
    assert answer(events.update(taken, old(), new, "request-3")).identifier == taken


def test_a_rollback_ends_though_a_right_is_missing(
    world: World, answer: Run, replaced: str
) -> None:
    def before(name: str) -> None:
        if name == "snapshots_of":
            raise Denied("AccessDenied", "no", "DescribeDBClusterSnapshots")

    world.before = before
    done = answer(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == replaced


def test_a_rollback_ends_though_neptune_does_not_answer(
    world: World, answer: Run, replaced: str
) -> None:
    def before(name: str) -> None:
        if name == "snapshots_of":
            raise Unavailable("Throttling", "slow down", "DescribeDBClusterSnapshots")

    world.before = before
    done = answer(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == replaced


def test_a_rollback_to_properties_from_properties_that_never_were_valid(
    world: World, answer: Run, taken: str
) -> None:
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    broken = {**old(), "DBClusterIdentifier": "9--bad"}
    assert answer(events.update(taken, old(), broken, "request-3")).identifier == taken
    assert "create" not in world.calls


def test_a_rollback_of_a_parent_stack_counts_too(
    world: World, answer: Run, taken: str, replaced: str
) -> None:
    world.stacks = ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS")
    done = answer(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    assert done.identifier == taken


def test_after_a_rollback_the_next_update_takes_a_snapshot_again(
    world: World, answer: Run, taken: str, replaced: str
) -> None:
    answer(events.update(replaced, old(), old(Trigger="two"), "request-3"))
    world.stacks = ("UPDATE_IN_PROGRESS",)
    done = answer(events.update(taken, old(Trigger="two"), old(), "request-4"))
    assert done.identifier not in {taken, replaced}


def test_a_trigger_that_returns_to_an_earlier_value_is_a_new_snapshot(
    world: World, answer: Run, taken: str
) -> None:
    second = answer(events.update(taken, old(Trigger="two"), old())).identifier
    third = answer(events.update(second, old(), old(Trigger="two"), "request-3")).identifier
    assert len({taken, second, third}) == 3
    assert len(world.snapshots) == 3


def test_an_update_to_a_cluster_that_is_not_there_changes_nothing(
    world: World, answer: Run, taken: str
) -> None:
    with pytest.raises(DBClusterNotFoundFault, match="nowhere"):
        answer(events.update(taken, old(cluster="nowhere"), old()))
    assert list(world.snapshots) == [taken]


def test_a_late_delivery_of_an_earlier_update_does_not_put_its_tags_back(
    world: World, answer: Run, taken: str
) -> None:
    first = old(Tags=events.tag_list(team="b"))
    second = old(Tags=events.tag_list(team="c"))
    answer(events.update(taken, first, old(), "request-2"))
    answer(events.update(taken, second, first, "request-3"))
    world.stacks = ("UPDATE_COMPLETE",)
    with pytest.raises(RequestCancelled):
        answer(events.update(taken, first, old(), "request-2"))
    assert world.tags_of(taken)["team"] == "c"
