"""The list and the plan as a person reads them."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from neptune_snapshot_cli import listing
from neptune_snapshot_cli.listing import Row
from neptune_snapshot_cli.planning import Check, Verdict

WIDE: Final = 10_000
"""Columns where there is no terminal: nothing is cut off or broken."""
_STYLES: Final = {Verdict.GOOD: "green", Verdict.BAD: "bold red", Verdict.UNSEEN: "yellow"}


def print_rows(console: Console, rows: Sequence[Row], now: float) -> None:
    """Print a table; on a terminal it is as wide as that.

    Args:
        console: where to.
        rows: what.
        now: seconds since the epoch.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SNAPSHOT", "STATE"):
        table.add_column(heading, overflow="fold")
    for heading in ("DONE", "AGE", "GIB"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("ENGINE", no_wrap=True)
    for heading in ("STACK / RESOURCE", "PRUNING"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        snapshot = row.snapshot
        table.add_row(
            snapshot.identifier,
            snapshot.status,
            "" if snapshot.percent is None else f"{snapshot.percent} %",
            listing.age(snapshot, now),
            str(snapshot.fields.get("AllocatedStorage", "")),
            str(snapshot.fields.get("EngineVersion", "")),
            listing.owner(row),
            row.verdict,
        )
    console.print(table, highlight=False)


def print_checks(console: Console, checks: Sequence[Check]) -> None:
    """Print each check on a line."""
    for check in checks:
        mark = (f"{check.verdict.value} ", _STYLES[check.verdict])
        console.print(Text.assemble(mark, check.text), soft_wrap=True, highlight=False)
