"""Sends a response to CloudFormation until it is accepted; standard library only.

Nothing of the response's URL is logged: whoever has it could respond.
"""

import http.client
import json
import logging
import ssl
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from neptune_snapshot_provider.logs import LogEvent, log

RESPONSE_MAX: Final = 4096
"""Bytes of a response (custom resource response objects)."""
ATTEMPTS_MAX: Final = 30
_TIMEOUT: Final = 15.0
_PAUSE_MAX: Final = 10.0
_BOUND_SECONDS: Final = 150.0
"""How long sending is retried, as long as the invocation lasts."""
_OK: Final = range(200, 300)
_REFUSED: Final = range(400, 500)
_RETRIED_4XX: Final = (408, 429)


def send(url: str, body: Mapping[str, object], *, until: float | None = None) -> bool:
    """Send a response, and again after a server error or a lost connection.

    Args:
        url: The presigned URL of the request; always used over TLS.
        body: The response.
        until: When the invocation ends, in seconds since the epoch.

    Returns:
        Whether CloudFormation accepted the response.
    """
    data = json.dumps(body).encode()
    bound = time.time() + _BOUND_SECONDS
    end = bound if until is None else min(bound, until)
    outcome: int | str = ""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        outcome = _attempt(url, data)
        if isinstance(outcome, int) and outcome in _OK:
            log(logging.INFO, LogEvent.RESPONSE_SENT, "CloudFormation accepted the response")
            return True
        is_final = isinstance(outcome, int) and _is_final(outcome)
        pause = min(2.0 ** (attempt - 1), _PAUSE_MAX)
        if is_final or time.time() + pause >= end:
            break
        message = f"CloudFormation did not accept the response: {outcome}; sending it again"
        log(logging.WARNING, LogEvent.RESPONSE_RETRIED, message)
        time.sleep(pause)
    log(logging.ERROR, LogEvent.RESPONSE_RETRIED, f"The response was not accepted: {outcome}")
    return False


def _is_final(status: int) -> bool:
    return status in _REFUSED and status not in _RETRIED_4XX


def _attempt(url: str, data: bytes) -> int | str:
    """The HTTP status, or the kind of error."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    # The URL is signed for an empty content type.
    headers = {"content-type": "", "content-length": str(len(data))}
    try:
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc, timeout=_TIMEOUT, context=context)
        try:
            connection.request("PUT", path, body=data, headers=headers)
            return int(connection.getresponse().status)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__


def fit(body: dict[str, Any], shortened: Mapping[str, str]) -> dict[str, Any]:
    """Bring a response to at most `RESPONSE_MAX` bytes.

    Args:
        body: The response.
        shortened: Attributes that may be shortened, in this order, each with the text that stands
            for it when even a shorter list does not fit; an empty text lets a list end in ``+N``.
    """
    data = dict(body.get("Data") or {})
    for name, hint in shortened.items():
        while _size({**body, "Data": data}) > RESPONSE_MAX and data.get(name) not in (
            "",
            hint,
            None,
        ):
            data[name] = hint or _shorter_list(str(data[name]))
    return {**body, "Data": data}


def _shorter_list(text: str) -> str:
    """Drop the last name and count it: ``a,b,c`` becomes ``a,b,+1``."""
    names = text.split(",")
    more = int(names.pop()[1:]) if names[-1].startswith("+") else 0
    if len(names) <= 1:
        return ""
    return ",".join((*names[:-1], f"+{more + 1}"))


def _size(body: Mapping[str, object]) -> int:
    return len(json.dumps(body).encode())
