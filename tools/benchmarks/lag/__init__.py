"""How long after a snapshot is available CloudFormation has the response."""

from pathlib import Path
from statistics import fmean
from typing import Final, Literal

from benchmarks import peers
from benchmarks.lag import plot
from benchmarks.lag.plan import lanes
from benchmarks.lag.run import Sample, run
from benchmarks.markdown import Target, at_most, holds, number, percent, table

TITLE = "Lag: from available to the response"

_SHORT: Final = 20
_LONG: Final = 300


def measure(*, quick: bool) -> list[Sample]:
    """Take snapshots with all peers."""
    return run(lanes(quick=quick))


def draw(samples: list[Sample], folder: Path) -> list[str]:
    """Draw every measurement; names of the files."""
    plot.lags(samples, folder / "lag.svg")
    return ["lag.svg"]


def render(samples: list[Sample]) -> list[str]:
    """Write the section."""
    groups: dict[tuple[int, str, int], list[Sample]] = {}
    for each in samples:
        key = (each["seconds"], each["progress"], list(peers.PEERS).index(each["peer"]))
        groups.setdefault(key, []).append(each)
    return [
        (
            "The real CDK command line deploys every peer to one local AWS. Each function, "
            "warm or cold, gets Create events at different moments. The snapshots' durations "
            "are spread evenly over 2.5 s around the value in the table, so that no interval "
            "fits by chance. The lag ends when the response reaches the server; *after the "
            "last poll* is its part after the poll that saw the snapshot available."
        ),
        table(
            [groups[key] for key in sorted(groups)],
            ("snapshot", lambda group: f"{number(group[0]['seconds'])} s"),
            ("progress", lambda group: group[0]["progress"]),
            ("peer", lambda group: group[0]["peer"]),
            ("runs", len),
            ("mean lag (s)", lambda group: _mean(group, "lag")),
            ("worst (s)", lambda group: max(each["lag"] for each in group)),
            ("after the last poll (s)", lambda group: _mean(group, "answering")),
            ("calls", lambda group: _mean(group, "calls")),
        ),
        (
            "*Calls* are those to Neptune about the snapshot after its creation. Each of the "
            "Provider framework also needs two Lambda invocations and a state transition. "
            "Plain crhelper polls two, four and six minutes after the request."
        ),
    ]


def targets(samples: list[Sample]) -> list[Target]:
    """Compare with what was promised."""
    found = []
    for seconds in sorted({each["seconds"] for each in samples}):
        ours, framework, plain = (
            _mean(
                [one for one in samples if (one["peer"], one["seconds"]) == (peer, seconds)], "lag"
            )
            for peer in (peers.OURS, peers.PROVIDER_FRAMEWORK, peers.PLAIN_CRHELPER)
        )
        if seconds == _SHORT:
            found.append(at_most("mean lag after 20 s", ours, 0.6, " s"))
        else:
            what, measured = f"mean lag after {seconds} s", percent(ours / seconds)
            met = ours <= 0.01 * seconds
            found.append(holds(what, "≤ 1 % of the duration", measured, met=met))
        limit = 0.75 if seconds == _LONG else 0.25
        what = f"against the CDK Provider framework after {seconds} s"
        found.append(at_most(what, ours / framework, limit, " times"))
        what = f"against plain crhelper after {seconds} s"
        found.append(at_most(what, ours / plain, 0.02, " times"))
    return found


def _mean(samples: list[Sample], key: Literal["lag", "answering", "calls"]) -> float:
    return fmean(each[key] for each in samples)
