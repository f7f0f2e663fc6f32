"""Lives of snapshots: how long each takes and how its progress moves meanwhile; pure."""

import math
import random
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

SHORTEST: Final = 5.0
LONGEST: Final = 12 * 3600.0


class Shape(StrEnum):
    """How ``PercentProgress`` moves."""

    LINEAR = "linear"
    STALLED = "stalled"
    """Quickly to 40, where it stays until the snapshot is ready."""
    STEPPED = "stepped"
    """In quarters."""
    JUMP = "jump"
    """Stays at 0 and then is 100."""
    BACKWARDS = "backwards"
    """To 60, back to 20, and on."""


_POINTS: Final = {
    Shape.LINEAR: ((0.0, 0.0), (1.0, 100.0)),
    Shape.STALLED: ((0.0, 0.0), (0.2, 40.0), (1.0, 40.0)),
    Shape.JUMP: ((0.0, 0.0), (1.0, 0.0)),
    Shape.BACKWARDS: ((0.0, 0.0), (0.5, 60.0), (0.5, 20.0), (1.0, 99.0)),
}
_QUARTER: Final = 25


@dataclass(frozen=True)
class Trace:
    """One snapshot's life; ``duration`` in seconds."""

    duration: float
    shape: Shape

    def percent(self, elapsed: float) -> int:
        """Progress while the snapshot is being taken."""
        share = min(elapsed / self.duration, 1.0)
        if self.shape is Shape.STEPPED:
            return min(int(share * 4), 3) * _QUARTER
        return min(int(_between(_POINTS[self.shape], share)), 99)


def make(count: int, seed: int) -> list[Trace]:
    """Make traces whose durations are spread evenly over their logarithm, for each shape alike."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    low, high = math.log(SHORTEST), math.log(LONGEST)
    durations = [math.exp(dice.uniform(low, high)) for _ in range(count)]
    return [Trace(duration, shape) for duration in durations for shape in Shape]


def _between(points: tuple[tuple[float, float], ...], share: float) -> float:
    for (left, start), (right, end) in pairwise(points):
        if left <= share < right:
            return start + (end - start) * (share - left) / (right - left)
    return points[-1][1]
