from pathlib import Path

import pytest

from local_aws.demo import Screen
from local_aws.demo_picture import picture

DRAWN = Path(__file__).parents[2] / "docs" / "assets" / "watch.svg"


def test_a_step_is_a_line_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen().step("doing", "done"):
        pass
    assert capsys.readouterr().out.startswith("✓ done  (0.0 s)")


def test_the_picture_in_the_documents_is_what_the_command_draws() -> None:
    assert DRAWN.read_text() == picture()
