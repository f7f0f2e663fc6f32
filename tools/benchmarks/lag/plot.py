"""Every measured lag as a dot."""

from pathlib import Path

from benchmarks import drawing, peers
from benchmarks.lag.run import Sample


def lags(samples: list[Sample], path: Path) -> None:
    """Draw a column of dots for each peer and duration, on a logarithmic scale."""
    durations = sorted({each["seconds"] for each in samples})
    colours = dict(zip(peers.PEERS, (drawing.OURS, *drawing.THEIRS), strict=False))
    with drawing.figure(path) as axes:
        for place, (peer, colour) in enumerate(colours.items()):
            mine = [each for each in samples if each["peer"] == peer]
            axes.plot(
                [durations.index(each["seconds"]) + 0.2 * place - 0.3 for each in mine],
                [max(each["lag"], 0.01) for each in mine],
                "o",
                color=colour,
                alpha=0.6,
                markersize=5,
                markeredgewidth=0,
                label=peer,
            )
        axes.set(
            yscale="log",
            ylabel="lag, seconds",
            xlabel="how long the snapshot takes",
            title="From available at Neptune to the response at CloudFormation",
        )
        axes.set_xticks(range(len(durations)), [f"{seconds} s" for seconds in durations])
        axes.yaxis.set_major_formatter("{x:g}")
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
