"""From the start of a process to its first call to Neptune, and how much memory it needs."""

from typing import TypedDict

from benchmarks import figures
from benchmarks.cold_start import stage
from benchmarks.cold_start.stage import Run
from benchmarks.markdown import Target, at_most, number, table
from benchmarks.peers import OURS

TITLE = "Cold start"


class Phases(TypedDict):
    """Medians over the runs, in milliseconds; memory in MB."""

    who: str
    interpreter: float
    imports: float
    until_call: float
    total: float
    memory: float


class Result(TypedDict):
    """What the section keeps; ``imports`` and ``clients`` are the profile, in milliseconds."""

    targets: list[Target]
    runs: int
    rows: list[Phases]
    imports: list[tuple[str, float]]
    clients: dict[str, float]


def measure(*, quick: bool) -> Result:
    """Start both handlers in turn."""
    runs = 5 if quick else 31
    with stage.start() as here:
        here.start(here.bare)  # fills the file cache
        turns = [(here.start(here.bare), here.start(here.ours)) for _ in range(runs)]
        imports = by_package(here.import_times(here.ours))
        clients = [here.client_times() for _ in range(5)]
    ratio = figures.median([ours.total / bare.total for bare, ours in turns])
    return Result(
        targets=[at_most("start to first call, against a bare handler", ratio, 1.25, " times")],
        runs=runs,
        rows=[
            _medians("bare handler, one boto3 client", [bare for bare, _ in turns]),
            _medians(OURS, [ours for _, ours in turns]),
        ],
        imports=imports,
        clients={name: figures.median([each[name] for each in clients]) for name in clients[0]},
    )


def render(result: Result) -> str:
    """Write the section."""
    clients = result["clients"]
    extra = sum(ms for name, ms in clients.items() if name != "neptune")
    return "\n\n".join(
        [
            (
                f"Fresh Python processes, {result['runs']} of each in turn, with boto3 as AWS's "
                "runtime has it and the handler's sources uncompiled, as they are in Lambda. "
                "Medians, in milliseconds of this machine; the target compares the two of each "
                "turn. Both make their client while they are imported, when Lambda lends its whole "
                "processor; where that fails, ours tries again in the invocation, which can "
                "answer. Memory is the peak of a whole invocation, in ours one that takes an "
                "instant snapshot and answers."
            ),
            table(
                ["", "interpreter", "imports", "until first call", "sum", "peak memory (MB)"],
                [
                    (
                        row["who"],
                        row["interpreter"],
                        row["imports"],
                        row["until_call"],
                        row["total"],
                        row["memory"],
                    )
                    for row in result["rows"]
                ],
            ),
            (
                "The profile. Clients of boto3: Neptune's, which carries what all clients share, "
                f"{number(clients['neptune'])} ms; the three that crhelper makes for each "
                f"`CfnResource`, and ours goes without, {number(extra)} ms ("
                + ", ".join(
                    f"{name} {number(ms)}" for name, ms in clients.items() if name != "neptune"
                )
                + "). Imports of ours by package (`python -X importtime`, one run, compilation of "
                "the provider's sources included): "
                + ", ".join(f"{name} {number(ms)} ms" for name, ms in result["imports"])
                + ". Of these only the provider and crhelper are not the bare handler's too: "
                "`s3transfer`, `six` and `multiprocessing` come with boto3."
            ),
        ]
    )


def by_package(importtime: str, most: int = 8) -> list[tuple[str, float]]:
    """Add up what ``python -X importtime`` printed: milliseconds of each top-level package."""
    sums: dict[str, float] = {}
    for line in importtime.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        if own.strip().isdigit():
            package = rest.rpartition("|")[2].strip().split(".")[0]
            sums[package] = sums.get(package, 0) + int(own) / 1000
    return sorted(sums.items(), key=lambda item: -item[1])[:most]


def _medians(who: str, runs: list[Run]) -> Phases:
    return Phases(
        who=who,
        interpreter=figures.median([run.interpreter * 1000 for run in runs]),
        imports=figures.median([run.imports * 1000 for run in runs]),
        until_call=figures.median([run.until_call * 1000 for run in runs]),
        total=figures.median([run.total * 1000 for run in runs]),
        memory=figures.median([run.memory for run in runs]),
    )
