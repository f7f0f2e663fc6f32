"""The layer that records every call and lets the chosen ones go wrong."""

import asyncio
import json
import random
import time
from collections import deque
from dataclasses import dataclass, field

from local_aws.api_call import ApiCall, current_caller, identify
from local_aws.asgi import Answer, Handler, Request, answer, error
from local_aws.behaviour import Call, Fault, FaultKind
from local_aws.lambdas import kill_lambdas

_REMEMBERED = 20_000


class ConnectionLostError(Exception):
    """The connection is to be reset instead of answered."""


@dataclass
class _Armed:
    fault: Fault
    seen: int = 0
    applied: int = 0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.fault.seed)  # noqa: S311 - repeatable, not secret

    def strikes(self, call: ApiCall) -> bool:
        """Whether this call goes wrong; counts it if so."""
        fault = self.fault
        if fault.action not in ("", call.action) or fault.service not in ("", call.service):
            return False
        if fault.caller not in (None, call.caller):
            return False
        if fault.about and not any(fault.about in str(one) for one in call.parameters.values()):
            return False
        if fault.count is not None and self.applied >= fault.count:
            return False
        self.seen += 1
        if self.seen <= fault.skip or self.dice.random() >= fault.probability:
            return False
        self.applied += 1
        return True


class FaultLayer:
    """Records calls and applies faults to them."""

    def __init__(self, inner: Handler, account_id: str) -> None:
        """Wrap the handler that calls reach when nothing goes wrong."""
        self._inner = inner
        self._account_id = account_id
        self._armed: list[_Armed] = []
        self.calls: deque[Call] = deque(maxlen=_REMEMBERED)

    def add(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._armed.clear()

    async def __call__(self, request: Request) -> Answer:
        """Handle a request, or let it fail."""
        call = identify(request, self._account_id)
        if call is None:
            return await self._inner(request)
        current_caller.set(call.caller)
        armed = next((each for each in self._armed if each.strikes(call)), None)
        kind = armed.fault.kind if armed else None
        started, status = time.time(), 0
        try:
            result = await self._apply(armed.fault, call, request) if armed else None
            result = result or await self._inner(request)
            status = result.status
            return result
        finally:
            self.calls.append(
                Call(
                    time=started,
                    service=call.service,
                    action=call.action,
                    parameters=call.parameters,
                    caller=call.caller,
                    status=status,
                    fault=kind or "",
                )
            )

    async def _apply(self, fault: Fault, call: ApiCall, request: Request) -> Answer | None:
        if fault.kind is FaultKind.RESET_BEFORE:
            raise ConnectionLostError
        if fault.kind is FaultKind.LATENCY:
            await asyncio.sleep(fault.seconds)
            return None
        if fault.kind in (FaultKind.RESET_AFTER, FaultKind.KILL_LAMBDA):
            result = await self._inner(request)
            if fault.kind is FaultKind.KILL_LAMBDA:
                kill_lambdas()
                return result
            raise ConnectionLostError
        return _refusal(fault.kind, call)


def _refusal(kind: FaultKind, call: ApiCall) -> Answer:
    if kind is FaultKind.THROTTLING:
        if call.service == "lambda":
            return error(call.protocol, 429, "TooManyRequestsException", "Rate Exceeded.")
        code = "Throttling" if call.protocol == "query" else "ThrottlingException"
        return error(call.protocol, 400, code, "Rate exceeded")
    if kind is FaultKind.ACCESS_DENIED:
        code = "AccessDenied" if call.protocol == "query" else "AccessDeniedException"
        message = (
            f"User is not authorized to perform: {call.service}:{call.action} because no "
            f"identity-based policy allows the {call.service}:{call.action} action"
        )
        return error(call.protocol, 403, code, message)
    if kind is FaultKind.FAILED_ENTRY:
        return _failed_entry(call)
    if kind is FaultKind.UNAVAILABLE:
        return error(call.protocol, 503, "ServiceUnavailable", "Please reduce your request rate.")
    return error(call.protocol, 500, "InternalFailure", "An internal error has occurred.")


def _failed_entry(call: ApiCall) -> Answer:
    entry = {
        "TargetId": call.parameters["Targets"][0]["Id"],
        "ErrorCode": "ConcurrentModificationException",
        "ErrorMessage": "Rule was modified concurrently.",
    }
    body = json.dumps({"FailedEntryCount": 1, "FailedEntries": [entry]})
    return answer(200, body.encode(), "application/x-amz-json-1.1")
