"""What to do when the quota of manual cluster snapshots is used up; pure."""

from typing import Final

from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.refusals import QuotaReached
from neptune_snapshot_provider.core.schedule import Timing
from neptune_snapshot_provider.core.steps import Fact, FreeQuota, Observe, Observed, Step, Wait
from neptune_snapshot_provider.errors import SnapshotQuotaExceeded
from neptune_snapshot_provider.logs import LogEvent

TAKES_EFFECT_SECONDS: Final = 120.0
"""How long deletions may take to count against the quota."""


def after_refusal(
    properties: Properties, observed: Observed, timing: Timing, refusal: QuotaReached
) -> Step:
    """Delete once what retention would delete anyway, and wait until that takes effect.

    Raises:
        SnapshotQuotaExceeded: Nothing could be deleted, or it did not help.
    """
    if observed.freed is None and properties.keep_last:
        return FreeQuota(observed.identifier)
    freed = observed.freed
    if freed and freed.deleted and timing.now < freed.until:
        situation = f"deleted {len(freed.deleted)} older snapshots: waiting for the quota"
        return Wait(situation, refusal.code, event=LogEvent.QUOTA_WAITING)
    if observed.quota is None:
        return Observe(Fact.QUOTA)
    raise _exceeded(properties, observed.quota.usage, observed.quota.deletable)


def _exceeded(
    properties: Properties, usage: str, deletable: tuple[str, ...]
) -> SnapshotQuotaExceeded:
    advice = "Raise the quota in Service Quotas"
    if deletable:
        advice = f"{advice} or delete snapshots that are no longer needed: {', '.join(deletable)}"
    return SnapshotQuotaExceeded(
        f"no snapshot of {properties.cluster} was started: the quota of manual cluster snapshots "
        f"is used up ({usage}).",
        f"{advice}.",
        cluster=properties.cluster,
    )
