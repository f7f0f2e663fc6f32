"""What the demo shows: finished steps as lines, and a progress bar where there is a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_PLAIN_STEP = 20


class Screen:
    """The terminal, or a file where lines follow one another."""

    def __init__(self) -> None:
        """Use the standard output."""
        self._console = Console(highlight=False, soft_wrap=True)

    def line(self, text: str = "") -> None:
        """Print a line."""
        self._console.print(text, markup=False)

    def title(self, text: str) -> None:
        """Print a heading."""
        self._console.print(f"\n{text}\n", style="bold", markup=False)

    def failure(self, text: str) -> None:
        """Print what went wrong."""
        self._console.print(f"✗ {text}", style="bold red", markup=False)

    def values(self, values: dict[str, str]) -> None:
        """Print names and values, one below the other."""
        width = max(map(len, values))
        for name, value in values.items():
            self.line(f"    {name:<{width}}  {value}")

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        """Show what is being done, and then a line that it is done and how long it took."""
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(doing):
                yield
        else:
            yield
        self.done(done, started)

    def done(self, text: str, started: float | None = None) -> None:
        """Print that something is done, and how long it took."""
        took = "" if started is None else f"  ({time.monotonic() - started:.1f} s)"
        self._console.print(f"[green]✓[/] {text}[dim]{took}[/]")

    def snapshot_bar(self, waiting: str) -> "SnapshotBar":
        """Show the progress of a snapshot; until it exists, what is being waited for."""
        return SnapshotBar(self._console, waiting)


class SnapshotBar:
    """Status, progress and time of one snapshot."""

    def __init__(self, console: Console, waiting: str) -> None:
        """Start with what is being waited for."""
        self._console = console
        self._last = ("", -_PLAIN_STEP)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[percent]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(waiting, total=None, percent="")
        if not console.is_terminal:
            console.print(f"  {waiting}", markup=False)

    def update(self, identifier: str, status: str, percent: int) -> None:
        """Show how far the snapshot is."""
        text = f"snapshot {identifier}: {status}"
        self._progress.update(
            self._task, description=text, total=100, completed=percent, percent=f"{percent:>3} %"
        )
        last_status, last_percent = self._last
        moved = status != last_status or percent >= last_percent + _PLAIN_STEP
        if moved and not self._console.is_terminal:
            self._console.print(f"  {text}, {percent} %", markup=False)
            self._last = (status, percent)

    def __enter__(self) -> Self:
        """Begin to show it."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop showing it."""
        self._progress.stop()
