import pytest

from local_aws.demo_screen import Screen


def test_without_a_terminal_progress_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Screen().snapshot_bar("waiting") as bar:
        for percent in range(0, 100, 5):
            bar.update("snap", "creating", percent)
        bar.update("snap", "available", 100)
    assert capsys.readouterr().out.splitlines() == [
        "  waiting",
        "  snapshot snap: creating, 0 %",
        "  snapshot snap: creating, 20 %",
        "  snapshot snap: creating, 40 %",
        "  snapshot snap: creating, 60 %",
        "  snapshot snap: creating, 80 %",
        "  snapshot snap: available, 100 %",
    ]


def test_a_step_is_a_line_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen().step("doing", "done"):
        pass
    assert capsys.readouterr().out.startswith("✓ done  (0.0 s)")
