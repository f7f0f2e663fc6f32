"""Bars on a terminal, lines anywhere else."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.screen import Board
from support.fake_aws import FakeAws


def creating(percent: int | None = 3, **fields: Any) -> View:  # noqa: ANN401 - of every type
    return View(**{"identifier": "s", "status": "creating", "percent": percent, **fields})


def test_without_a_terminal_there_is_a_line_for_each_step(fake: FakeAws) -> None:
    with fake.board as board:
        for _ in range(2):
            board.waiting("waiting for it")
        for percent in range(101):
            board.show(creating(percent))
        for _ in range(2):
            board.show(creating(100, status="available"))
    lines = fake.said.splitlines()
    assert lines[:2] == ["  waiting for it", "  snapshot s: creating, 0 %"]
    assert lines[-1] == "✓ snapshot s: available, 100 %"
    assert len(lines) == 1 + 11 + 1


@pytest.mark.parametrize(
    "tell", [lambda board: board.waiting("a long wait"), lambda board: board.show(creating())]
)
def test_a_log_is_never_silent_for_more_than_five_minutes(
    fake: FakeAws, tell: Callable[[Board], None]
) -> None:
    board = fake.board
    for _ in range(61):
        tell(board)
        fake.time += 10
    assert len(fake.said.splitlines()) == 3


def test_a_ci_that_wants_colours_still_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    output = io.StringIO()
    console = Console(file=output)
    assert console.is_terminal
    with Board(console) as board:
        board.show(creating())
    assert "snapshot s: creating, 3 %" in output.getvalue()
    assert "\x1b[2K" not in output.getvalue()


def _drawn(board: Board, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(board.render())
    return capture.get()


def live(fake: FakeAws) -> Board:
    return Board(Console(file=fake.output), live=True, now=lambda: fake.time)


def test_a_terminal_shows_bars_and_times_that_go_on(fake: FakeAws) -> None:
    board = live(fake)
    board.show(creating(40, created_at=fake.time))
    board.waiting("stack my-stack: CREATE_IN_PROGRESS")
    fake.time += 40
    drawn = _drawn(board)
    assert "snapshot s: creating" in drawn
    assert "40 % 40 s, about 1 min 00 s left" in drawn
    assert "stack my-stack: CREATE_IN_PROGRESS" in drawn
    assert "━" in drawn


def test_on_a_terminal_the_settled_become_lines_that_stay(fake: FakeAws) -> None:
    board = live(fake)
    for status in ("creating", "failed"):
        board.show(creating(40, identifier="bad", status=status))
    assert "✗ snapshot bad: failed, 40 %" in fake.said
    assert "bad" not in _drawn(board)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_part_of_a_long_name_is_lost_on_a_narrow_terminal(width: int, fake: FakeAws) -> None:
    board = live(fake)
    board.show(creating(None, identifier="n" * 63))
    assert _drawn(board, width).count("n") >= 63
