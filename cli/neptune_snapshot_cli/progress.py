"""What is shown of a snapshot on its way: times, estimates, and what is worth a line; pure.

All times are in seconds, moments since the epoch.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

from neptune_snapshot_provider.contract import AVAILABLE
from neptune_snapshot_provider.core import availability
from neptune_snapshot_provider.core.models import Snapshot

PERCENT_STEP: Final = 10
"""Without a terminal there is a line for each step of progress this big."""
SILENCE_MAX: Final = 300.0
"""Without a terminal there is a line at least this often, to show that the command works."""
_DONE: Final = 100
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, kw_only=True)
class View:
    """One snapshot as it was seen.

    ``percent`` is ``None`` while Neptune reports no progress. ``cluster_status`` is empty where it
    is not known. ``elapsed`` and ``left`` are ``None`` where nothing can be said.
    """

    identifier: str
    status: str
    percent: int | None = None
    created_at: float | None = None
    cluster: str = ""
    cluster_status: str = ""

    @classmethod
    def of(cls, snapshot: Snapshot, cluster_status: str = "") -> "View":
        """Take what is shown from the API's record."""
        return cls(
            identifier=snapshot.identifier,
            status=snapshot.status,
            percent=snapshot.percent,
            created_at=snapshot.created_at,
            cluster=snapshot.cluster,
            cluster_status=cluster_status,
        )

    @property
    def is_available(self) -> bool:
        """Whether it can be restored."""
        return self.status == AVAILABLE

    @property
    def is_dead(self) -> bool:
        """Whether it is in a state it does not leave by itself."""
        return availability.is_in(self.status, availability.SNAPSHOT_FAILED_STATES)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen."""
        return self.is_available or self.is_dead

    def elapsed(self, now: float) -> float | None:
        """Since it was begun; a clock that is behind AWS's counts as none."""
        return None if self.created_at is None else max(0.0, now - self.created_at)

    def left(self, now: float) -> float | None:
        """Until it is available, at the speed so far."""
        elapsed = self.elapsed(now)
        if elapsed is None or self.percent is None or not 0 < self.percent < _DONE:
            return None
        return elapsed * (_DONE - self.percent) / self.percent

    def title(self) -> str:
        """Name and states."""
        cluster = f" (cluster {self.cluster}: {self.cluster_status})" if self.cluster_status else ""
        return f"snapshot {self.identifier}: {self.status}{cluster}"

    def state(self) -> str:
        """Name, states and progress."""
        return self.title() if self.percent is None else f"{self.title()}, {self.percent} %"

    def times(self, now: float) -> str:
        """How long it takes already, and how long it will."""
        elapsed, left = self.elapsed(now), self.left(now)
        parts = [] if elapsed is None else [duration(elapsed)]
        if left is not None:
            parts.append(f"about {duration(ceil(left))} left")
        return ", ".join(parts)

    def line(self, now: float) -> str:
        """All of it on one line; of one that is settled no times, as the API keeps none."""
        times = "" if self.is_settled else self.times(now)
        return f"{self.state()}, {times}" if times else self.state()


def is_worth_a_line(last: View | None, view: View) -> bool:
    """Whether something happened since the last line: another state, or a step of progress."""
    if last is None or (last.status, last.cluster_status) != (view.status, view.cluster_status):
        return True
    return (view.percent or 0) // PERCENT_STEP > (last.percent or 0) // PERCENT_STEP


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter."""
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR:02} h"
