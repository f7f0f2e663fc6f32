"""Disturbs a scenario at one call: kills, hangs, cancels, or delivers the event once more."""

from enum import Enum
from functools import cache
from typing import Final

from simulation.faults import Fault, Kind
from simulation.functions import Delivery
from simulation.invariants import ALWAYS, AT_REST, verify
from simulation.scenarios import Scenario
from simulation.universe import Universe, simulated

SEED: Final = 1


class Disturbance(Enum):
    """What happens at the call."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    KILLED_TWICE = "killed after, and after the next call too"
    HANGS = "hangs"
    CANCELLED = "cancelled"
    DUPLICATED = "duplicated"


_FAULTS: Final = {
    Disturbance.KILLED_BEFORE: (Kind.KILL, 1),
    Disturbance.KILLED_AFTER: (Kind.KILL_LATE, 1),
    Disturbance.KILLED_TWICE: (Kind.KILL_LATE, 2),
    Disturbance.HANGS: (Kind.TIMEOUT_LATE, 1),
}


def failures(scenario: Scenario, disturbance: Disturbance, *, every: bool = False) -> list[str]:
    """Disturb a scenario at each of its calls, one after another; what went wrong at which.

    Unless ``every`` one is, only `points` are disturbed.
    """
    found = []
    for number in calls(scenario) if every else points(scenario):
        try:
            disturb(scenario, number, disturbance)
        except AssertionError as error:
            found.append(f"at call {number}: {error}")
    return found


@cache
def calls(scenario: Scenario) -> dict[int, str]:
    """The calls of an undisturbed run, by number."""
    with simulated(SEED) as universe:
        scenario.prepare(universe)
        first = len(universe.ledger.calls)
        scenario.act(universe)
        verify(universe, ALWAYS + AT_REST)
        return dict(enumerate(universe.ledger.calls[first:], first))


@cache
def points(scenario: Scenario) -> list[int]:
    """Numbers of the calls worth disturbing.

    Looks repeat for hours: of equal calls between the same two, the first and the last are
    disturbed.
    """
    alike: dict[tuple[str | None, ...], list[int]] = {}
    made = calls(scenario)
    for number in made:
        around = tuple(made.get(near) for near in range(number - 1, number + 2))
        alike.setdefault(around, []).append(number)
    return sorted({number for numbers in alike.values() for number in (numbers[0], numbers[-1])})


def disturb(scenario: Scenario, number: int, disturbance: Disturbance) -> None:
    """Run the scenario with the call of that number disturbed, and judge what comes of it.

    Raises:
        AssertionError: something that must be true is not.
    """
    with simulated(SEED) as universe:
        scenario.prepare(universe)

        def before_call(count: int) -> None:
            if count == number:
                universe.before_call = None
                _strike(universe, disturbance)

        universe.before_call = before_call
        scenario.act(universe)
        universe.settle()
        verify(universe, ALWAYS + AT_REST)


def _strike(universe: Universe, disturbance: Disturbance) -> None:
    if disturbance in _FAULTS:
        kind, count = _FAULTS[disturbance]
        universe.faults.armed.append(Fault(kind, count=count))
        if kind.kills:
            universe.ledger.causes.add("killed")
    elif disturbance is Disturbance.DUPLICATED:
        process = universe.engine.current
        if process:
            delivery = universe.function.running[process]
            universe.function.invoke_again(Delivery(delivery.payload))
    else:
        for stack in universe.cloudformation.stacks.values():
            if stack.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
                universe.cloudformation.cancel(stack)
