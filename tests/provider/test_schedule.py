"""When to poll next, when to continue in another invocation, when to give up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider.core.schedule import (
    LONG,
    Budget,
    Progress,
    Timing,
    pause,
    remaining,
)


def remaining_at(elapsed: float, percent: int | None, *, still: float = 0) -> float | None:
    """The estimate where progress has been what it is for ``still`` seconds."""
    return remaining(elapsed, Progress(percent, since=elapsed - still), elapsed)


def pause_at(elapsed: float, percent: int | None, *, still: float = 0, chance: float = 0) -> float:
    return pause(elapsed, remaining_at(elapsed, percent, still=still), chance)


@given(
    elapsed=st.floats(0, 50_000),
    percent=st.none() | st.integers(-5, 105),
    still=st.floats(0, 50_000),
    chance=st.floats(0, 1),
)
def test_a_pause_is_between_one_and_ten_seconds_less_the_jitter(
    elapsed: float, percent: int | None, still: float, chance: float
) -> None:
    assert 0.8 <= pause_at(elapsed, percent, still=still, chance=chance) <= 10


@pytest.mark.parametrize(
    ("elapsed", "percent", "still", "seconds"),
    [
        pytest.param(800, None, 0, 6, id="no progress: a share of the time elapsed"),
        pytest.param(800, 0, 0, 6, id="none yet"),
        pytest.param(100, 60, 0, 6.67, id="progress: a share of the time left"),
        pytest.param(100, 90, 0, 1.11, id="nearly done"),
        pytest.param(100, 60, 20, 6.67, id="progress that stands still for a moment"),
        pytest.param(100, 60, 21, 1, id="for longer: a share of the time elapsed"),
        pytest.param(800, 99, 0, 6, id="a long stall near the end"),
    ],
)
def test_a_pause_is_a_share_of_the_time_left_or_elapsed(
    elapsed: float, percent: int | None, still: float, seconds: float
) -> None:
    assert pause_at(elapsed, percent, still=still) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    ("percent", "still"), [(None, 0), (-1, 0), (0, 0), (100, 0), (101, 0), (60, 21)]
)
def test_progress_without_meaning_estimates_nothing(percent: int | None, still: float) -> None:
    assert remaining_at(100, percent, still=still) is None


def test_progress_stands_still_while_the_same_is_reported() -> None:
    first = Progress().reported(40, now=100)
    assert first.reported(40, now=150) == Progress(40, since=100)
    assert first.reported(41, now=150) == Progress(41, since=150)
    assert first.reported(20, now=150) == Progress(20, since=150)


def timing(budget: Budget, now: float, remaining: float | None = None) -> Timing:
    return Timing(budget=budget, now=now, remaining=remaining)


FIRST = Budget.first(now=1000, timeout=3300, lambda_remaining=900)
TICK = Budget.tick(now=2000, started_at=1000, timeout=3300)
LAST = Budget.first(now=1000, timeout=55, lambda_remaining=900)


@pytest.mark.parametrize(
    ("budget", "seconds", "remaining", "hands_over"),
    [
        pytest.param(FIRST, 809, None, False, id="91 seconds before its end"),
        pytest.param(FIRST, 810, None, True, id="90 seconds before its end"),
        pytest.param(FIRST, 1, LONG, False, id="some time remains"),
        pytest.param(FIRST, 1, LONG + 1, True, id="much time remains"),
        pytest.param(LAST, 1, 3000, False, id="the deadline passes in it"),
        pytest.param(TICK, 1054, None, False, id="a tick polls"),
        pytest.param(TICK, 1055, None, True, id="for 55 seconds"),
        # It cannot tell progress that stands still from progress that moves.
        pytest.param(TICK, 1001, 3000, False, id="a tick does not leave early"),
    ],
)
def test_an_invocation_hands_over(
    budget: Budget, seconds: float, remaining: float | None, *, hands_over: bool
) -> None:
    assert timing(budget, 1000 + seconds, remaining).hands_over is hands_over


def test_the_deadline_is_counted_from_the_time_at_which_the_request_was_sent() -> None:
    budget = Budget.first(now=1040, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert (budget.started_at, budget.deadline, budget.delay) == (1000, 4300, 40)
    early = Budget.first(now=1000, timeout=3300, lambda_remaining=900, sent_at=1002)
    assert (early.started_at, early.delay) == (1000, 0), "the clocks differ"


def test_the_deadline_is_the_same_for_every_invocation() -> None:
    """A call that is refused then may be repeated for a minute."""
    budget = Budget.tick(now=4290, started_at=1000, timeout=3300)
    timings = [timing(budget, now) for now in (4299, 4300, 4359, 4360)]
    assert [one.is_over for one in timings] == [False, True, True, True]
    assert [one.may_repeat for one in timings] == [False, True, True, False]


def test_a_late_first_invocation_polls_for_a_minute() -> None:
    budget = Budget.first(now=1031, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert budget.invocation_ends == 1031 + 60
    punctual = Budget.first(now=1030, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert punctual.invocation_ends == 1030 + 810


def test_a_denied_call_of_a_late_delivery_is_retried_until_the_deadline_at_most() -> None:
    """It may be a new role for two minutes from the start."""
    tick = Budget.tick(now=1100, started_at=1000, timeout=3300)
    late = Budget.first(now=1500, timeout=3300, lambda_remaining=900, sent_at=1000)
    very_late = Budget.first(now=4250, timeout=3300, lambda_remaining=900, sent_at=1000)
    punctual = Budget.first(now=1000, timeout=20, lambda_remaining=900, sent_at=1000)
    for budget, until in ((tick, 1120), (late, 1620), (very_late, 4300), (punctual, 1120)):
        assert timing(budget, until - 1).may_propagate
        assert not timing(budget, until).may_propagate
