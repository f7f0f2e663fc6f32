"""Bars on a terminal, lines anywhere else."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.screen import Board
from support.fake_aws import FakeAws


def test_without_a_terminal_there_is_a_line_for_each_step(
    board: Board, output: io.StringIO
) -> None:
    with board:
        board.waiting("waiting for it")
        board.waiting("waiting for it")
        for percent in range(101):
            board.show(View(identifier="s", status="creating", percent=percent))
        board.show(View(identifier="s", status="available", percent=100))
        board.show(View(identifier="s", status="available", percent=100))
    lines = output.getvalue().splitlines()
    assert lines[:2] == ["  waiting for it", "  snapshot s: creating, 0 %"]
    assert lines[-1] == "✓ snapshot s: available, 100 %"
    assert len(lines) == 1 + 11 + 1


@pytest.mark.parametrize(
    "tell",
    [
        lambda board: board.waiting("a long wait"),
        lambda board: board.show(View(identifier="s", status="creating", percent=3)),
    ],
)
def test_a_log_is_never_silent_for_more_than_five_minutes(
    board: Board, output: io.StringIO, fake: FakeAws, tell: Callable[[Board], None]
) -> None:
    for _ in range(61):
        tell(board)
        fake.time += 10
    assert len(output.getvalue().splitlines()) == 3


def test_a_ci_that_wants_colours_still_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    output = io.StringIO()
    console = Console(file=output)
    assert console.is_terminal
    with Board(console) as board:
        board.show(View(identifier="s", status="creating", percent=3))
    assert "snapshot s: creating, 3 %" in output.getvalue()
    assert "\x1b[2K" not in output.getvalue()


def _drawn(board: Board, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(board.render())
    return capture.get()


def test_a_terminal_shows_bars_and_times_that_go_on(fake: FakeAws) -> None:
    board = Board(Console(file=io.StringIO()), live=True, now=lambda: fake.time)
    board.show(View(identifier="s", status="creating", percent=40, created_at=fake.time))
    board.waiting("stack my-stack: CREATE_IN_PROGRESS")
    fake.time += 40
    drawn = _drawn(board)
    assert "snapshot s: creating" in drawn
    assert "40 % 40 s, about 1 min 00 s left" in drawn
    assert "stack my-stack: CREATE_IN_PROGRESS" in drawn
    assert "━" in drawn


def test_on_a_terminal_the_settled_become_lines_that_stay(fake: FakeAws) -> None:
    output = io.StringIO()
    board = Board(Console(file=output), live=True, now=lambda: fake.time)
    board.show(View(identifier="bad", status="creating", percent=40))
    board.show(View(identifier="bad", status="failed", percent=40))
    assert "✗ snapshot bad: failed, 40 %" in output.getvalue()
    assert "bad" not in _drawn(board)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_part_of_a_long_name_is_lost_on_a_narrow_terminal(width: int, fake: FakeAws) -> None:
    board = Board(Console(file=io.StringIO()), live=True, now=lambda: fake.time)
    name = "n" * 63
    board.show(View(identifier=name, status="creating", percent=None))
    assert _drawn(board, width).count("n") >= len(name)
