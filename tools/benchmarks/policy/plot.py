"""Lag against calls, as a plot."""

from pathlib import Path

from benchmarks import drawing
from benchmarks.policy.simulation import INTERVALS, Simulation


def frontier(simulation: Simulation, path: Path) -> None:
    """Draw the fixed polls as a curve and ours as a point: nearer to the corner is better."""
    curve, ours = simulation["curve"], simulation["ours"]
    named = {f"every {interval:g} s" for interval in INTERVALS}
    with drawing.figure(path) as axes:
        axes.plot(
            [each["calls"] for each in curve],
            [each["relative"] * 100 for each in curve],
            "o-",
            color=drawing.THEIRS[0],
            markersize=4,
            label="a poll of a fixed interval",
        )
        axes.plot(ours["calls"], ours["relative"] * 100, "D", color=drawing.OURS, label="ours")
        for each in [one for one in curve if one["policy"] in named]:
            axes.annotate(
                each["policy"],
                (each["calls"], each["relative"] * 100),
                textcoords="offset points",
                xytext=(7, 5),
            )
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="calls per snapshot, mean",
            ylabel="lag, % of the snapshot's duration, mean",
            title="Lag against calls: lower and further left is better",
        )
        axes.yaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.legend(frameon=False)
