import pytest

from local_aws.demo import Screen
from neptune_snapshot_cli.progress import View


def test_without_a_terminal_progress_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Screen().board() as board:
        board.waiting("waiting")
        for percent in range(0, 100, 5):
            board.show(View(identifier="snap", status="creating", percent=percent))
        board.show(View(identifier="snap", status="available", percent=100))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "  waiting",
        "  snapshot snap: creating, 0 %",
        "  snapshot snap: creating, 10 %",
    ]
    assert lines[-1] == "✓ snapshot snap: available, 100 %"
    assert len(lines) == 12


def test_a_step_is_a_line_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen().step("doing", "done"):
        pass
    assert capsys.readouterr().out.startswith("✓ done  (0.0 s)")
