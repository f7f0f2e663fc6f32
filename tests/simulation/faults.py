"""What can go wrong with one call to AWS."""

from dataclasses import dataclass
from enum import Enum
from http.client import RemoteDisconnected
from typing import Any

from botocore.exceptions import ConnectionClosedError as ConnectionReset
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from fake_neptune import client_error

ENDPOINT = "https://service.example"
BATCHES = ("PutTargets", "RemoveTargets")
"""Operations whose entries can fail one by one (``Kind.PARTIAL``)."""
EVENT_OPERATIONS = ("PutRule", "DeleteRule", *BATCHES)
"""Operations that another update in progress refuses (``Kind.CONFLICT``)."""


class Kind(Enum):
    """How a call fails, as seen once botocore has given up trying again."""

    THROTTLED = "throttled"
    SERVER_ERROR = "5xx before the effect"
    SERVER_ERROR_LATE = "5xx after the effect"
    RESET = "reset before the effect"
    RESET_LATE = "reset after the effect"
    TIMEOUT = "timeout before the effect"
    TIMEOUT_LATE = "timeout after the effect"
    DENIED = "access denied"
    CONFLICT = "another update is in progress"
    PARTIAL = "HTTP 200, and the only entry of the batch failed"
    KILL = "killed before the call"
    KILL_LATE = "killed after the call"

    @property
    def is_late(self) -> bool:
        """Whether the call takes effect, and only its answer is lost."""
        return self.name.endswith("_LATE")

    @property
    def kills(self) -> bool:
        """Whether the process is gone."""
        return self in (Kind.KILL, Kind.KILL_LATE)


@dataclass
class Fault:
    """Befalls ``count`` calls of ``operation`` (of any for ``None``) after ``skip`` good ones.

    With ``seconds`` it befalls every call for so long, from the first one on.
    """

    kind: Kind
    operation: str | None = None
    skip: int = 0
    count: int = 1
    seconds: float = 0.0
    until: float | None = None

    def is_over(self, now: float) -> bool:
        """Whether it will not befall anything any more."""
        return self.count <= 0 and (self.until is None or now >= self.until)


class Faults:
    """What is going to go wrong, and what did."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self.struck: list[tuple[Kind, str]] = []

    def take(self, operation: str, now: float) -> Kind | None:
        """What befalls this call."""
        self.armed = [one for one in self.armed if not one.is_over(now)]
        for fault in self.armed:
            if fault.operation not in (None, operation):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.count -= 1
            if fault.seconds and fault.until is None:
                fault.until = now + fault.seconds
            self.struck.append((fault.kind, operation))
            return fault.kind
        return None


def error_of(kind: Kind, operation: str) -> Exception:
    """The exception that botocore raises in the end."""
    if kind is Kind.THROTTLED:
        return client_error("Throttling", "Rate exceeded", operation, 400)
    if kind is Kind.DENIED:
        message = f"User is not authorized to perform: {operation}"
        return client_error("AccessDenied", message, operation, 403)
    if kind is Kind.CONFLICT:
        message = "The operation cannot be performed at this time: another update is in progress"
        return client_error("ConcurrentModificationException", message, operation)
    if kind in (Kind.SERVER_ERROR, Kind.SERVER_ERROR_LATE):
        return client_error("InternalFailure", "An internal error", operation, 500)
    if kind is Kind.RESET:
        return EndpointConnectionError(endpoint_url=ENDPOINT)
    if kind is Kind.TIMEOUT:
        return ConnectTimeoutError(endpoint_url=ENDPOINT)
    if kind is Kind.TIMEOUT_LATE:
        return ReadTimeoutError(endpoint_url=ENDPOINT)
    return ConnectionReset(endpoint_url=ENDPOINT)


def partial_failure() -> dict[str, Any]:
    """Return what a batch operation returns when its only entry failed."""
    entry = {
        "TargetId": "1",
        "ErrorCode": "ConcurrentModificationException",
        "ErrorMessage": "Too many requests are made at the same time",
    }
    return {"FailedEntryCount": 1, "FailedEntries": [entry]}


def wire_error(kind: Kind) -> Exception:
    """Return what ``http.client`` raises, or the response URL answers, once."""
    if kind in (Kind.THROTTLED, Kind.SERVER_ERROR):
        return HttpFailure(503)
    if kind is Kind.SERVER_ERROR_LATE:
        return HttpFailure(500)
    if kind is Kind.DENIED:
        return HttpFailure(403)
    if kind is Kind.RESET:
        return ConnectionResetError("Connection reset by peer")
    if kind in (Kind.TIMEOUT, Kind.TIMEOUT_LATE):
        return TimeoutError("The read operation timed out")
    return RemoteDisconnected("Remote end closed connection without response")


class HttpFailure(Exception):
    """An HTTP status other than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
