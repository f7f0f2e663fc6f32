"""Compares statuses that ``DescribeStacks`` returned with the stack's own events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from aws_smoke.evidence import Evidence
from neptune_snapshot_provider.core.operation import CLOCKS_DIFFER

STACK_TYPE: Final = "AWS::CloudFormation::Stack"

History: TypeAlias = Sequence[tuple[float, str]]
"""When a stack entered which status, oldest first."""


@dataclass(frozen=True)
class Compared:
    """A status that was read beside the one that the stack had then.

    Attributes:
        read: What ``DescribeStacks`` returned.
        current: The status by the stack's events.
        lag: Seconds since the status that was read had ended; 0 for one that was current.
    """

    read: str
    current: str
    lag: float


def history(evidence: Evidence, lane: str) -> History:
    """The statuses of a lane's stack."""
    events = [one for one in evidence.events if one.lane == lane and one.type == STACK_TYPE]
    return [(one.time, one.status) for one in sorted(events, key=lambda one: one.time)]


def compare(history: History, time: float, read: str) -> Compared | None:
    """Compare one read; ``None`` if the events do not tell."""
    past = [status for entered, status in history if entered <= time]
    if not past:
        return None
    soon = [status for entered, status in history if time < entered <= time + CLOCKS_DIFFER]
    if read in (past[-1], *soon):
        return Compared(read, read, 0.0)
    ended = [history[i + 1][0] for i, status in enumerate(past[:-1]) if status == read]
    return Compared(read, past[-1], time - ended[-1]) if ended else None


def all_compared(evidence: Evidence) -> list[Compared]:
    """Every read of a run that the events of its stack tell about."""
    reads = [(one.lane, one.time, one.status) for one in evidence.status_reads]
    reads += [
        (one.lane, float(one.fields["Now"]), str(one.fields["StackStatus"]))
        for one in evidence.log
        if "StackStatus" in one.fields
    ]
    found = [compare(history(evidence, lane), time, read) for lane, time, read in reads]
    return [one for one in found if one]


def of_request(evidence: Evidence, lane: str, request: dict[str, Any]) -> Compared | None:
    """The read that a probe made when it received a request."""
    return compare(history(evidence, lane), float(request["Now"]), str(request["StackStatus"]))
