"""Create and update a stack of the simulation, and let everything come to its end."""

from typing import Final

from simulation.stacks import Stack, Style
from simulation.templates import Declared, Template
from simulation.universe import Universe

PAUSE: Final = 300.0
"""Seconds between an operation of a stack and the next one."""


def create(universe: Universe, *snapshots: Declared, fails: bool = False) -> Stack:
    stack = universe.cloudformation.create("Graph", Template(snapshots, fails))
    universe.settle()
    return stack


def update(
    universe: Universe,
    stack: Stack,
    *snapshots: Declared,
    fails: bool = False,
    style: Style | None = None,
) -> None:
    """Update a stack, a nested one directly, some time after its last operation."""
    universe.engine.run(PAUSE)
    stack.style = style or Style()
    universe.cloudformation.update(stack, Template(snapshots, fails))
    universe.settle()


def current(stack: Stack) -> str:
    """The snapshot that the stack uses."""
    return stack.ids[Declared("Snapshot").logical_id]
