"""Compares statuses that ``DescribeStacks`` returned with the stack's own events."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from aws_smoke.evidence import Evidence, StatusRead
from neptune_snapshot_provider.core.operation import CLOCKS_DIFFER

STACK_TYPE: Final = "AWS::CloudFormation::Stack"
_BEGINNINGS: Final = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")

History: TypeAlias = Sequence[tuple[float, str]]
"""When a stack entered which status, oldest first."""


class Compared(NamedTuple):
    """A status that was read, the one that the stack had by its events, and the read's age.

    ``lag`` is in seconds since the status that was read had ended; 0 for one that was current.
    """

    read: str
    current: str
    lag: float


class Placed(NamedTuple):
    """A status that was read beside the operation whose beginning its record shows.

    ``fits`` is whether the operation has this status; it is older if another one had begun when
    the status was read.
    """

    status: str
    fits: bool
    is_of_an_older_operation: bool


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


def all_reads(evidence: Evidence) -> list[StatusRead]:
    """What the watcher and the probes read."""
    fields = [(one.lane, one.fields) for one in evidence.log if "StackStatus" in one.fields]
    return evidence.status_reads + [
        StatusRead(lane, float(one["Now"]), str(one["StackStatus"]), one.get("StackBeganAt"))
        for lane, one in fields
    ]


def all_compared(evidence: Evidence) -> list[Compared]:
    """Every read of a run that the events of its stack tell about."""
    reads = all_reads(evidence)
    found = [compare(history(evidence, one.lane), one.time, one.status) for one in reads]
    return [one for one in found if one]


def all_placed(evidence: Evidence) -> list[Placed]:
    """Every read whose time is that of an operation that the events tell about."""
    found = [place(history(evidence, one.lane), one) for one in all_reads(evidence)]
    return [one for one in found if one]


def place(history: History, read: StatusRead) -> Placed | None:
    """Find the operation whose beginning a read shows; ``None`` if the events do not tell."""
    begins = [at for at, status in history if status in _BEGINNINGS]
    if not begins:
        return None
    # A stack that was only created has no time.
    shown = begins[0] if read.began is None else read.began
    began = min(begins, key=lambda at: abs(at - shown))
    if abs(began - shown) > CLOCKS_DIFFER:
        return None
    ends = min((at for at in begins if at > began), default=float("inf"))
    own = {status for at, status in history if began <= at < ends}
    return Placed(read.status, read.status in own, read.time > ends + CLOCKS_DIFFER)


def of_request(evidence: Evidence, lane: str, request: dict[str, Any]) -> Compared | None:
    """The read that a probe made when it received a request."""
    return compare(history(evidence, lane), float(request["Now"]), str(request["StackStatus"]))
