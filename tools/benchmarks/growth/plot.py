"""Synthesis and template against the number of snapshots."""

from pathlib import Path

from benchmarks import drawing
from benchmarks.growth.policies import INLINE_MAX
from benchmarks.growth.synthesis import Template


def growth(templates: list[Template], path: Path) -> None:
    """Draw how three costs grow, each relative to its limit or its largest value."""
    counts = [each["snapshots"] for each in templates]
    slowest = max(each["seconds"] for each in templates)
    lines = (
        ("synthesis (of its longest)", [each["seconds"] / slowest for each in templates]),
        ("template (of 1 MB)", [each["kilobytes"] / 1000 for each in templates]),
        (
            "inline policies (of IAM's limit)",
            [each["policies"]["inline"] / INLINE_MAX for each in templates],
        ),
    )
    with drawing.figure(path, height=3.6) as axes:
        for (label, shares), colour in zip(lines, (drawing.OURS, *drawing.THEIRS), strict=False):
            axes.plot(counts, [share * 100 for share in shares], "o-", color=colour, label=label)
        axes.set(
            xlabel="snapshots in one stack",
            ylabel="%",
            ylim=(0, 105),
            title="What many snapshots cost",
        )
        axes.legend(frameon=False)
