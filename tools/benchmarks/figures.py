"""What a list of measurements comes to; pure."""

from collections.abc import Iterable, Sequence


def percentile(values: Iterable[float], share: float) -> float:
    """Give the value that a share of the others does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def slope_share(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Compare what one more costs in the last step with what it costs on the whole; 1 is linear."""
    whole = (costs[-1] - costs[0]) / (sizes[-1] - sizes[0])
    last = (costs[-1] - costs[-2]) / (sizes[-1] - sizes[-2])
    return last / whole
