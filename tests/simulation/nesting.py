"""A stack whose only resource of interest is another stack, nested in it."""

from typing import Final

from simulation.engine import Engine
from simulation.operations import CLEANUP, Operations
from simulation.stacks import Operation, Stack

OTHERS_SECONDS: Final = 5.0
"""What the parent's other resources take, after the nested stack."""


class Nesting:
    """The operations of a parent; the nested stack's own operation has been started already."""

    def __init__(self, engine: Engine, operations: Operations) -> None:
        self._engine = engine
        self._operations = operations

    def create(self, parent: Stack, child: Stack, *, fails: bool) -> Operation:
        """Wait for the nested stack's creation; its failure, or a later one, deletes it."""
        yield lambda: not child.is_busy
        if child.status == "CREATE_COMPLETE":
            yield from self._operations.pause(OTHERS_SECONDS)
            if not (fails or parent.cancelled):
                self._enter(parent, "CREATE_COMPLETE")
                return
        self._enter(parent, "ROLLBACK_IN_PROGRESS", deletes=True)
        yield from self._operations.pause(parent.style.undo_seconds)
        if not child.status.startswith("DELETE"):
            yield from self._operations.delete(child, ())
        self._enter(parent, "ROLLBACK_COMPLETE")

    def update(self, parent: Stack, child: Stack, *, fails: bool) -> Operation:
        """Wait for the nested stack's update; a later failure has it rolled back."""
        yield lambda: not child.is_busy or (child.status == CLEANUP and child.confirmed is None)
        updated = child.is_busy
        if updated:
            yield from self._operations.pause(OTHERS_SECONDS)
            updated = not (fails or parent.cancelled)
        outcome = "UPDATE" if updated else "UPDATE_ROLLBACK"
        self._enter(parent, CLEANUP if updated else "UPDATE_ROLLBACK_IN_PROGRESS")
        if not updated:
            yield from self._operations.pause(parent.style.undo_seconds)
        child.confirmed = updated
        yield lambda: not child.is_busy
        self._enter(parent, f"{outcome}_COMPLETE")

    def delete(self, parent: Stack, child: Stack) -> Operation:
        """Delete the nested stack, then the rest."""
        yield from self._operations.delete(child, ())
        self._enter(parent, child.status)

    def _enter(self, stack: Stack, status: str, *, deletes: bool = False) -> None:
        stack.enter(status, self._engine.now, deletes=deletes)
