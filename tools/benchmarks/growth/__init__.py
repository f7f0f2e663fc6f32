"""What 1, 10, 50 and 100 snapshots in one stack cost."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypedDict

from benchmarks import figures
from benchmarks.growth import load, plot, synthesis
from benchmarks.growth.load import Burst, Deployed
from benchmarks.growth.policies import ATTACHED_MAX, INLINE_MAX, MANAGED_MAX, Sizes, fullest
from benchmarks.growth.synthesis import Template
from benchmarks.markdown import Target, at_most, holds, number, percent, table

TITLE = "Growth"

_COUNTS: Final = (1, 10, 50, 100)
_NEAR: Final = 0.8


class Result(TypedDict):
    """What the section keeps."""

    targets: list[Target]
    templates: list[Template]
    deployed: list[Deployed]
    bursts: list[Burst]


def measure(*, quick: bool) -> Result:
    """Synthesise, deploy and ask for many at once."""
    counts = _COUNTS[:2] if quick else _COUNTS
    largest, seconds = counts[-1], 1.0 if quick else 5.0
    templates = synthesis.grow(counts, runs=1 if quick else 3)
    # Side by side, as a deployment of 100 mostly waits for one snapshot after another.
    with ThreadPoolExecutor(2) as pool:
        plain = pool.submit(load.deploy, counts, seconds, throttling=False)
        throttled = pool.submit(load.deploy, counts, seconds, throttling=True)
        deployed = [*plain.result(), *throttled.result()]
    burst_seconds = 10 if quick else 30
    bursts = [
        *load.bursts(counts, burst_seconds, throttling=False),
        *load.bursts(counts[-1:], burst_seconds, throttling=True),
    ]
    return Result(
        targets=_targets(templates, bursts, largest),
        templates=templates,
        deployed=deployed,
        bursts=bursts,
    )


def draw(result: Result, folder: Path) -> list[str]:
    """Draw the growth; names of the files."""
    plot.growth(result["templates"], folder / "growth.svg")
    return ["growth.svg"]


def render(result: Result) -> str:
    """Write the section."""
    return "\n\n".join(
        [
            (
                "Synthesis is the fastest of three, without the imports. The template, and the "
                "policies once CloudFormation has filled them in, against IAM's limits: "
                f"{number(INLINE_MAX)} characters for all inline policies of a role, "
                f"{number(MANAGED_MAX)} for each managed one, of which a role has at most "
                f"{ATTACHED_MAX}. Cluster identifiers have 20 characters; *longest* is the same "
                "with 63. Every snapshot is of a cluster of its own, which is the worst case."
            ),
            table(
                [
                    "snapshots",
                    "synthesis (s)",
                    "template (kB)",
                    "resources",
                    "inline policies",
                    "managed policies",
                    "fullest limit",
                    "fullest limit, longest",
                ],
                [
                    (
                        each["snapshots"],
                        each["seconds"],
                        each["kilobytes"],
                        each["resources"],
                        each["policies"]["inline"],
                        _managed(each["policies"]),
                        percent(fullest(each["policies"])),
                        percent(fullest(each["longest"])),
                    )
                    for each in result["templates"]
                ],
            ),
            (
                "Deployments with the CDK's command line, all stacks at the same time on one "
                "local AWS, and again with throttling beside them on another. The emulator's "
                "CloudFormation creates the resources of a stack one after another, which AWS "
                "does in parallel: so these times show that nothing fails, not how long AWS "
                "would take. It enforces none of IAM's limits, for which the table above stands."
            ),
            table(
                [
                    "snapshots",
                    "throttled",
                    "seconds",
                    "per snapshot (s)",
                    "calls to Neptune",
                    "refused",
                    "calls in the busiest second",
                ],
                [
                    (
                        each["snapshots"],
                        _throttled(throttling=each["throttling"]),
                        each["seconds"],
                        each["seconds"] / each["snapshots"],
                        each["calls"],
                        each["throttled"],
                        each["peak"],
                    )
                    for each in result["deployed"]
                ],
            ),
            (
                "What AWS does, requests in parallel, is done by invoking the deployed function "
                "with CloudFormation's events all at once. Calls are all of the function's, "
                "retries included."
            ),
            table(
                [
                    "snapshots at once",
                    "each takes (s)",
                    "throttled",
                    "succeeded",
                    "all done (s)",
                    "calls",
                    "refused",
                    "calls in the busiest second",
                    "in the median second",
                ],
                [
                    (
                        each["snapshots"],
                        each["snapshot_seconds"],
                        _throttled(throttling=each["throttling"]),
                        each["succeeded"],
                        each["seconds"],
                        each["calls"],
                        each["throttled"],
                        each["peak"],
                        each["usual"],
                    )
                    for each in result["bursts"]
                ],
            ),
        ]
    )


def _targets(templates: list[Template], bursts: list[Burst], largest: int) -> list[Target]:
    near = max(fullest(each["policies"]) for each in templates)
    counts = [each["snapshots"] for each in templates]
    template = figures.slope_share(counts, [each["kilobytes"] for each in templates])
    synthesis_time = figures.slope_share(counts, [each["seconds"] for each in templates])
    done = min(each["succeeded"] for each in bursts if each["snapshots"] == largest)
    return [
        # A deployment that fails ends the measurement: that there is a result says it did not.
        holds(f"{largest} snapshots deploy, also with throttling", "no error", "none", met=True),
        holds(
            f"{largest} snapshots at once, also with throttling",
            f"all {largest} succeed",
            f"{done}",
            met=done == largest,
        ),
        at_most("synthesis per further snapshot, last step to all", synthesis_time, 1.5, " times"),
        at_most("template per further snapshot, last step to all", template, 1.2, " times"),
        at_most("fullest of IAM's limits", near * 100, _NEAR * 100, " %"),
    ]


def _managed(sizes: Sizes) -> str:
    return " + ".join(number(each) for each in sizes["managed"]) or "-"


def _throttled(*, throttling: bool) -> str:
    return percent(load.THROTTLED_SHARE) if throttling else "-"
