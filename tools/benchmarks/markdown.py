"""Pieces of the document: tables and targets; pure."""

from collections.abc import Iterable, Sequence
from typing import TypedDict


class Target(TypedDict):
    """One promise: what is measured, what was promised, what came out."""

    what: str
    promised: str
    measured: str
    met: bool


def at_most(what: str, measured: float, limit: float, unit: str = "") -> Target:
    """Judge a figure that may be no larger than a limit."""
    return Target(
        what=what,
        promised=f"≤ {number(limit)}{unit}",
        measured=f"{number(measured)}{unit}",
        met=measured <= limit,
    )


def holds(what: str, promised: str, measured: str, *, met: bool) -> Target:
    """Note a promise that is no limit."""
    return Target(what=what, promised=promised, measured=measured, met=met)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table whose first column is text and whose others are figures."""
    lines = [
        _row(headers),
        f"|{'|'.join(['---', *['---:'] * (len(headers) - 1)])}|",
        *[_row([_cell(cell) for cell in row]) for row in rows],
    ]
    return "\n".join(lines)


def targets_table(targets: Iterable[Target]) -> str:
    """Write promises with what came of them."""
    rows = [
        (each["what"], each["promised"], each["measured"], "yes" if each["met"] else "**no**")
        for each in targets
    ]
    return table(["target", "promised", "measured", "met"], rows)


def number(value: float) -> str:
    """Write a figure with about three significant digits."""
    if value == int(value) and abs(value) < 1_000_000:  # noqa: PLR2004 - whole as it is
        return f"{int(value):,}"
    magnitude = abs(value)
    for least, digits in ((100, 0), (10, 1), (0.1, 2)):
        if magnitude >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.2g}"


def percent(share: float) -> str:
    """Write a share as per cent."""
    return f"{number(share * 100)} %"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: object) -> str:
    return number(cell) if isinstance(cell, int | float) else str(cell)
