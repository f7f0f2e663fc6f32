"""What stacks need of their snapshots: which they use, what may roll back, what parameters name."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Denied
from neptune_snapshot_cli.stacks import (
    Stack,
    has_succeeded,
    is_in_progress,
    last_good_parameters,
)
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.generations import was_returned
from neptune_snapshot_provider.core.models import Missing, Snapshot
from neptune_snapshot_provider.core.retention import Candidate

FAILED: Final = "failed"
IN_PROGRESS: Final = "in-progress"
LAST_GOOD: Final = "last-good"
REPLACED: Final = "replaced"
SHARED: Final = "shared"
_AT_REST: Final = "UPDATE_ROLLBACK_COMPLETE"


def stack_and_nested(aws: Aws, name: str, problems: list[str]) -> set[str]:
    """The ARNs of a stack and of those nested in it; none if there is no such stack."""
    try:
        found = aws.stack(name)
        if isinstance(found, Missing):
            return set()
        arns, waiting = set[str](), [found.arn]
        while waiting:
            arn = waiting.pop()
            arns.add(arn)
            waiting += [one.physical_id for one in aws.resources(arn) if one.is_nested]
        return arns - {""}
    except Denied as problem:
        problems.append(f"Snapshots of nested stacks are not listed. {problem}")
        # Its name alone selects its own snapshots.
        return {name}


class Usage:
    """What some stacks need; each is read once."""

    def __init__(self, aws: Aws, known: Mapping[str, Candidate], problems: list[str]) -> None:
        """Begin with nothing read.

        Args:
            aws: Where to read.
            known: The snapshots that are known, by identifier.
            problems: Where to add what could not be read.
        """
        self._aws = aws
        self._known = known
        self._problems = problems
        self._used: dict[tuple[str, str], str] = {}
        self._states: dict[str, str] = {}
        self._unreadable: set[str] = set()
        self._last_good = cache(self._read_last_good)

    def read(self, stacks: Iterable[str]) -> None:
        """Read which snapshots some stacks, by ARN, use, and what state they are in."""
        for arn in sorted(stacks):
            try:
                resources, now = self._aws.resources(arn), self._aws.stack(arn)
            except Denied as problem:
                self._unreadable.add(arn)
                self._problems.append(f"Which snapshot a stack uses is not known. {problem}")
                continue
            for one in resources:
                if one.is_snapshot and not one.status.startswith("DELETE"):
                    self._used[arn, one.name] = one.physical_id
            if isinstance(now, Stack):
                self._states[arn] = _state(now.status)

    def replaced_at(self, stack: str, resource: str) -> float | None:
        """When the snapshot was last used that the next update of a resource replaces.

        ``None`` if there is none, or if an update that used it has failed.
        """
        if stack in self._unreadable:
            return float("inf")
        name = self._used.get((stack, resource), "")
        if known := self._known.get(name):
            return None if was_returned(known.tags) else known.used_at
        found = self._aws.snapshot(name) if name else None
        return found.created_at if isinstance(found, Snapshot) else None

    def reason_to_keep(self, candidate: Candidate) -> tuple[bool, str]:
        """Why a snapshot that retention would delete is kept, and whether that is certain."""
        name, stack = candidate.snapshot.identifier, candidate.tags.get(OwnerTag.STACK, "")
        if stack in self._unreadable:
            return False, "stack not readable"
        if state := self._states.get(stack):
            return True, state
        if name in self._used.values():
            return True, REPLACED
        last_good = self._last_good(stack)
        if last_good is None:
            return False, "parameter not readable"
        if name in last_good:
            return True, LAST_GOOD
        return is_shared(self._aws, name, self._problems)

    def _read_last_good(self, stack: str) -> frozenset[str] | None:
        """The snapshots that the parameters of a stack name; ``None`` if that is not known."""
        try:
            found = self._aws.stack(stack)
            values = found.parameters if isinstance(found, Stack) else {}
            names = last_good_parameters(self._aws.template(stack), values)
            arns = [self._aws.parameter(name) for name in names or ()]
        except Denied as problem:
            self._problems.append(f"Which snapshot a parameter names is not known. {problem}")
            return None
        if names is None:
            self._problems.append(f"The template of {stack} hides the name of its parameter.")
            return None
        return frozenset(arn.rpartition(":")[2] for arn in arns)


def is_shared(aws: Aws, name: str, problems: list[str]) -> tuple[bool, str]:
    """Why a snapshot is kept because another account may restore it, and whether that is certain.

    Args:
        aws: Where to read.
        name: The snapshot.
        problems: Where to add what could not be read.
    """
    try:
        return True, SHARED if aws.is_shared(name) else ""
    except Denied as problem:
        problems.append(f"Whether snapshots are shared is not known. {problem}")
        return False, "sharing not readable"


def _state(status: str) -> str:
    """Why the snapshots of a stack in this status are all kept; empty if they are not."""
    if is_in_progress(status):
        return IN_PROGRESS
    return "" if has_succeeded(status) or status == _AT_REST else FAILED
