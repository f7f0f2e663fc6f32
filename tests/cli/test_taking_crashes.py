"""``take`` is killed before and after every call, and run again with the same request."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from fake_neptune import ARN, SnapshotBehaviour
from support.taking import Caller
from support.world import World

PARAMETER = "/my-graph/good"
FIRST = "attempt-1"


class Killed(BaseException):
    """The process is gone."""


class When(Enum):
    """Of the call at which the process is killed."""

    BEFORE = "before"
    AFTER = "after"


class MortalWorld(World):
    """A world whose calls can kill the process."""

    def __init__(self) -> None:
        super().__init__()
        self.kill_at(-1)

    def kill_at(self, number: int, when: When = When.BEFORE) -> None:
        """Kill the process at the call of a number, counted from now; -1 for none."""
        self.count = 0
        self._number = number
        self._when = when

    def _carry(
        self, operation: str, effect: Callable[[], dict[str, Any]], parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        number, self.count = self.count, self.count + 1
        if (number, When.BEFORE) == (self._number, self._when):
            raise Killed
        try:
            return super()._carry(operation, effect, parameters)
        finally:
            # Also after a call that was refused.
            if (number, When.AFTER) == (self._number, self._when):
                raise Killed


@dataclass(frozen=True)
class Scenario:
    """What a cluster's past is, and what is asked for.

    ``hidden`` is how many seconds a new snapshot is not to be read.
    """

    name: str
    options: dict[str, Any]
    prepare: Callable[[World, Caller], object] = lambda _world, _caller: None
    reuses: bool = False
    hidden: float = 0.0

    def __str__(self) -> str:
        return self.name


def has_past(world: World, caller: Caller) -> None:
    """A success, two failed attempts, and snapshots of others, all of which look alike."""
    for number in range(3):
        caller.add(f"run-{number}", age=9000 - number, trigger="v1")
    caller.confirm(caller.add("run-3", age=5000, trigger="v1"))
    caller.add(FIRST, age=3000, trigger="v2")
    caller.add("attempt-2", age=2000, trigger="v2")
    world.parameters[PARAMETER] = ARN + caller.add("run-4", age=4000, trigger="v1")
    world.add_own("r-1", age=8000)
    Caller(world, name="other").add("run-1", age=7000)
    world.add_snapshot("by-hand", age=6000)
    caller.output.truncate(0)


def is_busy(world: World, _caller: Caller) -> None:
    """The cluster is busy for some polls."""
    world.add_cluster(status="backing-up")
    world.at_call("", world.add_cluster, after=10)


def is_full(world: World, caller: Caller) -> None:
    """The quota is used up."""
    has_past(world, caller)
    world.allowed = len(world.snapshots)


SCENARIOS = (
    Scenario("of a quiet cluster", {}),
    Scenario("that is hidden at first", {}, hidden=3.5),
    Scenario("of a busy cluster", {"trigger": "v2"}, is_busy),
    Scenario("with a past", {"keep_last": 1, "last_good_parameter": PARAMETER}, has_past),
    Scenario("with a full quota", {"keep_last": 1}, is_full),
    Scenario("of another trigger", {"reuse_seconds": 4000, "trigger": "v3"}, has_past),
    Scenario(
        "reused",
        {"reuse_seconds": 4000, "trigger": "v2", "tags": {"a": "b"}, "keep_last": 2},
        has_past,
        reuses=True,
    ),
)


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run makes the same calls."""
    monkeypatch.setattr("random.random", lambda: 0.5)


def begin(scenario: Scenario) -> tuple[MortalWorld, Caller]:
    world = MortalWorld()
    world.neptune.page_size = 100
    world.neptune.behaviour = SnapshotBehaviour(
        seconds=5.0, hidden_seconds=scenario.hidden, delete_seconds=2.0
    )
    world.add_cluster()
    caller = Caller(world)
    scenario.prepare(world, caller)
    world.calls.clear()
    return world, caller


def run(scenario: Scenario, caller: Caller) -> str:
    response = caller.take("ci-7", **scenario.options)
    assert response.snapshot
    return response.snapshot.arn


def state(world: World) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """What is left in the end, when deletions are complete."""
    world.clock.time += 10
    tags = {name: dict(one.tags) for name, one in world.snapshots.items() if not one.is_gone}
    return tags, dict(world.parameters)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_run_that_is_killed_is_finished_by_the_next(scenario: Scenario) -> None:
    world, caller = begin(scenario)
    past = copy.deepcopy(state(world)[0])
    world.kill_at(-1)
    expected = run(scenario, caller)
    count = world.count
    left = state(world)
    assert (len(set(left[0]) - set(past))) == (0 if scenario.reuses else 1)
    for number in range(count):
        for when in When:
            world, caller = begin(scenario)
            world.kill_at(number, when)
            with pytest.raises(Killed):
                run(scenario, caller)
            world.kill_at(-1)
            world.clock.time += 1
            where = f"killed {when.value} call {number}, {world.calls[-1:]}"
            assert run(scenario, caller) == expected, where
            assert state(world) == left, where
            # Nor does a run after the end change anything.
            world.clock.time += 100_000
            assert run(scenario, caller) == expected, where
            assert state(world) == left, where


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_run_may_be_killed_again_and_again(scenario: Scenario) -> None:
    world, caller = begin(scenario)
    expected = run(scenario, caller)
    left = state(world)
    for step in range(1, 4):
        world, caller = begin(scenario)
        arn = ""
        for number in range(step, 400, step):
            world.kill_at(number, list(When)[number % 2])
            try:
                arn = run(scenario, caller)
                break
            except Killed:
                world.clock.time += 5
        assert arn == expected
        assert state(world) == left


def test_the_past_leaves_something_to_delete() -> None:
    """Otherwise the scenarios would prove little."""
    world, caller = begin(SCENARIOS[3])
    before = set(world.snapshots)
    arn = run(SCENARIOS[3], caller)
    gone = before - state(world)[0].keys()
    assert len(gone) == 3
    assert all("-v1-" in name for name in gone)
    # It was taken before the migration that has failed twice.
    assert world.parameters[PARAMETER] != arn
