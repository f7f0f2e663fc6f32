"""Which API call an HTTP request is."""

import json
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from local_aws.asgi import Request
from local_aws.behaviour import Caller

CUSTOM_RESOURCE_RESPONSE = "CustomResourceResponse"

current_caller: ContextVar[Caller] = ContextVar("current_caller", default=Caller.OUTSIDE)
"""Who made the call that is handled."""
_CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_FORM = "application/x-www-form-urlencoded"
_PARAMETERS_LIMIT = 64 * 1024


@dataclass(frozen=True)
class ApiCall:
    """An API call, as `Call` describes it; errors must have the form of its protocol.

    The protocol is ``query``, ``json`` or ``rest``.
    """

    service: str
    action: str
    parameters: dict[str, Any]
    caller: Caller
    protocol: str


def identify(request: Request, account_id: str) -> ApiCall | None:
    """Say which API call a request is, or ``None`` if it is none."""
    if request.path.startswith("/_ministack/cfn-response/"):
        answer = _json(request.body)
        action = CUSTOM_RESOURCE_RESPONSE
        return ApiCall("cloudformation", action, answer, Caller.LAMBDA, "rest")
    credential = _CREDENTIAL.search(request.headers.get("authorization", ""))
    if credential is None:
        return None
    key, _region, service = credential.groups()
    # The emulator gives Lambda functions the account's number as their access key.
    caller = Caller.LAMBDA if key == account_id else Caller.OUTSIDE
    action, parameters, protocol = _content(request)
    return ApiCall(service, action, parameters, caller, protocol)


def _content(request: Request) -> tuple[str, dict[str, Any], str]:
    if request.headers.get("content-type", "").startswith(_FORM):
        parameters = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if "Action" in parameters:
            return parameters["Action"], parameters, "query"
    target = request.headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2], _json(request.body), "json"
    return f"{request.method} {request.path}", _json(request.body), "rest"


def _json(body: bytes) -> dict[str, Any]:
    if len(body) > _PARAMETERS_LIMIT:
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
