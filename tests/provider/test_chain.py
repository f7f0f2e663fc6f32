"""Waits longer than an hour: the snapshot's resource responds, and others continue to wait."""

from typing import Any

import pytest

from neptune_snapshot_provider import errors
from neptune_snapshot_provider.continuation import Continuation, fold, unfold
from neptune_snapshot_provider.contract import WAIT_RESOURCE_TYPE, Attribute
from neptune_snapshot_provider.core.properties import parse_properties
from neptune_snapshot_provider.core.request import parse_request
from support import events
from support.world import World


def link(event: dict[str, Any], snapshot: str, **others: object) -> dict[str, Any]:
    """The same event for a resource that only waits."""
    properties = {"DBClusterSnapshotIdentifier": snapshot, "TimeoutSeconds": "600", **others}
    return {**event, "ResourceType": WAIT_RESOURCE_TYPE, "ResourceProperties": properties}


@pytest.fixture
def begun(world: World) -> str:
    world.duration = 2000
    done = world.respond(events.create(TimeoutSeconds="600", OnTimeout="CONTINUE"))
    assert done.snapshot is not None
    assert done.snapshot.status == "creating"
    return done.identifier


def test_a_link_in_the_middle_responds_at_its_deadline(world: World, begun: str) -> None:
    done = world.respond(link(events.create("request-2"), begun, OnTimeout="CONTINUE"))
    assert done.identifier == begun
    assert list(world.snapshots) == [begun]
    assert world.snapshots[begun].status == "creating"


def test_the_last_link_waits_until_the_snapshot_is_available(world: World, begun: str) -> None:
    done = world.respond(link(events.create("request-2"), begun, TimeoutSeconds="3000"))
    assert done.identifier == begun
    assert done.snapshot is not None
    assert done.snapshot.status == "available"
    assert world.calls.count("create") == 1


def test_only_the_last_link_fails_at_the_deadline(world: World, begun: str) -> None:
    with pytest.raises(errors.DeadlineExceeded, match=begun):
        world.respond(link(events.create("request-2"), begun))
    assert begun in world.snapshots


def test_a_failed_or_missing_snapshot_fails_in_any_link(world: World, begun: str) -> None:
    event = link(events.create("request-2"), begun, OnTimeout="CONTINUE")
    world.set_status(begun, "failed")
    with pytest.raises(errors.SnapshotFailed):
        world.respond(event)
    world.snapshots.clear()
    with pytest.raises(errors.DBClusterSnapshotNotFoundFault, match=begun):
        world.respond(event)


def test_a_cluster_that_stays_busy_fails_in_the_first_link(world: World) -> None:
    world.add_cluster(status="modifying")
    with pytest.raises(errors.DeadlineExceeded, match="my-graph is modifying"):
        world.respond(events.create(TimeoutSeconds="600", OnTimeout="CONTINUE"))


def test_a_link_follows_the_snapshot_when_it_is_replaced_and_rolled_back(
    world: World, begun: str
) -> None:
    """The rollback ends though the snapshot is gone."""
    world.set_status(begun, "available")
    world.add_snapshot("second")
    new = link(events.create(), "second")["ResourceProperties"]
    old = link(events.create(), begun)["ResourceProperties"]
    forth = {**events.update(begun, new, old), "ResourceType": WAIT_RESOURCE_TYPE}
    assert world.respond(forth).identifier == "second"
    world.stacks = ("UPDATE_ROLLBACK_IN_PROGRESS",)
    back = {**events.update("second", old, new), "ResourceType": WAIT_RESOURCE_TYPE}
    assert world.respond(back).identifier == begun
    world.snapshots.clear()
    assert world.respond({**back, "PhysicalResourceId": begun}).identifier == begun


class Chain:
    """A snapshot's resource and the last resource of its chain, which retains and publishes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._count = 0
        self._last: dict[str, Any] = {}
        self.snapshot = ""

    def deploy(self, *, reports: bool = True) -> str:
        """Deploy with the next trigger; ``reports`` says whether the chain learns the replaced."""
        self._count += 1
        new = events.properties(Trigger=f"v{self._count}", OnTimeout="CONTINUE")
        old = events.properties(Trigger=f"v{self._count - 1}", OnTimeout="CONTINUE")
        if self.snapshot:
            self.world.begin("UPDATE_IN_PROGRESS")
            first = self.world.respond(
                events.update(self.snapshot, new, old, f"first-{self._count}")
            )
        else:
            first = self.world.respond({**events.create("first-1"), "ResourceProperties": new})
        replaced = first.extras[Attribute.REPLACED] if reports else ""
        self._follow(first.identifier, replaced)
        return self.snapshot

    def _follow(self, snapshot: str, replaced: str) -> None:
        event = link(
            events.create(f"last-{self._count}"),
            snapshot,
            DBClusterIdentifier=events.CLUSTER,
            SnapshotLogicalResourceId=events.LOGICAL_ID,
            ReplacedSnapshotIdentifier=replaced,
            KeepLast="1",
            LastGoodParameter="/good",
        )
        event["LogicalResourceId"] = "Wait2"
        if self._last:
            event |= {
                "RequestType": "Update",
                "PhysicalResourceId": self.snapshot,
                "OldResourceProperties": self._last,
            }
        self.done = self.world.respond(event)
        self._last = event["ResourceProperties"]
        self.snapshot = snapshot


def test_only_the_last_link_deletes_older_snapshots(world: World) -> None:
    chain = Chain(world)
    first, second, third = (chain.deploy() for _ in range(3))
    assert chain.done.extras[Attribute.DELETED] == first
    assert chain.done.extras[Attribute.RETAINED] == f"{second}=replaced"
    assert set(world.snapshots) == {second, third}
    assert world.parameters["/good"].endswith(third)


def test_a_last_link_that_does_not_learn_the_replaced_snapshot_deletes_nothing(
    world: World,
) -> None:
    chain = Chain(world)
    names = [chain.deploy(reports=False) for _ in range(3)]
    assert set(world.snapshots) == set(names)
    assert chain.done.extras[Attribute.DELETED] == ""


def test_deleting_a_link_makes_no_call_and_changes_nothing(world: World, begun: str) -> None:
    world.begin("DELETE_IN_PROGRESS")
    world.calls.clear()
    world.respond(link(events.delete(begun), begun))
    assert not world.calls
    assert begun in world.snapshots


def test_a_link_stays_a_link_on_a_poll(begun: str) -> None:
    event = link(events.create("request-2"), begun, OnTimeout="CONTINUE")
    request = parse_request(event)
    unfolded, _ = unfold(fold(event, request, Continuation(started_at=0, started=True)))
    assert parse_request(unfolded) == request


def test_a_link_needs_a_snapshot_and_no_cluster() -> None:
    assert parse_properties({"DBClusterSnapshotIdentifier": "s"}, waits_only=True).cluster == ""
    with pytest.raises(
        errors.InvalidRequest, match="DBClusterSnapshotIdentifier must not be empty"
    ):
        parse_properties({}, waits_only=True)
