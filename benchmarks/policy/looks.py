"""When looks at a snapshot happen, by our policy and by polls of a fixed interval; pure."""

import math
import random
from dataclasses import dataclass
from typing import Final

from benchmarks.policy.traces import Trace
from neptune_snapshot_provider.core import schedule

FIRST_INVOCATION: Final = 900.0 - schedule.HAND_OVER_MARGIN
TICK_INTERVAL: Final = 60.0
TICK_EXTRA_CALLS: Final = 1
"""Each tick also asks once for the snapshot's tags, to know whose it is."""


@dataclass(frozen=True)
class Watched:
    """What watching one snapshot came to.

    Attributes:
        duration: How long the snapshot took, in seconds.
        lag: Seconds from ``available`` to the look that saw it.
        calls: To Neptune, after the one that created the snapshot.
    """

    duration: float
    lag: float
    calls: int

    @property
    def relative(self) -> float:
        """The lag as a share of the duration."""
        return self.lag / self.duration


def fixed(trace: Trace, interval: float) -> Watched:
    """Look at a fixed interval, by a loop that no invocation's end interrupts."""
    calls = math.ceil(trace.duration / interval)
    return Watched(trace.duration, calls * interval - trace.duration, calls)


def ours(trace: Trace, dice: random.Random) -> Watched:
    """Look when the provider does: in one long invocation, then in a tick every minute."""
    elapsed, calls, progress = 0.0, 0, schedule.Progress(0)
    ends, next_tick = FIRST_INVOCATION, FIRST_INVOCATION + TICK_INTERVAL
    while True:
        if elapsed >= ends:
            elapsed, ends, next_tick = (
                next_tick,
                next_tick + schedule.TICK_LENGTH,
                next_tick + TICK_INTERVAL,
            )
            calls += TICK_EXTRA_CALLS
            progress = schedule.Progress()  # a tick knows nothing of the one before
        else:
            pause = schedule.pause(elapsed, progress, elapsed, dice.random())
            elapsed += min(pause, ends - elapsed)
        calls += 1
        if elapsed >= trace.duration:
            return Watched(trace.duration, elapsed - trace.duration, calls)
        progress = progress.reported(trace.percent(elapsed), elapsed)
