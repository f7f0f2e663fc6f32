"""Lives of snapshots: how long each takes and how its progress moves meanwhile; pure."""

import math
import random
from dataclasses import dataclass
from typing import Final

from fake_neptune import ProgressCurve, SnapshotBehaviour

SHORTEST: Final = 5.0
LONGEST: Final = 12 * 3600.0
BACKWARDS: Final = "backwards"
"""To 60, back to 20, and on."""
_CURVES: Final = (ProgressCurve.LINEAR, ProgressCurve.STALLED, ProgressCurve.STEPPED)
SHAPES: Final[tuple[str, ...]] = (*_CURVES, ProgressCurve.JUMP, BACKWARDS)
"""How ``PercentProgress`` moves; all but one as Neptune's in tests."""


@dataclass(frozen=True)
class Trace:
    """One snapshot's life; ``duration`` in seconds."""

    duration: float
    shape: str

    def percent(self, elapsed: float) -> int:
        """Progress while the snapshot is being taken."""
        if self.shape == BACKWARDS:
            share = elapsed / self.duration
            half = 1 / 2
            return int(60 * share / half if share < half else 20 + 79 * (share - half) / half)
        progress = ProgressCurve(self.shape)
        return SnapshotBehaviour(self.duration, progress).percent_at(elapsed) or 0


def make(count: int, seed: int) -> list[Trace]:
    """Make traces whose durations are spread evenly over their logarithm, for each shape alike."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    low, high = math.log(SHORTEST), math.log(LONGEST)
    durations = [math.exp(dice.uniform(low, high)) for _ in range(count)]
    return [Trace(duration, shape) for duration in durations for shape in SHAPES]
