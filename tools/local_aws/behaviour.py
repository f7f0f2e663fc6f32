"""What a test can choose beside the behaviour of snapshots, and look at afterwards."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from fake_neptune import ProgressCurve, SnapshotBehaviour, SnapshotEnd

CONTROL_PREFIX: Final = "/_local_aws/"
"""Paths of the control endpoint start with this."""


class FaultKind(StrEnum):
    """How a call is refused."""

    THROTTLING = "throttling"
    ACCESS_DENIED = "access-denied"


class Caller(StrEnum):
    """Who made a call."""

    LAMBDA = "lambda"
    OUTSIDE = "outside"
    """The test, the CDK or another program on this machine."""


@dataclass(frozen=True)
class Fault:
    """A refusal; the first that matches a call is applied.

    It happens to calls of an action and a service (Neptune's is ``rds``), by a caller, of which a
    parameter contains ``about``; empty or ``None`` is any. It happens to ``count`` of them, each
    with a probability that ``seed`` makes repeatable.
    """

    kind: FaultKind
    action: str = ""
    service: str = ""
    caller: Caller | None = None
    count: int | None = 1
    probability: float = 1.0
    seed: int = 0
    about: str = ""


@dataclass(frozen=True)
class Call:
    """One call that reached the server, with its time since the epoch.

    The service is its signing name (Neptune's is ``rds``), the action method and path where the
    protocol names none. An answer to a custom resource is ``cloudformation`` /
    ``CustomResourceResponse``.
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
