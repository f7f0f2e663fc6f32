"""What many snapshots in one stack do to the template."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypedDict

from benchmarks import peers, stacks
from benchmarks.growth.policies import Sizes, sizes

_LONGEST: Final = 63
_PREFIX: Final = "production-graph"


class Template(TypedDict):
    """A stack with ``snapshots``; ``longest`` where identifiers are as long as they can be.

    The seconds are those after the imports, of the fastest of several syntheses.
    """

    snapshots: int
    seconds: float
    kilobytes: float
    resources: int
    policies: Sizes
    longest: Sizes


def grow(counts: Sequence[int], runs: int) -> list[Template]:
    """Synthesise stacks of several sizes, in turn."""
    taken: dict[int, list[float]] = {count: [] for count in counts}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for run in range(runs):
            for count in counts:
                place = directory / f"{run}-{count}"
                made = stacks.synthesise_apart(peers.OURS, "Growth", count, place)
                taken[count].append(made.app)
        return [_template(count, min(taken[count]), directory) for count in counts]


def _template(count: int, seconds: float, directory: Path) -> Template:
    usual = stacks.synthesise(
        peers.OURS, "Growth", stacks.names(count, _PREFIX), directory / f"usual-{count}"
    )
    prefix = "g" * (_LONGEST - len("-000"))
    # The part that tells them apart comes first: a prefix is cut to 35 characters.
    names = [f"g{number:03}{prefix}"[:_LONGEST] for number in range(count)]
    longest = stacks.synthesise(peers.OURS, "Growth", names, directory / f"longest-{count}")
    return Template(
        snapshots=count,
        seconds=seconds,
        kilobytes=len(json.dumps(usual)) / 1000,
        resources=stacks.resource_types(usual).total(),
        policies=sizes(usual),
        longest=sizes(longest),
    )
