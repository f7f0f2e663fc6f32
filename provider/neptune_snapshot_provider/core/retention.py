"""Which older snapshots are deleted or retained, and what the parameter names; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from neptune_snapshot_provider.contract import KEEP_TAG
from neptune_snapshot_provider.core.generations import used_at
from neptune_snapshot_provider.core.models import Snapshot


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An own snapshot, with its tags and whether other accounts may restore it."""

    snapshot: Snapshot
    tags: Mapping[str, str]
    shared: bool = False

    @property
    def used_at(self) -> float:
        """When it was taken, or else reused for the last time, in seconds since the epoch."""
        return used_at(self.snapshot, self.tags) or 0.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``delete`` are deleted, newest first; ``retained`` would be but for the reason given."""

    delete: tuple[str, ...] = ()
    retained: Mapping[str, str] = field(default_factory=dict[str, str])


def plan(
    candidates: Sequence[Candidate],
    keep_last: int,
    *,
    newest: str,
    replaced_at: float | None,
    last_good: str = "",
) -> Plan:
    """Keep the newest ``keep_last`` and decide about each of the others.

    Args:
        candidates: Own snapshots that are available, in any order.
        keep_last: How many to keep.
        newest: The snapshot that the resource refers to from now on.
        replaced_at: When the snapshot that it replaces was last used. One that was used later
            belongs to a deployment that failed: it is the only copy of the data before the
            half-finished migration. ``None`` if nothing is replaced, or if that is not known: then
            nothing is deleted.
        last_good: The snapshot that the parameter names.
    """
    ordered = sorted(
        candidates,
        key=lambda one: (one.used_at, one.snapshot.identifier == newest),
        reverse=True,
    )
    retained: dict[str, str] = {}
    deleted: list[str] = []
    for candidate in ordered[keep_last:]:
        name = candidate.snapshot.identifier
        if reason := _reason_to_retain(candidate, newest, replaced_at, last_good):
            retained[name] = reason
        else:
            deleted.append(name)
    return Plan(delete=tuple(deleted), retained=retained)


def _reason_to_retain(
    candidate: Candidate, newest: str, replaced_at: float | None, last_good: str
) -> str:
    name = candidate.snapshot.identifier
    if name == newest:
        return "new"
    if name == last_good:
        return "last-good"
    if KEEP_TAG in candidate.tags:
        return "keep-tag"
    if candidate.shared:
        return "shared"
    if replaced_at is None:
        return "nothing-replaced"
    if candidate.used_at == replaced_at:
        return "replaced"
    return "newer-than-replaced" if candidate.used_at > replaced_at else ""


def has_failed_reuse_since(
    candidates: Sequence[Candidate], replaced_at: float, *, newest: str
) -> bool:
    """Whether a deployment failed that reused an own snapshot after the replaced one was used.

    A snapshot that is only younger than the replaced one is no evidence: the time for it may have
    been over before it was available, and no migration ran.

    Args:
        candidates: Own snapshots that are available.
        replaced_at: When the snapshot that is being replaced was last used.
        newest: The snapshot that the resource refers to from now on.
    """
    return any(
        (one.snapshot.created_at or 0) < replaced_at < one.used_at
        for one in candidates
        if one.snapshot.identifier != newest
    )


def keeps_last_good(
    last_good: Candidate, snapshot: Snapshot, *, replaced_at: float | None, is_own_attempt: bool
) -> bool:
    """Whether the parameter keeps naming ``last_good`` rather than ``snapshot``.

    With several attempts the first snapshot is the good one: the others were taken after a
    migration that was left half-finished.

    Args:
        last_good: The snapshot that the parameter names.
        snapshot: The snapshot that the resource refers to from now on.
        replaced_at: When the snapshot that it replaces was last used; ``None`` if nothing is
            replaced.
        is_own_attempt: Whether this resource took ``last_good``; where it is the replaced one,
            whether a deployment that reused a snapshot, this one or another, failed since.
    """
    if is_own_attempt and (replaced_at is None or last_good.used_at >= replaced_at):
        return True
    named = last_good.snapshot
    is_newer = (named.created_at or 0) > (snapshot.created_at or 0)
    return is_newer and named.cluster == snapshot.cluster
