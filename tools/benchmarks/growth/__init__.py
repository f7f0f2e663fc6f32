"""What 1, 10, 50 and 100 snapshots in one stack cost."""

from typing import Final, TypedDict

from benchmarks import figures
from benchmarks.growth import load, synthesis
from benchmarks.growth.load import THROTTLED_SHARE, Burst
from benchmarks.growth.policies import ATTACHED_MAX, INLINE_MAX, MANAGED_MAX, Sizes, fullest
from benchmarks.growth.synthesis import Template
from benchmarks.markdown import Target, at_most, holds, number, percent, table

TITLE = "Growth"

_COUNTS: Final = (1, 10, 50, 100)
_NEAR: Final = 0.8


class Result(TypedDict):
    """What the section keeps."""

    templates: list[Template]
    bursts: list[Burst]


def measure(*, quick: bool) -> Result:
    """Synthesize, and request many snapshots at once."""
    counts = _COUNTS[:2] if quick else _COUNTS
    templates = synthesis.grow(counts, runs=1 if quick else 3)
    burst_seconds = 10 if quick else 30
    bursts = [
        *load.bursts(counts, burst_seconds, throttling=False),
        *load.bursts(counts[-1:], burst_seconds, throttling=True),
    ]
    return Result(templates=templates, bursts=bursts)


def render(result: Result) -> list[str]:
    """Write the section."""
    return [
        (
            "One stack takes many snapshots, each of another cluster. Synthesis is the fastest "
            f"of three, without imports. IAM's limits for a role: {number(INLINE_MAX)} "
            f"characters of inline policies, and {ATTACHED_MAX} managed policies of "
            f"{number(MANAGED_MAX)}. Cluster identifiers have 20 characters; *longest* has 63."
        ),
        table(
            result["templates"],
            ("snapshots", "snapshots"),
            ("synthesis (s)", "seconds"),
            ("template (kB)", "kilobytes"),
            ("resources", "resources"),
            ("inline policies", lambda each: each["policies"]["inline"]),
            ("managed policies", lambda each: _managed(each["policies"])),
            ("fullest limit", lambda each: percent(fullest(each["policies"]))),
            ("fullest limit, longest", lambda each: percent(fullest(each["longest"]))),
        ),
        (
            "The deployed function gets all events at once, as CloudFormation sends them. "
            "*Calls* includes retries."
        ),
        table(
            result["bursts"],
            ("snapshots", "snapshots"),
            ("each takes (s)", "snapshot_seconds"),
            ("throttled", lambda each: percent(THROTTLED_SHARE) if each["throttling"] else "-"),
            ("succeeded", "succeeded"),
            ("all done (s)", "seconds"),
            ("calls", "calls"),
            ("refused", "throttled"),
            ("calls/s, busiest", "peak"),
            ("calls/s, median", "usual"),
        ),
    ]


def targets(result: Result) -> list[Target]:
    """Compare with what was promised."""
    templates, bursts = result["templates"], result["bursts"]
    near = max(fullest(each["longest"]) for each in templates)
    counts = [each["snapshots"] for each in templates]
    largest = counts[-1]
    template = figures.slope_share(counts, [each["kilobytes"] for each in templates])
    synthesis_time = figures.slope_share(counts, [each["seconds"] for each in templates])
    done = min(each["succeeded"] for each in bursts if each["snapshots"] == largest)
    what, promised = f"{largest} snapshots at once, also with throttling", f"all {largest} succeed"
    return [
        holds(what, promised, f"{done}", met=done == largest),
        at_most("synthesis per further snapshot, last step to all", synthesis_time, 1.5, " times"),
        at_most("template per further snapshot, last step to all", template, 1.2, " times"),
        at_most("fullest of IAM's limits, longest identifiers", near * 100, _NEAR * 100, " %"),
    ]


def _managed(sizes: Sizes) -> str:
    return " + ".join(number(each) for each in sizes["managed"]) or "-"
