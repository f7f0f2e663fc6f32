from pathlib import Path

from local_aws.demo_picture import picture

DRAWN = Path(__file__).parents[2] / "docs" / "assets" / "watch.svg"


def test_the_picture_in_the_documents_is_what_the_command_draws() -> None:
    assert DRAWN.read_text() == picture()
