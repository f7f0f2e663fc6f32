"""What users do on a day without bad luck; tests then disturb it at every single call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulation.stacks import Stack, Style
from simulation.templates import Declared, Template
from simulation.universe import Universe

LONGER_THAN_AN_INVOCATION: Final = 830.0
LONGER_THAN_AN_HOUR: Final = 4000.0
_ONE: Final = Declared("Snapshot")


@dataclass(frozen=True, eq=False)
class Scenario:
    """``prepare`` is left in peace, ``act`` is disturbed."""

    name: str
    prepare: Callable[[Universe], None]
    act: Callable[[Universe], None]

    def __str__(self) -> str:
        """Its name, for pytest."""
        return self.name


def _nothing(universe: Universe) -> None:
    del universe


def _taken(universe: Universe) -> None:
    universe.ledger.causes.add("taken name")


def _never_done(universe: Universe) -> None:
    universe.ledger.causes.add("slow")
    universe.neptune.duration = None
    universe.cloudformation.create("Graph", Template((_ONE,)))
    universe.settle()


def _create(
    *snapshots: Declared, duration: float = 2.0, fails: bool = False
) -> Callable[..., None]:
    def create(universe: Universe) -> None:
        universe.neptune.duration = duration
        universe.cloudformation.create("Graph", Template(snapshots, fails))
        universe.settle()

    return create


def _update(
    *snapshots: Declared,
    duration: float = 2.0,
    fails: bool = False,
    style: Style | None = None,
) -> Callable[[Universe], None]:
    def update(universe: Universe) -> None:
        universe.neptune.duration = duration
        stack = _stack(universe)
        stack.style = style or Style()
        universe.cloudformation.update(stack, Template(snapshots, fails))
        universe.settle()

    return update


def _failed(*snapshots: Declared, style: Style | None = None) -> Callable[[Universe], None]:
    """Create, and let one update fail."""

    def fail(universe: Universe) -> None:
        _create(snapshots[0])(universe)
        _update(*snapshots[1:], fails=True, style=style)(universe)

    return fail


def _stale(act: Callable[[Universe], None]) -> Callable[[Universe], None]:
    """Let every read of a stack be stale by some seconds."""

    def stale(universe: Universe) -> None:
        universe.cloudformation.lag = lambda: 5.0
        act(universe)

    return stale


def _create_nested(universe: Universe) -> None:
    universe.cloudformation.create_nested("Graph", Template((_ONE,)))
    universe.settle()


def _update_nested(universe: Universe) -> None:
    template = Template((_NEXT,))
    universe.cloudformation.update_through_parent(_stack(universe), template, fails=True)
    universe.settle()


def _delete(universe: Universe) -> None:
    universe.cloudformation.delete(_stack(universe))
    universe.settle()


def _thrice(universe: Universe) -> None:
    _create(_PRUNED)(universe)
    for trigger in ("1", "2"):
        _update(_PRUNED.but(trigger=trigger))(universe)


def _create_and_give_up(universe: Universe) -> None:
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    stack = universe.cloudformation.create("Graph", Template((_ONE, Declared("Other"))))
    universe.engine.run(830.0)
    universe.cloudformation.cancel(stack)
    universe.settle()


def _create_on_a_busy_cluster(universe: Universe) -> None:
    universe.neptune.set_status("graph", "modifying", seconds=845.0, then="available")
    _create(_ONE)(universe)


def _stack(universe: Universe) -> Stack:
    return next(reversed(universe.cloudformation.stacks.values()))


_PRUNED: Final = _ONE.but(keep_last=2, retain=True, parameter="/graph/last-good")
_TAGGED: Final = _ONE.but(tags={"team": "a", "cost": "b"})
_CHAIN: Final = _ONE.but(timeout=3 * 3300, parameter="/graph/last-good")
_UPDATES: Final = Style(updates_replaced=True, sends_new_id=True)
_NEXT: Final = _ONE.but(trigger="next")
_GOOD: Final = _ONE.but(keep_last=1, parameter="/graph/last-good")
_GOOD_NEXT: Final = _GOOD.but(trigger="next")
_create_and_fail: Final = _create(_ONE, fails=True)
_update_without_rollback: Final = _update(_NEXT, style=Style(keeps_failed=True))

SCENARIOS: Final = (
    Scenario("create", _nothing, _create(_ONE)),
    Scenario("create two", _nothing, _create(_ONE, Declared("Other", cluster="other"))),
    Scenario("create for long", _nothing, _create(_ONE, duration=LONGER_THAN_AN_INVOCATION)),
    Scenario("create for hours", _nothing, _create(_CHAIN, duration=LONGER_THAN_AN_HOUR)),
    Scenario("create, and the hour is over", _nothing, _never_done),
    Scenario("create by name", _nothing, _create(_ONE.but(name="by-name"))),
    Scenario("create by a name that is taken", _taken, _create(_ONE.but(name="precious"))),
    Scenario("create on a busy cluster", _nothing, _create_on_a_busy_cluster),
    Scenario("create, and the migration fails", _nothing, _create(_ONE, fails=True)),
    Scenario("create, and give up in the middle", _nothing, _create_and_give_up),
    Scenario("take the next", _create(_ONE), _update(_NEXT)),
    Scenario("take the next for long", _create(_ONE), _update(_NEXT, duration=840.0)),
    Scenario("change tags", _create(_TAGGED), _update(_TAGGED.but(tags={"team": "z"}))),
    Scenario("prune", _thrice, _update(_PRUNED.but(trigger="3"))),
    Scenario("the migration fails", _create(_TAGGED), _update(_NEXT, fails=True, style=_UPDATES)),
    Scenario(
        "the migration fails, and only the new one is deleted",
        _create(_TAGGED),
        _update(_NEXT, fails=True, style=Style()),
    ),
    Scenario(
        "the migration fails after a change of tags",
        _create(_TAGGED),
        _update(
            _TAGGED.but(tags={"team": "z"}),
            fails=True,
            style=Style(updates_replaced=True, sends_new_id=False),
        ),
    ),
    Scenario(
        "the migration fails, and reads are stale",
        _create(_ONE),
        _stale(_update(_NEXT, fails=True)),
    ),
    Scenario("create, the migration fails, reads are stale", _nothing, _stale(_create_and_fail)),
    Scenario("try again after a failed migration", _failed(_GOOD, _GOOD_NEXT), _update(_GOOD_NEXT)),
    Scenario(
        "the chain becomes longer, and the migration fails",
        _create(_GOOD),
        _update(_GOOD_NEXT.but(timeout=2 * 3300), fails=True),
    ),
    Scenario("a resource is reverted without a rollback", _create(_ONE), _update_without_rollback),
    Scenario("a nested stack is updated, and its parent fails", _create_nested, _update_nested),
    Scenario("delete", _create(_ONE, Declared("Other")), _delete),
)
