"""``list``: snapshots, who took each, and which of them retention would delete."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from neptune_snapshot_cli import stack_usage
from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.caller_usage import CallerUsage, Owner
from neptune_snapshot_cli.errors import NotFound
from neptune_snapshot_cli.progress import duration
from neptune_snapshot_cli.stack_usage import Usage
from neptune_snapshot_cli.stacks import name_of
from neptune_snapshot_provider.contract import CallerTag, OwnerTag
from neptune_snapshot_provider.core import ownership, retention
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.retention import Candidate

COPY: Final = "copy"
FOREIGN: Final = "foreign"
NEWEST: Final = "newest"
NOT_AVAILABLE: Final = "not-available"
_AT_ONCE: Final = 8
"""Calls at the same time: tags are one call for each snapshot."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One snapshot in the list.

    ``prunable`` is ``None`` where it is not known; ``reason`` says why it is not ``True``.
    """

    snapshot: Snapshot
    tags: Mapping[str, str]
    prunable: bool | None
    reason: str

    @property
    def stack(self) -> str:
        """ARN of the stack it belongs to, or empty."""
        return self.tags.get(OwnerTag.STACK, "")

    @property
    def resource(self) -> str:
        """Logical id of the resource it belongs to, or empty."""
        return self.tags.get(OwnerTag.RESOURCE, "")

    @property
    def taken_by(self) -> str:
        """Who took it without a stack, or empty."""
        return self.tags.get(CallerTag.TAKEN_BY, "")

    @property
    def verdict(self) -> str:
        """Kept or prunable, and why."""
        if self.prunable:
            return "prunable"
        return f"unknown: {self.reason}" if self.prunable is None else f"kept: {self.reason}"


def read(aws: Aws, *, cluster: str, stack: str, keep_last: int) -> tuple[list[Row], list[str]]:
    """Read the snapshots and what decides about them.

    Args:
        aws: Where to read.
        cluster: Only of this cluster; empty for all.
        stack: Only those that this stack, by name or ARN, or one nested in it has taken; empty for
            all.
        keep_last: How many snapshots of each resource the policy keeps.

    Returns:
        The rows, newest first, and what could not be read.

    Raises:
        NoAccess: AWS refuses the calls.
        NotFound: There is no such stack, and no snapshot that it has taken.
    """
    problems: list[str] = []
    stacks = stack_usage.stack_and_nested(aws, stack, problems) if stack else set[str]()
    snapshots = list(aws.snapshots(cluster))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tags = list(pool.map(lambda one: aws.tags(one.arn), snapshots))
    candidates = [Candidate(snapshot=one, tags=t) for one, t in zip(snapshots, tags, strict=True)]
    if stack:
        # Snapshots of an earlier stack of the same name are listed, too.
        candidates = [one for one in candidates if _is_of(one.tags, stack, stacks)]
        if not candidates and not stacks:
            raise NotFound(
                f"There is no stack {stack} in {aws.region}, and no snapshot that it has taken.",
                "Choose another --region?",
            )
    return _judge_all(aws, candidates, keep_last, problems)


def judge(
    candidates: Iterable[Candidate],
    *,
    replaced_at: Callable[[Owner], float | None],
    keep_last: int,
) -> dict[str, str]:
    """Why each snapshot is kept; a snapshot that is missing here is prunable.

    Args:
        candidates: Snapshots with their tags.
        replaced_at: When the snapshot was taken that an owner relies on; ``None`` if there is none.
        keep_last: How many snapshots of each owner the policy keeps.
    """
    kept: dict[str, str] = {}
    groups: dict[Owner, list[Candidate]] = {}
    for one in candidates:
        owner = Owner.of(one)
        if owner and one.snapshot.source_arn:
            kept[_name(one)] = COPY
        elif not owner or not owner.took(one):
            kept[_name(one)] = FOREIGN
        elif not ownership.is_usable(one.snapshot):
            kept[_name(one)] = NOT_AVAILABLE
        else:
            groups.setdefault(owner, []).append(one)
    for owner, group in groups.items():
        plan = retention.plan(group, keep_last, newest="", replaced_at=replaced_at(owner))
        gone = {*plan.delete, *plan.retained}
        kept |= {name: NEWEST for name in map(_name, group) if name not in gone}
        kept |= plan.retained
    return kept


def to_json(rows: Sequence[Row], now: float) -> str:
    """The rows for programs; keys are documented and stay.

    Args:
        rows: the rows.
        now: seconds since the epoch.
    """
    return json.dumps([_fields(row, now) for row in rows], indent=2)


def age(snapshot: Snapshot, now: float) -> str:
    """How long ago a snapshot was begun."""
    return "" if snapshot.created_at is None else duration(max(0.0, now - snapshot.created_at))


def owner(row: Row) -> str:
    """Stack and resource, or the caller, as a person reads them."""
    if row.taken_by:
        return f"take / {row.taken_by}"
    return f"{name_of(row.stack)} / {row.resource}" if row.stack else ""


def _judge_all(
    aws: Aws, candidates: list[Candidate], keep_last: int, problems: list[str]
) -> tuple[list[Row], list[str]]:
    usage = Usage(aws, {_name(one): one for one in candidates}, problems)
    usage.read({one.tags[OwnerTag.STACK] for one in candidates if OwnerTag.STACK in one.tags})
    callers = CallerUsage(aws, candidates, problems)

    def replaced_at(owner: Owner) -> float | None:
        if owner.caller:
            return callers.replaced_at(owner)
        return usage.replaced_at(owner.stack, owner.resource)

    kept = judge(candidates, replaced_at=replaced_at, keep_last=keep_last)
    unknown: dict[str, str] = {}
    for one in candidates:
        # Each of these is a call, made only for snapshots that would be deleted.
        if _name(one) in kept:
            continue
        reads = callers if CallerTag.TAKEN_BY in one.tags else usage
        known, reason = reads.reason_to_keep(one)
        if reason:
            (kept if known else unknown)[_name(one)] = reason
    rows = [
        Row(
            snapshot=one.snapshot,
            tags=one.tags,
            prunable=None if _name(one) in unknown else _name(one) not in kept,
            reason=unknown.get(_name(one)) or kept.get(_name(one), ""),
        )
        for one in candidates
    ]
    rows.sort(key=lambda row: row.snapshot.created_at or float("inf"), reverse=True)
    return rows, list(dict.fromkeys(problems))


def _is_of(tags: Mapping[str, str], stack: str, stacks: set[str]) -> bool:
    arn = tags.get(OwnerTag.STACK, "")
    return bool(arn) and (arn in stacks or stack in (arn, name_of(arn)))


def _name(candidate: Candidate) -> str:
    return candidate.snapshot.identifier


def _fields(row: Row, now: float) -> dict[str, object]:
    snapshot, texts = row.snapshot, attributes(row.snapshot.fields)
    created = snapshot.created_at
    return {
        "identifier": snapshot.identifier,
        "arn": snapshot.arn,
        "cluster": snapshot.cluster,
        "status": snapshot.status,
        "percent": snapshot.percent,
        "created": texts["SnapshotCreateTime"] or None,
        "age_seconds": None if created is None else max(0, int(now - created)),
        "size_gib": snapshot.fields.get("AllocatedStorage"),
        "engine_version": texts["EngineVersion"],
        "stack": row.stack or None,
        "resource": row.resource or None,
        "taken_by": row.taken_by or None,
        "confirmed": row.tags.get(CallerTag.CONFIRMED),
        "prunable": row.prunable,
        "reason": row.reason or None,
    }
