"""Which older snapshots go, and which are spared and why; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from neptune_snapshot_provider.contract import AVAILABLE, ENGINE, OwnerTag
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.request import Request


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A manual snapshot of the cluster, with its tags and whether other accounts may restore it."""

    snapshot: Snapshot
    tags: Mapping[str, str]
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``prune`` goes, oldest last; ``spared`` would go but for the reason given."""

    prune: tuple[str, ...] = ()
    spared: Mapping[str, str] = field(default_factory=dict[str, str])


def may_be_candidate(snapshot: Snapshot) -> bool:
    """Whether a snapshot counts as far as can be told without its tags."""
    is_ready = snapshot.status == AVAILABLE
    return is_ready and snapshot.engine == ENGINE and snapshot.kind == "manual"


def is_candidate(snapshot: Snapshot, tags: Mapping[str, str], request: Request) -> bool:
    """Whether a snapshot counts: own, Neptune's, manual and available."""
    return may_be_candidate(snapshot) and ownership.is_own(tags, request)


def plan(candidates: Sequence[Candidate], keep_last: int, *, newest: str, replaced: str) -> Plan:
    """Keep the newest ``keep_last`` and decide about each of the others.

    Args:
        candidates: what `is_candidate`, in any order.
        keep_last: how many to keep.
        newest: the snapshot just taken; never goes, though in a late delivery it is not.
        replaced: the one it replaces, which a rollback may need; never goes.
    """
    ordered = sorted(
        candidates,
        key=lambda one: (one.snapshot.created_at or 0, one.snapshot.identifier == newest),
        reverse=True,
    )
    spared: dict[str, str] = {}
    prune: list[str] = []
    for candidate in ordered[keep_last:]:
        name = candidate.snapshot.identifier
        if reason := _reason_to_spare(candidate, newest, replaced):
            spared[name] = reason
        else:
            prune.append(name)
    return Plan(prune=tuple(prune), spared=spared)


def _reason_to_spare(candidate: Candidate, newest: str, replaced: str) -> str:
    if candidate.snapshot.identifier == newest:
        return "new"
    if candidate.snapshot.identifier == replaced:
        return "replaced"
    if OwnerTag.KEEP in candidate.tags:
        return "keep-tag"
    if candidate.shared:
        return "shared"
    return ""
