"""``list``: snapshots, whose they are, and which of them a habit would prune; pure but `look`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Denied
from neptune_snapshot_cli.progress import duration
from neptune_snapshot_cli.stacks import Stack, is_in_progress, name_of
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core import retention
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.retention import Candidate

FOREIGN: Final = "foreign"
IN_PROGRESS: Final = "in-progress"
NEWEST: Final = "newest"
NOT_AVAILABLE: Final = "not-available"
UNKNOWN: Final = "unknown"
_AT_ONCE: Final = 8
"""Calls at the same time: tags are one call for each snapshot."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One snapshot in the list.

    ``prunable`` is ``None`` where it cannot be told; ``reason`` says why it is not ``True``.
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
    def verdict(self) -> str:
        """Kept or prunable, and why."""
        if self.prunable:
            return "prunable"
        return f"unknown: {self.reason}" if self.prunable is None else f"kept: {self.reason}"


def look(aws: Aws, *, cluster: str, stack: str, keep_last: int) -> tuple[list[Row], list[str]]:
    """Ask for snapshots and all that decides about them.

    Args:
        aws: whom to ask.
        cluster: only of this cluster; empty for all.
        stack: only those this stack, by name or ARN, has taken; empty for all.
        keep_last: how many of each resource the habit keeps.

    Returns:
        The rows, newest first, and what could not be told.

    Raises:
        NoAccess: AWS could not be asked.
    """
    snapshots = list(aws.snapshots(cluster))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tags = list(pool.map(lambda one: aws.tags(one.arn), snapshots))
    candidates = [Candidate(snapshot=one, tags=t) for one, t in zip(snapshots, tags, strict=True)]
    # Whose cannot be told by a stack's name once two stacks have had it: both are shown.
    if stack:
        candidates = [one for one in candidates if _is_of(one.tags, stack)]
    return _judge_all(aws, candidates, keep_last)


def judge(
    candidates: Iterable[Candidate], *, in_use: frozenset[str], keep_last: int
) -> dict[str, str]:
    """Why each snapshot is kept; what is missing here is prunable.

    Args:
        candidates: snapshots with their tags.
        in_use: snapshots that a stack stands for, and the next deployment would replace.
        keep_last: how many of each resource the habit keeps.
    """
    kept: dict[str, str] = {}
    groups: dict[tuple[str, str], list[Candidate]] = {}
    for one in candidates:
        owner = (one.tags.get(OwnerTag.STACK, ""), one.tags.get(OwnerTag.RESOURCE, ""))
        if not all(owner):
            kept[one.snapshot.identifier] = FOREIGN
        elif not retention.may_be_candidate(one.snapshot):
            kept[one.snapshot.identifier] = NOT_AVAILABLE
        else:
            groups.setdefault(owner, []).append(one)
    for group in groups.values():
        replaced = next((name for name in map(_name, group) if name in in_use), "")
        plan = retention.plan(group, keep_last, newest="", replaced=replaced)
        gone = {*plan.prune, *plan.spared}
        kept |= {name: NEWEST for name in map(_name, group) if name not in gone}
        kept |= plan.spared
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
    """Stack and resource as a person reads them."""
    return f"{name_of(row.stack)} / {row.resource}" if row.stack else ""


def _judge_all(
    aws: Aws, candidates: list[Candidate], keep_last: int
) -> tuple[list[Row], list[str]]:
    problems: list[str] = []
    in_use, busy, unreadable = _in_use(aws, candidates, problems)
    kept = judge(candidates, in_use=in_use, keep_last=keep_last)
    unknown: dict[str, str] = {}
    for one in candidates:
        # Each of these is a call: only those that would go are asked about.
        name = _name(one)
        if name in kept:
            continue
        stack = one.tags.get(OwnerTag.STACK, "")
        if stack in unreadable:
            unknown[name] = "stack not readable"
        elif stack in busy:
            kept[name] = IN_PROGRESS
        elif shared := _shared(aws, name, problems):
            (kept if shared == "shared" else unknown)[name] = shared
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


def _in_use(
    aws: Aws, candidates: list[Candidate], problems: list[str]
) -> tuple[frozenset[str], set[str], set[str]]:
    """Snapshots that stacks stand for, stacks that may roll back, and those that are not shown."""
    stacks = {one.tags[OwnerTag.STACK] for one in candidates if OwnerTag.STACK in one.tags}
    found: set[str] = set()
    busy: set[str] = set()
    unreadable: set[str] = set()
    for stack in sorted(stacks):
        try:
            resources, now = aws.resources(stack), aws.stack(stack)
        except Denied as problem:
            unreadable.add(stack)
            problems.append(f"Which snapshot a stack stands for is not known. {problem}")
            continue
        found |= {
            one.physical_id
            for one in resources
            if one.is_snapshot and not one.status.startswith("DELETE")
        }
        if isinstance(now, Stack) and is_in_progress(now.status):
            busy.add(stack)
    return frozenset(found), busy, unreadable


def _shared(aws: Aws, name: str, problems: list[str]) -> str:
    try:
        return "shared" if aws.is_shared(name) else ""
    except Denied as problem:
        problems.append(f"Whether snapshots are shared is not known. {problem}")
        return "sharing not readable"


def _is_of(tags: Mapping[str, str], stack: str) -> bool:
    arn = tags.get(OwnerTag.STACK, "")
    return bool(arn) and stack in (arn, name_of(arn))


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
        "prunable": row.prunable,
        "reason": row.reason or None,
    }
