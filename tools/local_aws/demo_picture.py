"""Draws ``docs/assets/watch.svg``: what ``neptune-snapshot watch`` looks like on a terminal.

``python -m local_aws.demo_picture docs/assets/watch.svg``; the same file every time.
"""

import io
import re
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.screen import Board

_NOW: Final = 1_000_000.0
_COMMAND: Final = "neptune-snapshot watch --stack my-stack"


def picture() -> str:
    """The terminal as SVG, while one of two snapshots is available and the other on its way."""
    console = Console(
        record=True,
        width=84,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        get_time=lambda: 0.0,  # the spinner stands still
        _environ={"TERM": "xterm"},  # whatever terminal it is drawn on
    )
    console.print(f"[bold]$[/] {_COMMAND}", highlight=False)
    board = Board(console, live=True, now=lambda: _NOW)
    board.show(View(identifier="people-v2-3f0a1cef02", status="available", percent=100))
    board.show(
        View(
            identifier="my-graph-v2-99e3a050a3",
            status="creating",
            percent=43,
            created_at=_NOW - 740,
            cluster="my-graph",
            cluster_status="backing-up",
        )
    )
    board.waiting("stack my-stack: UPDATE_IN_PROGRESS")
    console.print(board.render())
    drawn = console.export_svg(title="neptune-snapshot", unique_id="watch")
    # Fonts from another host; the reader's own do as well.
    return re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture())
