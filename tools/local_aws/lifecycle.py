"""What a snapshot looks like at a moment of its life; pure."""

from dataclasses import dataclass

from local_aws.behaviour import ProgressCurve, SnapshotBehaviour, SnapshotEnd

_DONE = 100
_STALL_AT = 40
_STALL_FRACTION = 0.2
_STEP = 25


@dataclass
class SnapshotLife:
    """The life of one snapshot; times are seconds of any one clock."""

    behaviour: SnapshotBehaviour
    started: float
    deleting_since: float | None = None

    def status(self, now: float) -> str:
        """``Status`` as the API would say it."""
        if self.deleting_since is not None:
            return "deleting"
        if self._is_over(now):
            return self.behaviour.outcome.value
        return self.behaviour.status

    def percent(self, now: float) -> int | None:
        """``PercentProgress`` as the API would say it; ``None`` where it says nothing."""
        if self._is_over(now) and self.behaviour.outcome is SnapshotEnd.AVAILABLE:
            return _DONE
        return _percent(self.behaviour.progress, self._fraction(now))

    def is_gone(self, now: float) -> bool:
        """Whether its deletion is complete."""
        if self.deleting_since is None:
            return False
        return now - self.deleting_since >= self.behaviour.delete_seconds

    def _fraction(self, now: float) -> float:
        if self.behaviour.seconds <= 0:
            return 1.0
        return min(1.0, (now - self.started) / self.behaviour.seconds)

    def _is_over(self, now: float) -> bool:
        return self.behaviour.outcome is not SnapshotEnd.NEVER and self._fraction(now) >= 1


def _percent(progress: ProgressCurve, fraction: float) -> int | None:
    linear = min(int(fraction * _DONE), _DONE - 1)
    match progress:
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
