"""The list and the plan as a person reads them."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from neptune_snapshot_cli import listing
from neptune_snapshot_cli.listing import Row
from neptune_snapshot_cli.planning import Check, CheckResult

_WIDE: Final = 10_000
_COLUMNS: Final = (
    "SNAPSHOT",
    "STATE",
    "DONE",
    "AGE",
    "GIB",
    "ENGINE",
    "TAKEN BY",
    "RETENTION",
)
_NUMBERS: Final = ("DONE", "AGE", "GIB")
_STYLES: Final = {
    CheckResult.GOOD: "green",
    CheckResult.BAD: "bold red",
    CheckResult.UNSEEN: "yellow",
}


def print_rows(console: Console, rows: Sequence[Row], now: float) -> None:
    """Print a table, or where a terminal is too narrow for it, a block for each snapshot.

    Either way an identifier stays on one line.

    Args:
        console: Where to print.
        rows: What to print.
        now: The time, in seconds since the epoch.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _COLUMNS:
        is_number = heading in _NUMBERS
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, now))
    wide = Console(file=console.file, width=_WIDE)
    if console.file.isatty() and Measurement.get(wide, wide.options, table).maximum > console.width:
        for row in rows:
            _print_block(console, row, now)
    else:
        wide.print(table, highlight=False)


def _print_block(console: Console, row: Row, now: float) -> None:
    name, *cells = _cells(row, now)
    console.print(Text(name, style="bold"), soft_wrap=True)
    for heading, cell in zip(_COLUMNS[1:], cells, strict=True):
        if cell:
            console.print(Text(f"  {heading.lower()}: {cell}"), soft_wrap=True)


def _cells(row: Row, now: float) -> list[str]:
    snapshot = row.snapshot
    return [
        snapshot.identifier,
        snapshot.status,
        "" if snapshot.percent is None else f"{snapshot.percent} %",
        listing.age(snapshot, now),
        str(snapshot.fields.get("AllocatedStorage", "")),
        str(snapshot.fields.get("EngineVersion", "")),
        listing.owner(row),
        row.verdict,
    ]


def print_checks(console: Console, checks: Sequence[Check]) -> None:
    """Print each check on a line."""
    for check in checks:
        mark = (f"{check.result.value} ", _STYLES[check.result])
        console.print(Text.assemble(mark, check.text), soft_wrap=True, highlight=False)
