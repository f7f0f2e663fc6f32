"""How a snapshot behaves in the course of time; pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

AVAILABLE: Final = "available"
_DONE: Final = 100
_STALL_AT: Final = 40
_STALL_FRACTION: Final = 0.2
_STEP: Final = 25


class ProgressCurve(StrEnum):
    """How ``PercentProgress`` moves while a snapshot is taken."""

    LINEAR = "linear"
    JUMP = "jump"
    """Stays at 0 and then is 100, as small snapshots do."""
    STALLED = "stalled"
    """Quickly to 40, where it stays until the snapshot is ready."""
    STEPPED = "stepped"
    """In quarters."""
    ABSENT = "absent"
    """Not in the response at all until the snapshot is ready."""


class SnapshotEnd(StrEnum):
    """How a snapshot ends."""

    AVAILABLE = "available"
    FAILED = "failed"
    INCOMPATIBLE = "incompatible-restore"
    NEVER = "never"
    """Stays in progress for ever."""


@dataclass(frozen=True)
class SnapshotBehaviour:
    """How snapshots behave that are created from now on.

    Attributes:
        seconds: How long one takes.
        progress: How its progress moves meanwhile.
        outcome: How it ends.
        status: Its status meanwhile.
        delete_seconds: How long it is ``deleting`` before it is gone.
        hidden_seconds: How long a new one is not found.
    """

    seconds: float = 1.0
    progress: ProgressCurve = ProgressCurve.LINEAR
    outcome: SnapshotEnd = SnapshotEnd.AVAILABLE
    status: str = "creating"
    delete_seconds: float = 0.0
    hidden_seconds: float = 0.0

    def status_at(self, age: float) -> str:
        """Return ``Status`` of a snapshot that was started ``age`` seconds ago."""
        return self.outcome.value if self._is_over(age) else self.status

    def percent_at(self, age: float) -> int | None:
        """Return ``PercentProgress``; ``None`` where the API reports nothing."""
        if self._is_over(age) and self.outcome is SnapshotEnd.AVAILABLE:
            return _DONE
        fraction = self._fraction(age)
        linear = min(int(fraction * _DONE), _DONE - 1)
        match self.progress:
            case ProgressCurve.LINEAR:
                return linear
            case ProgressCurve.JUMP:
                return 0
            case ProgressCurve.STALLED:
                return min(int(fraction / _STALL_FRACTION * _STALL_AT), _STALL_AT)
            case ProgressCurve.STEPPED:
                return linear // _STEP * _STEP
            case ProgressCurve.ABSENT:
                return None

    def _fraction(self, age: float) -> float:
        return 1.0 if self.seconds <= 0 else min(1.0, age / self.seconds)

    def _is_over(self, age: float) -> bool:
        return self.outcome is not SnapshotEnd.NEVER and self._fraction(age) >= 1
