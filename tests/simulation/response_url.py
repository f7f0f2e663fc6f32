"""The response URL: what arrives there, what is refused, and the connection to it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from simulation.cloudformation import CloudFormation
from simulation.engine import Engine
from simulation.faults import HttpFailure, Kind
from simulation.ledger import Answered, Attempt, Ledger
from simulation.neptune import Neptune
from simulation.requests import ANSWER_MAX, Request, problems

VALID_SECONDS: Final = 7200.0
"""How long a presigned URL is valid after its request was sent."""
_TIMEOUT: Final = 15.0


class Send(Protocol):
    """Carries an attempt out, or lets it fail as ``http.client`` does."""

    def __call__(self, effect: Callable[[], dict[str, Any]], lost: Callable[[Kind], float]) -> None:
        """``lost`` tells the seconds after which the sender gives up on a silent endpoint."""
        ...


@dataclass
class ResponseUrl:
    """Takes responses; what CloudFormation accepted counts, not what the sender was told."""

    engine: Engine
    ledger: Ledger
    cloudformation: CloudFormation
    neptune: Neptune
    send: Send

    def put(self, url: str, body: str, timeout: float) -> int:
        """Take one attempt, and return its HTTP status.

        Raises:
            OSError: the connection was lost.
        """
        number = int(url.rpartition("/")[2].partition("?")[0])
        request = self.cloudformation.requests[f"00000000-0000-0000-0000-{number:012d}"]
        try:
            self.send(lambda: self._accept(request, body), lambda _: timeout)
        except HttpFailure as failure:
            return self._attempted(request, failure.status)
        except OSError:
            self._attempted(request, 0)
            raise
        return self._attempted(request, 200)

    def _attempted(self, request: Request, status: int) -> int:
        self.ledger.attempts.append(Attempt(request, self.engine.now, status))
        return status

    def _accept(self, request: Request, body: str) -> dict[str, Any]:
        if self.engine.now > request.sent_at + VALID_SECONDS:
            raise HttpFailure(403)
        answer = json.loads(body)
        name = str(answer.get("PhysicalResourceId"))
        status = self.neptune.status_of(name)
        found = problems(request, body.encode())
        is_first = request.answer is None and not request.timed_out
        snapshot = self.neptune.snapshots.get(name)
        self.ledger.answers.append(Answered(request, answer, found, is_first, snapshot, status))
        if len(body.encode()) > ANSWER_MAX:
            answer = _too_long(request)
        self.cloudformation.answered(request, answer)
        return {}


class Connection:
    """Stands in for ``HTTPSConnection``, on which the provider sends its response."""

    def __init__(self, url: ResponseUrl, timeout: float | None) -> None:
        self._url = url
        self._timeout = timeout
        self._status = 0

    def request(self, method: str, url: str, body: str | bytes, headers: Mapping[str, str]) -> None:
        """Send a response."""
        content_type = {key.lower(): value for key, value in headers.items()}.get("content-type")
        if method != "PUT" or content_type:
            raise AssertionError(f"{method} {headers}: the presigned URL refuses it")
        text = body if isinstance(body, str) else body.decode()
        self._status = self._url.put(url, text, self._timeout or _TIMEOUT)

    def getresponse(self) -> "HttpResponse":
        """Return the status."""
        return HttpResponse(self._status, "OK" if self._status == 200 else "Refused")

    def close(self) -> None:
        """Close a connection that holds nothing."""


@dataclass(frozen=True)
class HttpResponse:
    """What the response URL returns, as far as ``http.client`` shows it."""

    status: int
    reason: str

    def read(self) -> bytes:
        """Return the empty body."""
        return b""


def _too_long(request: Request) -> dict[str, Any]:
    """Return what CloudFormation makes of a response that it rejects: the resource fails."""
    return {
        "Status": "FAILED",
        "Reason": "Response object is too long.",
        "PhysicalResourceId": request.physical_id,
    }
