"""How long after a snapshot is available CloudFormation has the response."""

from pathlib import Path
from typing import Final, TypedDict

from benchmarks import figures, peers
from benchmarks.lag import plot
from benchmarks.lag.plan import lanes
from benchmarks.lag.run import Sample, run
from benchmarks.markdown import Target, at_most, holds, number, percent, table

TITLE = "Lag: from available to the response"

_SHORT: Final = 20
_LONG: Final = 300


class Result(TypedDict):
    """What the section keeps."""

    samples: list[Sample]


def measure(*, quick: bool) -> Result:
    """Take snapshots with all peers."""
    return Result(samples=run(lanes(quick=quick)))


def draw(result: Result, folder: Path) -> list[str]:
    """Draw every measurement; names of the files."""
    plot.lags(result["samples"], folder / "lag.svg")
    return ["lag.svg"]


def render(result: Result) -> str:
    """Write the section."""
    samples = result["samples"]
    rows = [
        _row([each for each in samples if _key(each) == key])
        for key in sorted({_key(each) for each in samples}, key=_order)
    ]
    return "\n\n".join(
        [
            (
                "The real CDK command line deploys every peer to one local AWS. Each function, "
                "warm or cold, gets Create events at different moments. The snapshots' durations "
                "are spread evenly over 2.5 s around the value in the table, so that no interval "
                "fits by chance. The lag ends when the response reaches the server; *after the "
                "last poll* is its part after the poll that saw the snapshot available."
            ),
            table(
                [
                    "snapshot",
                    "progress",
                    "peer",
                    "runs",
                    "mean lag (s)",
                    "worst (s)",
                    "after the last poll (s)",
                    "calls",
                ],
                rows,
            ),
            (
                "*Calls* are those to Neptune about the snapshot after its creation. Each of the "
                "Provider framework also needs two Lambda invocations and a state transition. "
                "Plain crhelper polls two, four and six minutes after the request."
            ),
        ]
    )


def targets(result: Result) -> list[Target]:
    """Compare with what was promised."""
    samples = result["samples"]
    durations = sorted({each["seconds"] for each in samples})
    found = []
    for seconds in durations:
        lag = {peer: _mean(samples, peer, seconds) for peer in peers.PEERS}
        ours = lag[peers.OURS]
        if seconds == _SHORT:
            found.append(at_most("mean lag after 20 s", ours, 0.6, " s"))
        else:
            share = holds(
                f"mean lag after {seconds} s",
                "≤ 1 % of the duration",
                percent(ours / seconds),
                met=ours <= 0.01 * seconds,
            )
            found.append(share)
        ratio = ours / lag[peers.PROVIDER_FRAMEWORK]
        found.append(
            at_most(
                f"against the CDK Provider framework after {seconds} s",
                ratio,
                0.75 if seconds == _LONG else 0.25,
                " times",
            )
        )
        found.append(
            at_most(
                f"against plain crhelper after {seconds} s",
                ours / lag[peers.PLAIN_CRHELPER],
                0.02,
                " times",
            )
        )
    return found


def _mean(samples: list[Sample], peer: str, seconds: int) -> float:
    return figures.mean(
        each["lag"] for each in samples if each["peer"] == peer and each["seconds"] == seconds
    )


def _key(sample: Sample) -> tuple[int, str, str]:
    return sample["seconds"], sample["progress"], sample["peer"]


def _order(key: tuple[int, str, str]) -> tuple[int, str, int]:
    return key[0], key[1], list(peers.PEERS).index(key[2])


def _row(samples: list[Sample]) -> tuple[object, ...]:
    first = samples[0]
    lags = [each["lag"] for each in samples]
    return (
        f"{number(first['seconds'])} s",
        first["progress"],
        first["peer"],
        len(samples),
        figures.mean(lags),
        max(lags),
        figures.mean(each["answering"] for each in samples),
        figures.mean(each["calls"] for each in samples),
    )
