"""Room in the quota for one more snapshot."""

import logging
from typing import Final

from neptune_snapshot_provider.aws.protocol import Aws, QuotaReached, Refusal
from neptune_snapshot_provider.clock import Clock
from neptune_snapshot_provider.core.request import Properties, Request
from neptune_snapshot_provider.core.steps import Fact, Wait
from neptune_snapshot_provider.errors import ProviderError, SnapshotQuotaExceeded
from neptune_snapshot_provider.finalizer import Afterwards
from neptune_snapshot_provider.logs import say

_ROOM_SECONDS: Final = 120.0
"""How long deletions may take to count against the quota."""


class Room:
    """Makes room once, by what would be pruned anyway, and gives it time to take effect."""

    def __init__(self, request: Request, aws: Aws, clock: Clock, afterwards: Afterwards) -> None:
        self._request = request
        self._aws = aws
        self._clock = clock
        self._afterwards = afterwards
        self._until: float | None = None

    def wait_for(self, refusal: QuotaReached, newest: str) -> Wait:
        """Wait for the room that has been made.

        Args:
            refusal: what the API said.
            newest: the snapshot to come.

        Raises:
            SnapshotQuotaExceeded: there is none to be made, or it did not help.
        """
        now = self._clock.now()
        if self._until is None:
            self._until = now + _ROOM_SECONDS if self._make(newest) else now
        if now < self._until:
            again = (Fact.STACK, Fact.SNAPSHOT, Fact.CLUSTER)
            return Wait("room is being made for the new snapshot", again, refusal.code)
        raise self._exceeded() from refusal

    def _make(self, newest: str) -> bool:
        try:
            return bool(self._afterwards.make_room(newest))
        except Refusal as problem:
            say(logging.WARNING, f"No room could be made for the new snapshot: {problem}")
            return False

    def _exceeded(self) -> SnapshotQuotaExceeded:
        properties = self._request.properties or Properties()
        used = "100 a region by default, shared with RDS and Aurora"
        own: list[str] = []
        try:
            own = [one.snapshot.identifier for one in self._afterwards.own_snapshots(properties)]
            used = "{} of {} used, shared with RDS and Aurora".format(*self._aws.quota())
        except (Refusal, ProviderError) as problem:
            say(logging.WARNING, f"What fills the quota could not be looked at: {problem}")
        which = f" ones, of this resource: {', '.join(own)}" if own else " ones"
        return SnapshotQuotaExceeded(
            f"no snapshot of {properties.cluster} was started: no manual cluster snapshot is left "
            f"in the quota ({used}).",
            f"Raise it in Service Quotas or delete old{which}.",
            cluster=properties.cluster,
        )
