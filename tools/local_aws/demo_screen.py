"""What the demo shows: finished steps as lines; progress as the library's own command shows it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from neptune_snapshot_cli.screen import Board


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

    def board(self) -> Board:
        """Show the progress of a snapshot, as ``neptune-snapshot watch`` does."""
        return Board(self._console)
