"""How late and how often the provider's looks come, in virtual time."""

from pathlib import Path
from typing import TypedDict

from benchmarks.markdown import Target, holds, number, percent, table
from benchmarks.policy import plot
from benchmarks.policy.simulation import Figures, Simulation, better_in_both, simulate

TITLE = "The policy of looks, simulated"


class Result(TypedDict):
    """What the section keeps."""

    targets: list[Target]
    simulation: Simulation


def measure(*, quick: bool) -> Result:
    """Simulate."""
    simulation = simulate(count=200 if quick else 1200)
    ours = simulation["ours"]
    better = [each["policy"] for each in simulation["curve"] if better_in_both(each, ours)]
    frontier = holds(
        "no fixed poll is better in both lag and calls",
        "none of 14 intervals from 0.5 to 120 s",
        ", ".join(better) or "none",
        met=not better,
    )
    return Result(targets=[frontier], simulation=simulation)


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
                f"{number(simulation['traces'])} traces in virtual time: durations from 5 s to 12 "
                "h, spread evenly over their logarithm; progress linear, stalled at 40, stepped, "
                "jumping from 0 to 100, and going backwards. Ours runs as the provider does: "
                "13.5 minutes in one invocation, then up to 50 s of every minute. The fixed "
                "polls run in a loop that nothing interrupts, which favours them. Relative lag "
                "is the lag as a share of the snapshot's own duration. This simulates when looks "
                "come; nothing else takes time in it."
            ),
            table(
                ["policy", "mean lag (s)", "95 %", "mean relative lag", "95 %", "mean calls"],
                [_row(each) for each in policies],
            ),
            (
                "An interval has to be chosen before one knows how long a snapshot takes. If the "
                "duration were known, an interval could be tuned to it: the last column names "
                "those that would then be better in both. That is so where progress tells nothing "
                "and the snapshot is a long one: the looks of its first minutes came while it "
                "could still have been short. After half an hour the gap between two ticks costs "
                "some of the even spacing that the fixed polls have here."
            ),
            table(
                ["duration", "progress", "mean relative lag", "95 %", "mean calls", "beaten by"],
                [
                    (
                        f"{number(each['shortest'])} to {number(each['longest'])} s",
                        each["shape"],
                        percent(each["ours"]["relative"]),
                        percent(each["ours"]["relative_p95"]),
                        each["ours"]["calls"],
                        ", ".join(f"{interval:g} s" for interval in each["beaten_by"]) or "-",
                    )
                    for each in simulation["groups"]
                ],
            ),
        ]
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
