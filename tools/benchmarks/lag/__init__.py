"""How long after a snapshot is available CloudFormation has its answer."""

from pathlib import Path
from typing import Final, TypedDict

from benchmarks import figures, peers
from benchmarks.lag import plot
from benchmarks.lag.plan import lanes
from benchmarks.lag.run import Sample, run
from benchmarks.markdown import Target, at_most, holds, number, percent, table

TITLE = "Lag: from available at Neptune to the answer at CloudFormation"

_SHORT: Final = 20
_LONG: Final = 300


class Result(TypedDict):
    """What the section keeps."""

    targets: list[Target]
    samples: list[Sample]


def measure(*, quick: bool) -> Result:
    """Take snapshots with all peers."""
    samples = run(lanes(quick=quick))
    return Result(targets=_targets(samples), samples=samples)


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
                "Every peer is deployed with the real CDK command line to one local AWS. Then "
                "their functions get CloudFormation's Create event directly, as it sends it, many "
                "at different moments. A snapshot becomes available exactly its duration after the "
                "server got the call that created it; the answer counts when it reaches the "
                "server. Durations are spread evenly over 2.5 s less and more than the table says, "
                "so that no interval happens to fit. Some functions are warm and some start cold, "
                "as they happen to. The mean is made of the wait for the next look and of what "
                "comes after that look reaches the server, which stands beside it."
            ),
            table(
                [
                    "snapshot",
                    "progress",
                    "peer",
                    "runs",
                    "mean lag (s)",
                    "worst (s)",
                    "of the duration",
                    "after the last look (s)",
                    "calls",
                ],
                rows,
            ),
            (
                "Calls are those to Neptune about the snapshot after the one that created it. "
                "The CDK's framework spends two Lambda invocations and a state transition on "
                "each of its calls beside that. Plain crhelper's lag is what is left of two "
                "minutes when the snapshot is ready, because its rule fires two, four and six "
                "minutes after the request: a snapshot of 5 minutes leaves one minute of them, "
                "one of 20 s nearly two."
            ),
        ]
    )


def _targets(samples: list[Sample]) -> list[Target]:
    durations = sorted({each["seconds"] for each in samples})
    targets = []
    for seconds in durations:
        lag = {peer: _mean(samples, peer, seconds) for peer in peers.PEERS}
        ours = lag[peers.OURS]
        if seconds == _SHORT:
            targets.append(at_most("mean lag after 20 s", ours, 0.6, " s"))
        else:
            share = holds(
                f"mean lag after {seconds} s",
                "≤ 1 % of the duration",
                percent(ours / seconds),
                met=ours <= 0.01 * seconds,
            )
            targets.append(share)
        ratio = ours / lag[peers.PROVIDER_FRAMEWORK]
        targets.append(
            at_most(
                f"against the CDK Provider framework after {seconds} s",
                ratio,
                1 if seconds == _LONG else 0.25,
                " times",
            )
        )
        targets.append(
            at_most(
                f"against plain crhelper after {seconds} s",
                ours / lag[peers.PLAIN_CRHELPER],
                0.02,
                " times",
            )
        )
    return targets


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
    mean = figures.mean(lags)
    return (
        f"{number(first['seconds'])} s",
        first["progress"],
        first["peer"],
        len(samples),
        mean,
        max(lags),
        percent(mean / first["seconds"]),
        figures.mean(each["answering"] for each in samples),
        figures.mean(each["calls"] for each in samples),
    )
