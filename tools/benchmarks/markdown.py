"""Pieces of the document: tables and targets; pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypedDict


class Target(TypedDict):
    """One promise: what is measured, what was promised, what came out."""

    what: str
    promised: str
    measured: str
    met: bool


def at_most(what: str, measured: float, limit: float, unit: str = "") -> Target:
    """Judge a figure that may be no larger than a limit."""
    promised, found = f"≤ {number(limit)}{unit}", f"{number(measured)}{unit}"
    return Target(what=what, promised=promised, measured=found, met=measured <= limit)


def holds(what: str, promised: str, measured: str, *, met: bool) -> Target:
    """Note a promise that is no limit."""
    return Target(what=what, promised=promised, measured=measured, met=met)


def table(rows: Iterable[Any], *columns: tuple[str, str | Callable[[Any], object]]) -> str:
    """Write a table whose first column is text and whose others are figures.

    A column is its header, and the key of a row's field or what makes the cell of a row.
    """
    cells = [[_cell(one(row) if callable(one) else row[one]) for _, one in columns] for row in rows]
    headers, rule = [header for header, _ in columns], ["---", *["---:"] * (len(columns) - 1)]
    return "\n".join(map(_row, (headers, rule, *cells)))


def targets_table(targets: Iterable[Target]) -> str:
    """Write promises with what came of them."""
    return table(
        targets,
        ("target", "what"),
        ("promised", "promised"),
        ("measured", "measured"),
        ("met", lambda each: "yes" if each["met"] else "**no**"),
    )


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
