"""Which snapshot protects the data when a migration starts, and what becomes of it."""

from dataclasses import dataclass, replace
from typing import Final

from fake_neptune import ARN
from simulation.engine import Engine
from simulation.neptune import Neptune
from simulation.stacks import Stack
from simulation.templates import Declared
from support.parameters import ParameterStore

_CLOCKS_DIFFER: Final = 1.0


@dataclass(frozen=True)
class Protection:
    """The snapshot that one declaration stands for when a migration starts.

    ``taken_at`` is ``None`` if there is no such snapshot. ``is_half_migrated`` says that an earlier
    migration had failed when this one started. ``is_named`` says that the parameter named the
    snapshot then.
    """

    stack: Stack
    declared: Declared
    physical_id: str
    taken_at: float | None
    is_half_migrated: bool
    is_named: bool


@dataclass(frozen=True)
class Problem:
    """What went wrong with a snapshot of this name; ``parameter`` is the one that names another."""

    text: str
    physical_id: str
    parameter: str = ""


@dataclass(frozen=True)
class Migration:
    """A migration that started, and the snapshots that protect it."""

    stack: Stack
    began_at: float
    protections: tuple[Protection, ...]


class Migrations:
    """Observes every migration of a changed generation.

    Until one succeeds, the snapshots from before the first that failed are the good ones.
    """

    def __init__(self, engine: Engine, neptune: Neptune, parameters: ParameterStore) -> None:
        self.all: list[Migration] = []
        self.problems: list[Problem] = []
        self.good: dict[tuple[str, str], Protection] = {}
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
        migration = Migration(stack, self._engine.now, protections)
        self.all.append(migration)
        self._running[stack.id] = migration
        for one in protections:
            if problem := self._problem(migration, one):
                self.problems.append(Problem(problem, one.physical_id))

    def ended(self, stack: Stack, *, succeeded: bool) -> None:
        """Keep the first failed attempt in mind, until one succeeds.

        With rollback disabled the stack goes on to use its snapshot, as after a success: nothing
        tells the next deployment that the parameter should keep naming it.
        """
        self.check()
        migration = self._running.pop(stack.id, None)
        if succeeded:
            declared = {one.id for one in stack.template.snapshots}
            for key in [one for one in self.good if one[0] == stack.id]:
                if migration or key[1] not in declared:
                    del self.good[key]
        for one in migration.protections if migration and not succeeded else ():
            if one.taken_at is not None:
                good = replace(one, is_named=one.is_named and not stack.style.keeps_failed)
                self.good.setdefault((stack.id, one.declared.id), good)

    def deleted(self, stack: Stack) -> None:
        """What the user has deleted protects nothing."""
        self.check()
        for key in [one for one in self.good if one[0] == stack.id]:
            del self.good[key]

    def check(self) -> None:
        """Note which good snapshots are gone, or no longer named."""
        for good in self.good.values():
            name, parameter = good.physical_id, good.declared.parameter
            about = f"{name}, from before the first failed migration of {good.stack.id},"
            if self._neptune.status_of(name) != "available":
                text = f"{about} is {self._neptune.status_of(name) or 'gone'}"
                self.problems.append(Problem(text, name))
            named = self._parameters.values.get(parameter)
            if good.is_named and named != ARN + name:
                text = f"{about} is not what {parameter} names: {named}"
                self.problems.append(Problem(text, name, parameter))

    def _protection(self, stack: Stack, declared: Declared) -> Protection:
        name = stack.ids.get(declared.logical_id, "")
        snapshot = self._neptune.snapshots.get(name)
        taken_at = snapshot.created_at if snapshot else None
        return Protection(
            stack=stack,
            declared=declared,
            physical_id=name,
            taken_at=taken_at,
            is_half_migrated=(stack.id, declared.id) in self.good,
            is_named=self._parameters.values.get(declared.parameter) == ARN + name,
        )

    def _problem(self, migration: Migration, protection: Protection) -> str:
        declared, name = protection.declared, protection.physical_id
        about = f"the migration of {migration.stack.name} for {declared.generation} is protected by"
        if self._neptune.status_of(name) != "available":
            return f"{about} {name}, which is {self._neptune.status_of(name) or 'not there'}"
        taken_at = protection.taken_at or 0.0
        # Without a rollback, this may be an earlier attempt: nothing is sent for what it brought.
        brought_at = migration.stack.brought_at[declared.logical_id] - _CLOCKS_DIFFER
        if taken_at >= brought_at - declared.reuse:
            return ""
        return f"{about} {name}, taken {brought_at - taken_at:.0f} s before the deployment"
