"""What a person sees while a snapshot is taken: bars on a terminal, lines anywhere else."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from neptune_snapshot_cli.progress import SILENCE_MAX, View, is_worth_a_line

_BAR_WIDTH: Final = 30
_REFRESHES: Final = 8
"""A second: the spinner turns and times move between two polls."""


class Board:
    """Any number of snapshots, and what is waited for.

    A snapshot that is settled becomes a line that stays; the others are bars below.
    """

    def __init__(
        self,
        console: Console,
        *,
        live: bool | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Use a console.

        Args:
            console: where to.
            live: whether to draw bars; ``None``: if the console is a terminal that can.
            now: the time, in seconds since the epoch.
        """
        # A CI that wants colours makes rich believe in a terminal; the file knows better.
        can = console.is_interactive and console.file.isatty()
        self._console = console
        self._now = now
        self._waiting = ""
        self._views: dict[str, View] = {}
        self._lined: dict[str, View] = {}
        self._last_line = now()
        self._spinner = Spinner("dots")
        self._live: Live | None = None
        if can if live is None else live:
            self._live = Live(
                console=console,
                get_renderable=self.render,
                refresh_per_second=_REFRESHES,
                transient=True,
            )

    def waiting(self, text: str) -> None:
        """Show what is waited for; empty for nothing."""
        if text and self._live is None and (text != self._waiting or self._is_silent):
            self._line(text)
        self._waiting = text

    def show(self, view: View) -> None:
        """Show how far a snapshot is."""
        last = self._lined.get(view.identifier)
        if view.is_settled:
            self._views.pop(view.identifier, None)
            if self._live is not None:
                # So that its line does not stand above its bar.
                self._live.refresh()
        else:
            self._views[view.identifier] = view
        is_due = is_worth_a_line(last, view) or (self._is_silent and not view.is_settled)
        if is_due and (view.is_settled or self._live is None):
            self._lined[view.identifier] = view
            self._line(view.line(self._now()), _mark(view), _style(view))

    def note(self, text: str) -> None:
        """Print a line that stays."""
        self._line(text)

    def warn(self, text: str) -> None:
        """Print a line that stays and is seen."""
        self._line(text, "! ", "yellow")

    def render(self) -> RenderableType:
        """What is drawn now."""
        rows: list[RenderableType] = []
        # A copy: it is drawn by a thread of its own.
        for view in tuple(self._views.values()):
            rows.append(self._headed(view.title()))
            rows.append(self._bar(view))
        if self._waiting:
            rows.append(self._headed(self._waiting))
        return Group(*rows)

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bars away; the lines stay."""
        if self._live is not None:
            self._live.stop()

    @property
    def _is_silent(self) -> bool:
        return self._now() - self._last_line >= SILENCE_MAX

    def _headed(self, text: str) -> RenderableType:
        row = Table.grid(padding=(0, 1))
        row.add_row(self._spinner, Text(text, overflow="fold"))
        return row

    def _bar(self, view: View) -> RenderableType:
        row = Table.grid(padding=(0, 1))
        percent = "" if view.percent is None else f"{view.percent:>3} %"
        # One that stands at 0 may well jump to 100: it moves, but not by a known share.
        bar = ProgressBar(
            total=100, completed=view.percent or 0, width=_BAR_WIDTH, pulse=not view.percent
        )
        row.add_row(" ", bar, percent, Text(view.times(self._now()), style="dim"))
        return row

    def _line(self, text: str, mark: str = "  ", style: str = "") -> None:
        self._last_line = self._now()
        line = Text.assemble((mark, style), text)
        self._console.print(line, soft_wrap=True, highlight=False)


def _mark(view: View) -> str:
    if view.is_settled:
        return "✓ " if view.is_available else "✗ "
    return "  "


def _style(view: View) -> str:
    return "green" if view.is_available else "bold red"
