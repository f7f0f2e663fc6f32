"""When a snapshot is polled, by the provider and at a fixed interval; pure."""

import math
import random
from dataclasses import dataclass
from typing import Final

from benchmarks.policy.traces import Trace
from neptune_snapshot_provider.core import schedule

LAMBDA_SECONDS: Final = 900.0
FIRST_INVOCATION: Final = LAMBDA_SECONDS - schedule.HANDOVER_MARGIN
TICK_INTERVAL: Final = schedule.TICK_INTERVAL
TICK_EXTRA_CALLS: Final = 1
"""Each invocation of the rule also reads the snapshot's tags once, to check the owner."""


@dataclass(frozen=True)
class Watched:
    """The seconds that one snapshot took, and from then to the poll that saw it.

    Calls are those to Neptune after the one that created the snapshot.
    """

    duration: float
    lag: float
    calls: int

    @property
    def relative(self) -> float:
        """The lag as a share of the duration."""
        return self.lag / self.duration


def fixed(trace: Trace, interval: float) -> Watched:
    """Poll at a fixed interval, in a loop that no invocation's end interrupts."""
    calls = math.ceil(trace.duration / interval)
    return Watched(trace.duration, calls * interval - trace.duration, calls)


def ours(trace: Trace, dice: random.Random) -> Watched:
    """Poll as the provider does: in one long invocation, then in one every minute."""
    elapsed, calls, progress = 0.0, 0, schedule.Progress(0)
    budget = schedule.Budget.first(0.0, math.inf, LAMBDA_SECONDS)
    next_tick = 0.0
    while True:
        estimate = schedule.remaining(elapsed, progress, elapsed)
        timing = schedule.Timing(budget=budget, now=elapsed, remaining=estimate)
        if timing.hands_over:
            next_tick = elapsed + TICK_INTERVAL if next_tick <= 0 else next_tick + TICK_INTERVAL
            elapsed = next_tick
            budget = schedule.Budget.tick(elapsed, 0.0, math.inf)
            calls += TICK_EXTRA_CALLS
            progress = schedule.Progress()  # a tick knows nothing of the one before
        else:
            pause = schedule.pause(elapsed, estimate, dice.random())
            elapsed += min(pause, budget.invocation_ends - elapsed)
        calls += 1
        if elapsed >= trace.duration:
            return Watched(trace.duration, elapsed - trace.duration, calls)
        progress = progress.reported(trace.percent(elapsed), elapsed)
