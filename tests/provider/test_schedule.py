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


def test_without_progress_a_pause_is_a_small_share_of_the_time_elapsed() -> None:
    assert pause_at(800, None) == 6
    assert pause_at(800, 0) == 6


def test_with_progress_a_pause_is_a_share_of_the_time_left() -> None:
    assert pause_at(100, 60) == pytest.approx(6.67, abs=0.01)
    assert pause_at(100, 90) == pytest.approx(1.11, abs=0.01)


def test_progress_that_stands_still_says_nothing_about_the_time_left() -> None:
    assert pause_at(100, 60, still=20) == pytest.approx(6.67, abs=0.01)
    assert pause_at(100, 60, still=21) == 1
    assert remaining_at(100, 60, still=21) is None


@pytest.mark.parametrize("percent", [None, -1, 0, 100, 101])
def test_progress_without_meaning_estimates_nothing(percent: int | None) -> None:
    assert remaining_at(100, percent) is None


def test_progress_stands_still_while_the_same_is_reported() -> None:
    first = Progress().reported(40, now=100)
    assert first.reported(40, now=150) == Progress(40, since=100)
    assert first.reported(41, now=150) == Progress(41, since=150)
    assert first.reported(20, now=150) == Progress(20, since=150)


def test_a_long_stall_near_the_end_does_not_mean_a_poll_every_second() -> None:
    assert pause_at(800, 99) == 6


def timing(budget: Budget, now: float, remaining: float | None = None) -> Timing:
    return Timing(budget=budget, now=now, remaining=remaining)


def test_the_first_invocation_hands_over_ninety_seconds_before_its_end() -> None:
    budget = Budget.first(now=1000, timeout=3300, lambda_remaining=900)
    assert not timing(budget, 1000 + 809).hands_over
    assert timing(budget, 1000 + 810).hands_over


def test_a_tick_polls_for_55_seconds() -> None:
    budget = Budget.tick(now=2000, started_at=1000, timeout=3300)
    assert not timing(budget, 2054).hands_over
    assert timing(budget, 2055).hands_over


def test_the_first_invocation_hands_over_at_once_when_much_time_remains() -> None:
    budget = Budget.first(now=1000, timeout=3300, lambda_remaining=900)
    assert not timing(budget, 1001, remaining=None).hands_over
    assert not timing(budget, 1001, remaining=LONG).hands_over
    assert timing(budget, 1001, remaining=LONG + 1).hands_over


def test_an_invocation_by_the_rule_does_not_leave_early() -> None:
    """It cannot tell progress that stands still from progress that moves."""
    budget = Budget.tick(now=1000, started_at=900, timeout=3300)
    assert not timing(budget, 1001, remaining=3000).hands_over


def test_the_invocation_in_which_the_deadline_passes_waits_for_it() -> None:
    budget = Budget.first(now=1000, timeout=55, lambda_remaining=900)
    assert not timing(budget, 1001, remaining=3000).hands_over


def test_the_deadline_is_counted_from_the_time_at_which_the_request_was_sent() -> None:
    budget = Budget.first(now=1040, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert (budget.started_at, budget.deadline, budget.delay) == (1000, 4300, 40)
    early = Budget.first(now=1000, timeout=3300, lambda_remaining=900, sent_at=1002)
    assert (early.started_at, early.delay) == (1000, 0), "the clocks differ"


def test_the_deadline_is_the_same_for_every_invocation() -> None:
    budget = Budget.tick(now=4290, started_at=1000, timeout=3300)
    assert not timing(budget, 4299).is_over
    assert timing(budget, 4300).is_over


def test_a_late_first_invocation_polls_for_a_minute() -> None:
    budget = Budget.first(now=1031, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert budget.invocation_ends == 1031 + 60
    punctual = Budget.first(now=1030, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert punctual.invocation_ends == 1030 + 810


def test_a_call_refused_at_the_deadline_may_be_repeated_for_a_minute() -> None:
    budget = Budget.tick(now=4290, started_at=1000, timeout=3300)
    assert [timing(budget, now).may_repeat for now in (4299, 4300, 4359, 4360)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_denied_call_of_a_late_delivery_is_retried_until_the_deadline_at_most() -> None:
    late = Budget.first(now=1500, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert timing(late, 1619).may_propagate
    assert not timing(late, 1620).may_propagate
    very_late = Budget.first(now=4250, timeout=3300, lambda_remaining=900, sent_at=1000)
    assert not timing(very_late, 4300).may_propagate
    punctual = Budget.first(now=1000, timeout=20, lambda_remaining=900, sent_at=1000)
    assert timing(punctual, 1119).may_propagate


def test_a_denied_call_may_be_a_new_role_for_two_minutes_from_the_start() -> None:
    budget = Budget.tick(now=1100, started_at=1000, timeout=3300)
    assert timing(budget, 1119).may_propagate
    assert not timing(budget, 1120).may_propagate
