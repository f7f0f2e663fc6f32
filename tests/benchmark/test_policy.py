import random

import pytest

from benchmarks.policy import polls, traces
from benchmarks.policy.simulation import better_in_both, simulate
from benchmarks.policy.traces import BACKWARDS, SHAPES, Trace


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("linear", [0, 25, 50, 75, 99]),
        ("stalled", [0, 40, 40, 40, 40]),
        ("stepped", [0, 25, 50, 75, 75]),
        ("jump", [0, 0, 0, 0, 0]),
        (BACKWARDS, [0, 30, 20, 59, 98]),
    ],
)
def test_progress_moves_as_its_shape_says(shape: str, expected: list[int]) -> None:
    trace = Trace(100, shape)
    assert [trace.percent(elapsed) for elapsed in (0, 25, 50, 75, 99.9)] == expected


def test_traces_are_the_same_every_time_and_within_their_limits() -> None:
    made = traces.make(50, seed=1)
    assert made == traces.make(50, seed=1)
    assert all(traces.SHORTEST <= trace.duration <= traces.LONGEST for trace in made)
    assert len(made) == 50 * len(SHAPES)


def test_a_fixed_poll_comes_at_the_next_multiple_of_its_interval() -> None:
    watched = polls.fixed(Trace(21, "jump"), 10)
    assert (watched.lag, watched.calls) == (9, 3)


def test_ours_is_about_a_per_cent_late_and_never_misses_the_end() -> None:
    for trace in traces.make(40, seed=2):
        watched = polls.ours(trace, random.Random(3))  # noqa: S311 - repeatable
        assert 0 <= watched.lag <= 10
        assert watched.calls >= 1


def test_nobody_polls_between_two_invocations_of_the_rule() -> None:
    watched = polls.ours(Trace(polls.FIRST_INVOCATION + 1, "jump"), random.Random(4))  # noqa: S311 - repeatable
    assert watched.lag == pytest.approx(polls.TICK_INTERVAL - 1)


def test_no_fixed_poll_is_better_in_both() -> None:
    simulation = simulate(count=60)
    assert not [one for one in simulation["curve"] if better_in_both(one, simulation["ours"])]
