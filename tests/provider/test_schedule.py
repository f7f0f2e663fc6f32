"""How long until the next look, when to hand over, when to give up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider.core.schedule import Budget, Progress, Verdict, pause


def pause_at(elapsed: float, percent: int | None, *, still: float = 0, chance: float = 0) -> float:
    """The pause where progress has been what it is for ``still`` seconds."""
    return pause(elapsed, Progress(percent, since=elapsed - still), elapsed, chance)


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


def test_progress_stands_still_while_the_same_is_reported() -> None:
    first = Progress().reported(40, now=100)
    assert first.reported(40, now=150) == Progress(40, since=100)
    assert first.reported(41, now=150) == Progress(41, since=150)
    assert first.reported(20, now=150) == Progress(20, since=150)


def test_a_long_stall_near_the_end_does_not_mean_a_look_every_second() -> None:
    assert pause_at(800, 99) == 6


def test_the_first_invocation_hands_over_ninety_seconds_before_its_end() -> None:
    budget = Budget.first(now=1000, timeout=3300, lambda_remaining=900)
    assert budget.verdict(1000 + 809) is Verdict.GO_ON
    assert budget.verdict(1000 + 810) is Verdict.HAND_OVER


def test_a_tick_looks_for_fifty_seconds() -> None:
    budget = Budget.tick(now=2000, started_at=1000, timeout=3300)
    assert budget.verdict(2049) is Verdict.GO_ON
    assert budget.verdict(2050) is Verdict.HAND_OVER


def test_the_deadline_is_counted_from_the_first_invocation() -> None:
    budget = Budget.tick(now=4290, started_at=1000, timeout=3300)
    assert budget.verdict(4299) is Verdict.GO_ON
    assert budget.verdict(4300) is Verdict.GIVE_UP


def test_a_denied_call_may_be_a_new_role_for_two_minutes_from_the_start() -> None:
    budget = Budget.tick(now=1100, started_at=1000, timeout=3300)
    assert budget.access_may_spread(1119)
    assert not budget.access_may_spread(1120)
