"""The layer that records every call and refuses the chosen ones."""

import random
import time
from collections import deque
from dataclasses import dataclass, field

from local_aws.api_call import ApiCall, current_caller, identify
from local_aws.asgi import Answer, Handler, Request, error
from local_aws.behaviour import Call, Fault, FaultKind

_REMEMBERED = 20_000


@dataclass
class _Armed:
    fault: Fault
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
        if self.dice.random() >= fault.probability:
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
        """Refuse some calls from now on."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Refuse none any more."""
        self._armed.clear()

    async def __call__(self, request: Request) -> Answer:
        """Handle a request, or refuse it."""
        call = identify(request, self._account_id)
        if call is None:
            return await self._inner(request)
        current_caller.set(call.caller)
        armed = next((each for each in self._armed if each.strikes(call)), None)
        started = time.time()
        result = _refusal(armed.fault.kind, call) if armed else await self._inner(request)
        self.calls.append(
            Call(
                time=started,
                service=call.service,
                action=call.action,
                parameters=call.parameters,
                caller=call.caller,
                status=result.status,
                fault=armed.fault.kind if armed else "",
            )
        )
        return result


def _refusal(kind: FaultKind, call: ApiCall) -> Answer:
    if kind is FaultKind.THROTTLING:
        code = "Throttling" if call.protocol == "query" else "ThrottlingException"
        return error(call.protocol, 400, code, "Rate exceeded")
    code = "AccessDenied" if call.protocol == "query" else "AccessDeniedException"
    message = (
        f"User is not authorized to perform: {call.service}:{call.action} because no "
        f"identity-based policy allows the {call.service}:{call.action} action"
    )
    return error(call.protocol, 403, code, message)
