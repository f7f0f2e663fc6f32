"""Everything of the simulation, for tests that play one situation each."""

from collections.abc import Iterator

import pytest

from simulation.invariants import ALWAYS, AT_REST, verify
from simulation.universe import Universe, simulated


@pytest.fixture
def universe() -> Iterator[Universe]:
    """Let everything come to its end, and check every invariant there."""
    with simulated() as universe:
        yield universe
        universe.settle()
        verify(universe, ALWAYS + AT_REST)
