"""From the start of a process to its first call to Neptune, and how much memory it needs."""

from statistics import median
from typing import TypedDict

from benchmarks.cold_start import stage
from benchmarks.cold_start.stage import Run
from benchmarks.markdown import Target, at_most, table
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
    """What the section keeps; ``ratio`` is the median ratio of ours to the bare handler."""

    ratio: float
    runs: int
    rows: list[Phases]


def measure(*, quick: bool) -> Result:
    """Start both handlers in turn."""
    runs = 5 if quick else 31
    with stage.start() as here:
        here.start(here.bare)  # fills the file cache
        turns = [(here.start(here.bare), here.start(here.ours)) for _ in range(runs)]
    bare, ours = ([turn[place] for turn in turns] for place in (0, 1))
    ratio = median(mine.total / theirs.total for theirs, mine in turns)
    rows = [_medians("bare handler, one boto3 client", bare), _medians(OURS, ours)]
    return Result(ratio=ratio, runs=runs, rows=rows)


def targets(result: Result) -> list[Target]:
    """Compare with what was promised."""
    what = "start to first call, against a bare handler"
    return [at_most(what, result["ratio"], 1.25, " times")]


def render(result: Result) -> list[str]:
    """Write the section."""
    return [
        (
            f"Fresh Python processes, {result['runs']} of each in turn, with boto3 and "
            "uncompiled sources, as in Lambda. Medians, in milliseconds; the target compares "
            "the two of each turn. Both create their client during import. Memory is the peak; "
            "ours takes an instant snapshot and responds."
        ),
        table(
            result["rows"],
            ("", "who"),
            ("interpreter", "interpreter"),
            ("imports", "imports"),
            ("until first call", "until_call"),
            ("sum", "total"),
            ("peak memory (MB)", "memory"),
        ),
    ]


def _medians(who: str, runs: list[Run]) -> Phases:
    return Phases(
        who=who,
        interpreter=median(run.interpreter * 1000 for run in runs),
        imports=median(run.imports * 1000 for run in runs),
        until_call=median(run.until_call * 1000 for run in runs),
        total=median(run.total * 1000 for run in runs),
        memory=median(run.memory for run in runs),
    )
