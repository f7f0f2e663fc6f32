"""What is shown of a snapshot on its way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_cli.progress import View, duration, is_worth_a_line


def view(percent: int | None, status: str = "creating", created_at: float | None = 0.0) -> View:
    return View(identifier="s", status=status, percent=percent, created_at=created_at)


@pytest.mark.parametrize(
    ("percent", "left"),
    [(None, None), (0, None), (1, 9900), (25, 300), (99, 100 / 99), (100, None)],
)
def test_the_time_left_follows_from_the_time_so_far(
    percent: int | None, left: float | None
) -> None:
    assert view(percent).left(100.0) == (None if left is None else pytest.approx(left))


def test_times_that_are_not_known_or_negative_are_not_shown() -> None:
    assert view(40, created_at=None).times(100.0) == ""
    # A clock may be behind AWS.
    assert view(40, created_at=500.0).elapsed(100.0) == 0.0


@given(st.integers(0, 100), st.floats(0, 1e6), st.floats(0, 1e6))
def test_an_estimate_is_never_negative(percent: int, created: float, now: float) -> None:
    left = view(percent, created_at=created).left(now)
    assert left is None or left >= 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (90_000, "1 d 01 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_one_line_says_everything() -> None:
    one = replace(view(25), cluster="my-graph", cluster_status="backing-up")
    assert one.line(60.0) == (
        "snapshot s: creating (cluster my-graph: backing-up), 25 %, "
        "1 min 00 s, about 3 min 00 s left"
    )
    # The API keeps no time of the end.
    assert view(100, "available").line(500.0) == "snapshot s: available, 100 %"


@pytest.mark.parametrize("status", ["failed", "incompatible-restore", "deleting", "deleted"])
def test_what_never_becomes_available_is_settled(status: str) -> None:
    assert view(50, status).is_settled
    assert not view(50, status).is_available


def test_a_line_is_worth_it_for_another_state_or_a_step_of_ten() -> None:
    assert is_worth_a_line(None, view(0))
    assert not is_worth_a_line(view(10), view(19))
    assert is_worth_a_line(view(19), view(20))
    assert is_worth_a_line(view(99), view(100, "available"))
    assert is_worth_a_line(view(None, "pending"), view(None, "creating"))
