"""Figures that come out the same on every run: no dates, no random ids."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, THEIRS = "#0b6e99", ("#c2452d", "#d49a1e", "#6b6b6b", "#7a4fa3")
_STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "cdk-neptune-snapshot",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "axes.axisbelow": True,
    "figure.facecolor": "white",
}


@contextmanager
def figure(path: Path, width: float = 7.5, height: float = 4.2) -> Iterator["Axes"]:
    """Draw on the axes and save them as SVG."""
    with mpl.rc_context(_STYLE):
        drawing, axes = plt.subplots(figsize=(width, height), layout="constrained")
        yield axes
        path.parent.mkdir(parents=True, exist_ok=True)
        drawing.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(drawing)
