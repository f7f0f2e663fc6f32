"""Which snapshot protects the data when a migration starts, and what becomes of it."""

from dataclasses import dataclass
from typing import Final

from simulation.engine import Engine
from simulation.neptune import Neptune
from simulation.parameters import ParameterStore
from simulation.records import ARN
from simulation.stacks import Stack
from simulation.templates import Declared

_CLOCKS_DIFFER: Final = 1.0


@dataclass(frozen=True)
class Protection:
    """The snapshot that one declaration stands for when a migration starts.

    ``taken_at`` is ``None`` if there is no such snapshot. ``is_half_migrated`` says that an earlier
    migration had already changed the data when the snapshot was taken.
    """

    declared: Declared
    physical_id: str
    taken_at: float | None
    is_named: bool
    is_half_migrated: bool = False


@dataclass(frozen=True)
class Problem:
    """What went wrong with a snapshot of this name."""

    text: str
    physical_id: str


@dataclass(frozen=True)
class Migration:
    """A migration that started, and the snapshots that protect it."""

    stack: Stack
    began_at: float
    operation_began_at: float
    protections: tuple[Protection, ...]


class Migrations:
    """Observes every migration of a changed generation.

    Until one succeeds, the snapshots from before the first that failed are the good ones.
    """

    def __init__(self, engine: Engine, neptune: Neptune, parameters: ParameterStore) -> None:
        self.all: list[Migration] = []
        self.problems: list[Problem] = []
        self.good: dict[tuple[str, str], Protection] = {}
        self._dirty_since: dict[tuple[str, str], float] = {}
        self._running: dict[str, Migration] = {}
        self._engine = engine
        self._neptune = neptune
        self._parameters = parameters

    def began(self, stack: Stack) -> None:
        """Note what protects the data, and what does not."""
        changed = stack.changed()
        if not changed:
            return
        self.check()
        protections = tuple(self._protection(stack, one) for one in changed)
        migration = Migration(stack, self._engine.now, stack.began_at, protections)
        self.all.append(migration)
        self._running[stack.id] = migration
        for one in protections:
            if problem := self._problem(migration, one):
                self.problems.append(Problem(problem, one.physical_id))

    def ended(self, stack: Stack, *, succeeded: bool) -> None:
        """Keep the first failed attempt in mind, until one succeeds."""
        self.check()
        migration = self._running.pop(stack.id, None)
        if migration is None:
            return
        for one in migration.protections:
            key = stack.id, one.declared.id
            if succeeded:
                self.good.pop(key, None)
                self._dirty_since.pop(key, None)
            elif key not in self._dirty_since and one.taken_at is not None:
                self.good[key] = one
                self._dirty_since[key] = migration.began_at

    def deleted(self, stack: Stack) -> None:
        """What the user has deleted protects nothing."""
        self.check()
        for key in [one for one in self.good if one[0] == stack.id]:
            del self.good[key]

    def check(self) -> None:
        """Note which good snapshots are gone, or no longer named."""
        for (stack_id, _), good in self.good.items():
            name, parameter = good.physical_id, good.declared.parameter
            about = f"{name}, from before the first failed migration of {stack_id},"
            if self._neptune.status_of(name) != "available":
                text = f"{about} is {self._neptune.status_of(name) or 'gone'}"
                self.problems.append(Problem(text, name))
            if good.is_named and (named := self._parameters.values[parameter]) != ARN + name:
                text = f"{about} is not what {parameter} names: {named}"
                self.problems.append(Problem(text, name))

    def _protection(self, stack: Stack, declared: Declared) -> Protection:
        name = stack.ids.get(declared.logical_id, "")
        snapshot = self._neptune.snapshots.get(name)
        taken_at = snapshot.born_at if snapshot else None
        since = self._dirty_since.get((stack.id, declared.id))
        return Protection(
            declared=declared,
            physical_id=name,
            taken_at=taken_at,
            is_named=self._parameters.values.get(declared.parameter) == ARN + name,
            is_half_migrated=since is not None and taken_at is not None and taken_at > since,
        )

    def _problem(self, migration: Migration, protection: Protection) -> str:
        declared, name = protection.declared, protection.physical_id
        about = f"the migration of {migration.stack.name} for {declared.generation} is protected by"
        if self._neptune.status_of(name) != "available":
            return f"{about} {name}, which is {self._neptune.status_of(name) or 'not there'}"
        taken_at = protection.taken_at or 0.0
        began_at = migration.operation_began_at - _CLOCKS_DIFFER
        if taken_at >= began_at - declared.reuse or self._is_good(migration, protection):
            return ""
        return f"{about} {name}, taken {began_at - taken_at:.0f} s before the deployment"

    def _is_good(self, migration: Migration, protection: Protection) -> bool:
        """Whether an attempt that failed took the snapshot, for the same generation."""
        good = self.good.get((migration.stack.id, protection.declared.id))
        return (
            good is not None
            and good.physical_id == protection.physical_id
            and good.declared.generation == protection.declared.generation
        )
