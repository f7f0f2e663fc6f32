"""Retries a refused call outside the loop, within a bound."""

from collections.abc import Callable
from typing import Final, TypeVar

from neptune_snapshot_provider.clock import Clock
from neptune_snapshot_provider.core.refusals import Denied, Refusal, Unavailable
from neptune_snapshot_provider.core.schedule import Budget

_T = TypeVar("_T")
_PAUSE: Final = 5.0
OUTAGE_SECONDS: Final = 60.0
"""How long calls that are throttled, or meet a fault of the service, are retried in all."""


class Retries:
    """Makes calls that may be refused for a while.

    A permission that the same deployment adds needs time to propagate.
    """

    def __init__(self, clock: Clock, budget: Budget) -> None:
        self._clock = clock
        self._budget = budget
        self._outage_began: float | None = None

    def __call__(self, call: Callable[[], _T]) -> _T:
        """Make a call until it is not refused any more, or its time is over.

        Raises:
            Refusal: The last one.
        """
        while True:
            try:
                return call()
            except Refusal as refusal:
                if not self._may_retry(refusal):
                    raise
                self._clock.sleep(_PAUSE)

    def _may_retry(self, refusal: Refusal) -> bool:
        now = self._clock.now()
        if isinstance(refusal, Denied):
            return now < self._budget.started_at + self._budget.propagation
        if not isinstance(refusal, Unavailable):
            return False
        self._outage_began = self._outage_began or now
        return now < self._outage_began + OUTAGE_SECONDS
