"""What a test can choose beside the behaviour of snapshots, and look at afterwards."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from fake_neptune import ProgressCurve, SnapshotBehaviour, SnapshotEnd

CONTROL_PREFIX: Final = "/_local_aws/"
"""Paths of the control endpoint start with this."""


class FaultKind(StrEnum):
    """What goes wrong."""

    THROTTLING = "throttling"
    SERVER_ERROR = "5xx"
    ACCESS_DENIED = "access-denied"
    RESET_BEFORE = "reset-before"
    """The connection is reset; the call has no effect."""
    RESET_AFTER = "reset-after"
    """The call takes effect, then the connection is reset: the answer is lost."""
    LATENCY = "latency"
    """The call waits ``seconds`` before it is handled."""
    UNAVAILABLE = "503"
    FAILED_ENTRY = "failed-entry"
    """``PutTargets`` has no effect and returns 200 with ``FailedEntryCount: 1``."""
    KILL_LAMBDA = "kill-lambda"
    """The call takes effect, then every running Lambda function is killed."""


class Caller(StrEnum):
    """Who made a call."""

    LAMBDA = "lambda"
    OUTSIDE = "outside"
    """The test, the CDK or another program on this machine."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong; the first that matches a call is applied.

    It happens to calls of an action and a service (Neptune's is ``rds``), by a caller, of which a
    parameter contains ``about``; empty or ``None`` is any. The first ``skip`` are let through. Then
    it happens to ``count`` calls, each with a probability that ``seed`` makes repeatable. A
    ``LATENCY`` waits for ``seconds``.
    """

    kind: FaultKind
    action: str = ""
    service: str = ""
    caller: Caller | None = None
    count: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    about: str = ""


@dataclass(frozen=True)
class Call:
    """One call that reached the server, with its time since the epoch.

    The service is its signing name (Neptune's is ``rds``), the action method and path where the
    protocol names none. An answer to a custom resource is ``cloudformation`` /
    ``CustomResourceResponse``. The status is 0 when the connection was reset.
    """

    time: float
    service: str
    action: str
    parameters: dict[str, Any] = field(hash=False)
    caller: Caller
    status: int
    fault: str = ""


def snapshot_behaviour(data: dict[str, Any]) -> SnapshotBehaviour:
    """Read a behaviour back from JSON."""
    progress, outcome = ProgressCurve(data.pop("progress")), SnapshotEnd(data.pop("outcome"))
    return SnapshotBehaviour(progress=progress, outcome=outcome, **data)


def fault(data: dict[str, Any]) -> Fault:
    """Read a fault back from JSON."""
    kind, caller = FaultKind(data.pop("kind")), data.pop("caller")
    return Fault(kind=kind, caller=Caller(caller) if caller else None, **data)


def call(data: dict[str, Any]) -> Call:
    """Read a call back from JSON."""
    return Call(caller=Caller(data.pop("caller")), **data)
