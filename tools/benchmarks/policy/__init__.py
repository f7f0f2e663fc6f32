"""How late and how often the provider polls, in virtual time."""

from pathlib import Path
from statistics import fmean
from typing import Literal

from benchmarks.markdown import Target, holds, number, percent, table
from benchmarks.policy import plot
from benchmarks.policy.simulation import Group, Simulation, better_in_both, simulate

TITLE = "The pauses between polls, simulated"


def measure(*, quick: bool) -> Simulation:
    """Simulate."""
    return simulate(count=200 if quick else 1200)


def targets(simulation: Simulation) -> list[Target]:
    """Compare with what was promised."""
    ours = simulation["ours"]
    better = [each["policy"] for each in simulation["curve"] if better_in_both(each, ours)]
    what, promised = "no fixed poll is better in both lag and calls", "none of 14 intervals"
    found = ", ".join(better) or "none"
    return [holds(what, f"{promised} from 0.5 to 120 s", found, met=not better)]


def draw(simulation: Simulation, folder: Path) -> list[str]:
    """Draw the frontier; names of the files."""
    plot.frontier(simulation, folder / "policy.svg")
    return ["policy.svg"]


def render(simulation: Simulation) -> list[str]:
    """Write the section."""
    classes: dict[int, list[Group]] = {}
    for each in simulation["groups"]:
        classes.setdefault(each["longest"], []).append(each)
    return [
        (
            f"{number(simulation['traces'])} snapshots in virtual time, from 5 s to 12 h, "
            "spread evenly on a logarithmic scale. Their progress is linear, stalled at 40, "
            "stepped, jumps from 0 to 100, or goes backwards. *Ours* polls for 13.5 minutes, "
            "then up to 55 s of every minute; the fixed intervals are never interrupted, which "
            "favors them. Relative lag is a share of the duration. Calls take no time."
        ),
        table(
            [simulation["ours"], *simulation["fixed"]],
            ("policy", "policy"),
            ("mean lag (s)", "lag"),
            ("95 %", "lag_p95"),
            ("mean relative lag", lambda each: percent(each["relative"])),
            ("95 %", lambda each: percent(each["relative_p95"])),
            ("mean calls", "calls"),
        ),
        (
            "*Better* names the intervals that would win in both lag and calls if the duration "
            "were known beforehand."
        ),
        table(
            classes.values(),
            ("duration", lambda groups: _range(groups[0]["shortest"], groups[0]["longest"]) + " s"),
            ("mean relative lag", lambda groups: percent(fmean(_ours(groups, "relative")))),
            ("95 %, worst", lambda groups: percent(max(_ours(groups, "relative_p95")))),
            ("mean calls", lambda groups: _calls(_ours(groups, "calls"))),
            ("better", _better),
        ),
    ]


def _ours(groups: list[Group], key: Literal["relative", "relative_p95", "calls"]) -> list[float]:
    return [each["ours"][key] for each in groups]


def _calls(calls: list[float]) -> str:
    return _range(min(calls), max(calls))


def _range(least: float, most: float) -> str:
    return f"{number(least)} to {number(most)}"


def _better(groups: list[Group]) -> str:
    """The intervals that would be better, for each kind of progress of which there are any."""
    found = [
        f"{each['shape']}: {', '.join(f'{interval:g} s' for interval in each['beaten_by'])}"
        for each in groups
        if each["beaten_by"]
    ]
    return "; ".join(found) or "-"
