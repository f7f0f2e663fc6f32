"""How late and how often the provider polls, in virtual time."""

from pathlib import Path
from typing import TypedDict

from benchmarks import figures
from benchmarks.markdown import Target, holds, number, percent, table
from benchmarks.policy import plot
from benchmarks.policy.simulation import Figures, Group, Simulation, better_in_both, simulate

TITLE = "The pauses between polls, simulated"


class Result(TypedDict):
    """What the section keeps."""

    simulation: Simulation


def measure(*, quick: bool) -> Result:
    """Simulate."""
    return Result(simulation=simulate(count=200 if quick else 1200))


def targets(result: Result) -> list[Target]:
    """Compare with what was promised."""
    simulation = result["simulation"]
    ours = simulation["ours"]
    better = [each["policy"] for each in simulation["curve"] if better_in_both(each, ours)]
    frontier = holds(
        "no fixed poll is better in both lag and calls",
        "none of 14 intervals from 0.5 to 120 s",
        ", ".join(better) or "none",
        met=not better,
    )
    return [frontier]


def draw(result: Result, folder: Path) -> list[str]:
    """Draw the frontier; names of the files."""
    plot.frontier(result["simulation"], folder / "policy.svg")
    return ["policy.svg"]


def render(result: Result) -> str:
    """Write the section."""
    simulation = result["simulation"]
    policies = [simulation["ours"], *simulation["fixed"]]
    return "\n\n".join(
        [
            (
                f"{number(simulation['traces'])} snapshots in virtual time, from 5 s to 12 h, "
                "spread evenly on a logarithmic scale. Their progress is linear, stalled at 40, "
                "stepped, jumps from 0 to 100, or goes backwards. *Ours* polls for 13.5 minutes, "
                "then up to 55 s of every minute; the fixed intervals are never interrupted, which "
                "favors them. Relative lag is a share of the duration. Calls take no time."
            ),
            table(
                ["policy", "mean lag (s)", "95 %", "mean relative lag", "95 %", "mean calls"],
                [_row(each) for each in policies],
            ),
            (
                "*Better* names the intervals that would win in both lag and calls if the duration "
                "were known beforehand."
            ),
            table(
                ["duration", "mean relative lag", "95 %, worst", "mean calls", "better"],
                [
                    _duration([each for each in simulation["groups"] if each["longest"] == longest])
                    for longest in dict.fromkeys(each["longest"] for each in simulation["groups"])
                ],
            ),
        ]
    )


def _duration(groups: list[Group]) -> tuple[object, ...]:
    """One row for the snapshots of similar durations; each group has another kind of progress."""
    ours = [each["ours"] for each in groups]
    calls = [each["calls"] for each in ours]
    better = [
        f"{each['shape']}: {', '.join(f'{interval:g} s' for interval in each['beaten_by'])}"
        for each in groups
        if each["beaten_by"]
    ]
    return (
        f"{number(groups[0]['shortest'])} to {number(groups[0]['longest'])} s",
        percent(figures.mean(each["relative"] for each in ours)),
        percent(max(each["relative_p95"] for each in ours)),
        f"{number(min(calls))} to {number(max(calls))}",
        "; ".join(better) or "-",
    )


def _row(each: Figures) -> tuple[object, ...]:
    return (
        each["policy"],
        each["lag"],
        each["lag_p95"],
        percent(each["relative"]),
        percent(each["relative_p95"]),
        each["calls"],
    )
