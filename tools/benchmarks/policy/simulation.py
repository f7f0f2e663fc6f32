"""Thousands of traces, watched by our policy and by fixed polls."""

import random
from collections.abc import Sequence
from statistics import fmean
from typing import Final, TypedDict

from benchmarks.figures import percentile
from benchmarks.policy import polls, traces
from benchmarks.policy.polls import Watched
from benchmarks.policy.traces import SHAPES, Trace

INTERVALS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 120.0)
CURVE: Final = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0)
"""Intervals of the curve in the plot and of the search for a better one."""
CLASSES: Final = ((5, 20), (20, 60), (60, 300), (300, 1800), (1800, 7200), (7200, 43200))
_SEED: Final = 2026


class Figures(TypedDict):
    """What a policy comes to; lags in seconds and as shares of the duration."""

    policy: str
    lag: float
    lag_p95: float
    relative: float
    relative_p95: float
    calls: float


class Group(TypedDict):
    """Traces of one shape and class of durations.

    ``beaten_by`` lists intervals that would be better in lag and calls for these traces alone.
    """

    shape: str
    shortest: int
    longest: int
    ours: Figures
    beaten_by: list[float]


class Simulation(TypedDict):
    """All of it; ``curve`` has fixed polls of many intervals."""

    traces: int
    ours: Figures
    fixed: list[Figures]
    curve: list[Figures]
    groups: list[Group]


def simulate(count: int) -> Simulation:
    """Watch ``count`` durations in every shape."""
    lives = traces.make(count, _SEED)
    dice = random.Random(_SEED)  # noqa: S311 - repeatable, not secret
    watched = [polls.ours(trace, dice) for trace in lives]
    curve = [_fixed(lives, interval) for interval in CURVE]
    return Simulation(
        traces=len(lives),
        ours=_figures("ours", watched),
        fixed=[_fixed(lives, interval) for interval in INTERVALS],
        curve=curve,
        groups=[_group(shape, bounds, lives, watched) for bounds in CLASSES for shape in SHAPES],
    )


def better_in_both(one: Figures, other: Figures) -> bool:
    """Whether one policy has less lag, in seconds or in share, and needs fewer calls."""
    less_lag = one["relative"] < other["relative"] or one["lag"] < other["lag"]
    return less_lag and one["calls"] < other["calls"]


def _group(
    shape: str, bounds: tuple[int, int], lives: Sequence[Trace], watched: Sequence[Watched]
) -> Group:
    chosen = [
        position
        for position, trace in enumerate(lives)
        if trace.shape == shape and bounds[0] <= trace.duration < bounds[1]
    ]
    ours = _figures("ours", [watched[position] for position in chosen])
    members = [lives[position] for position in chosen]
    beaten = [each for each in CURVE if better_in_both(_fixed(members, each), ours)]
    return Group(shape=shape, shortest=bounds[0], longest=bounds[1], ours=ours, beaten_by=beaten)


def _fixed(lives: Sequence[Trace], interval: float) -> Figures:
    return _figures(f"every {interval:g} s", [polls.fixed(trace, interval) for trace in lives])


def _figures(policy: str, watched: Sequence[Watched]) -> Figures:
    return Figures(
        policy=policy,
        lag=fmean(each.lag for each in watched),
        lag_p95=percentile((each.lag for each in watched), 0.95),
        relative=fmean(each.relative for each in watched),
        relative_p95=percentile((each.relative for each in watched), 0.95),
        calls=fmean(each.calls for each in watched),
    )
