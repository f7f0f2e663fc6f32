"""Which snapshots are taken and when; pure."""

from dataclasses import dataclass
from typing import Final

from benchmarks import peers
from local_aws import ProgressCurve, SnapshotBehaviour

SHAPES: Final = (ProgressCurve.LINEAR, ProgressCurve.JUMP)
DURATIONS: Final = (20, 90, 300)


SPREAD: Final = 5.0
"""Durations are spread over this many seconds, the shortest interval of a peer.

Else it would depend on the exact duration whether an interval happens to fit.
"""


@dataclass(frozen=True)
class Trial:
    """One snapshot by one peer, the ``number``-th of ``count`` that take about ``seconds``."""

    peer: str
    seconds: int
    progress: ProgressCurve
    number: int
    count: int

    @property
    def duration(self) -> float:
        """How long its snapshot takes exactly, in seconds."""
        return self.seconds + SPREAD * ((self.number + 0.5) / self.count - 0.5)

    @property
    def cluster(self) -> str:
        """The cluster's identifier, by which the calls are told apart."""
        peer = list(peers.PEERS).index(self.peer)
        return f"lag-{peer}-{self.seconds}-{self.progress}-{self.number}"

    @property
    def behaviour(self) -> SnapshotBehaviour:
        """How its snapshot behaves."""
        return SnapshotBehaviour(seconds=self.duration, progress=self.progress)


@dataclass(frozen=True)
class Lane:
    """Trials one after another, the first after ``delay`` seconds."""

    delay: float
    trials: tuple[Trial, ...]


def lanes(*, quick: bool) -> list[Lane]:
    """Plan it all: short snapshots one after another, long ones side by side.

    Never more than some tens of functions run at once, each at another moment of its interval.
    """
    planned = []
    for place, peer in enumerate(peers.PEERS):
        for shape_place, shape in enumerate(SHAPES):
            for seconds in DURATIONS[:1] if quick else DURATIONS:
                count = _count(peer, seconds, quick=quick)
                trials = [Trial(peer, seconds, shape, number, count) for number in range(count)]
                delay = 1.3 * place + 0.7 * shape_place
                if seconds == DURATIONS[-1]:
                    planned += [Lane(delay + 17.0 * each.number, (each,)) for each in trials]
                else:
                    planned.append(Lane(delay + seconds / 20, tuple(trials)))
    return planned


def _count(peer: str, seconds: int, *, quick: bool) -> int:
    if quick:
        return 1 if peer == peers.PLAIN_CRHELPER else 4
    if peer == peers.PLAIN_CRHELPER:
        return 3  # its lag is always what is left of two minutes
    return {20: 14, 90: 5, 300: 5}[seconds]
