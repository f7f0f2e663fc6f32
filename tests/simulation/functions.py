"""Lambda: asynchronous invocations, their retries, the concurrency limit and the policy."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from simulation.clients import ResourceConflictException, ResourceNotFoundException
from simulation.engine import Engine, Process
from simulation.faults import client_error

FUNCTION: Final = "Provider"
FUNCTION_ARN: Final = f"arn:aws:lambda:eu-west-1:123456789012:function:{FUNCTION}"
LAMBDA_SECONDS: Final = 900.0
RETRY_AFTER: Final = (60.0, 120.0)
"""Lambda delivers an event again that ended in an error, after so long."""
THROTTLED_AFTER: Final = 1.0
THROTTLED_AFTER_MAX: Final = 300.0
"""Lambda tries a throttled event again after the first, and then twice as long, up to this."""
EVENT_AGE_MAX: Final = 6 * 3600.0
"""Seconds after which Lambda drops an event that it could not deliver."""
_POLICY_MAX: Final = 20 * 1024


@dataclass(eq=False)
class Delivery:
    """One event on its way to the function."""

    payload: str
    attempt: int = 0
    throttled: int = 0
    queued_at: float = 0.0

    @property
    def event(self) -> dict[str, Any]:
        """A copy of its own."""
        event: dict[str, Any] = json.loads(self.payload)
        return event

    @property
    def request_id(self) -> str:
        """The request of CloudFormation that it is about."""
        return str(self.event["RequestId"])


@dataclass
class Delays:
    """How late things are, in seconds."""

    delivery: float = 0.05
    tick: float = 0.0


@dataclass
class Function:
    """The provider's function: invoked asynchronously, at least once, tried again twice.

    ``concurrency`` is how many invocations may run at the same time, ``None`` for any number.
    ``update_seconds`` is how long a change of the function's policy is in progress.
    """

    engine: Engine
    body: Callable[[dict[str, Any], Callable[[], float]], None]
    delays: Delays = field(default_factory=Delays)
    delivered: list[Delivery] = field(default_factory=list[Delivery])
    running: dict[Process, Delivery] = field(default_factory=dict[Process, Delivery])
    waiting: int = 0
    given_up: set[str] = field(default_factory=set[str])
    concurrency: int | None = None
    update_seconds: float = 0.0
    statements: dict[str, str] = field(default_factory=dict[str, str])
    _updating_until: float = 0.0

    def invoke(self, event: dict[str, Any]) -> None:
        """Deliver an event soon."""
        delivery = Delivery(json.dumps(event), queued_at=self.engine.now)
        self.delivered.append(delivery)
        self._start_after(self.delays.delivery, delivery)

    def invoke_again(self, delivery: Delivery) -> None:
        """Deliver a duplicate."""
        self._start_after(0, Delivery(delivery.payload, queued_at=self.engine.now))

    def _start_after(self, seconds: float, delivery: Delivery) -> None:
        self.waiting += 1
        self.engine.after(seconds, lambda: self._start(delivery))

    def _start(self, delivery: Delivery) -> None:
        self.waiting -= 1
        if self.concurrency is not None and len(self.running) >= self.concurrency:
            self._throttle(delivery)
            return
        process: Process

        def body() -> None:
            self.body(delivery.event, lambda: process.ends_at - self.engine.now)

        def ended(error: BaseException | None) -> None:
            self.running.pop(process)
            if error is None:
                return
            if delivery.attempt < len(RETRY_AFTER):
                delay = RETRY_AFTER[delivery.attempt]
                delivery.attempt += 1
                self._start_after(delay, delivery)
            else:
                self.given_up.add(delivery.request_id)

        process = Process(self.engine, body, ended, LAMBDA_SECONDS)
        self.running[process] = delivery

    def _throttle(self, delivery: Delivery) -> None:
        pause = min(THROTTLED_AFTER * 2**delivery.throttled, THROTTLED_AFTER_MAX)
        delivery.throttled += 1
        if self.engine.now + pause - delivery.queued_at > EVENT_AGE_MAX:
            self.given_up.add(delivery.request_id)
        else:
            self._start_after(pause, delivery)

    # The operations of the `lambda` client, by name.

    def add_permission(self, **wanted: str) -> dict[str, Any]:
        """Allow a rule to invoke the function."""
        statement = wanted["StatementId"]
        if len(statement) > 100:
            raise client_error("ValidationException", statement, "AddPermission")
        self._begin_update("AddPermission")
        if statement in self.statements:
            raise _conflict(f"The statement id ({statement}) provided already exists.")
        statements = {**self.statements, statement: wanted["SourceArn"]}
        if (size := len(_policy(statements))) > _POLICY_MAX:
            message = f"The final policy size ({size}) is bigger than the limit ({_POLICY_MAX})."
            raise client_error("PolicyLengthExceededException", message, "AddPermission")
        self.statements[statement] = wanted["SourceArn"]
        return {"Statement": "{}"}

    def remove_permission(self, **wanted: str) -> dict[str, Any]:
        """Take the permission back."""
        self._begin_update("RemovePermission")
        if self.statements.pop(wanted["StatementId"], None) is None:
            raise not_found(wanted["StatementId"], "RemovePermission")
        return {}

    def get_policy(self, **wanted: str) -> dict[str, Any]:
        """All permissions; none is an error."""
        if not self.statements:
            raise not_found(wanted["FunctionName"], "GetPolicy")
        return {"Policy": _policy(self.statements)}

    def _begin_update(self, operation: str) -> None:
        if self.engine.now < self._updating_until:
            raise _conflict(
                "The operation cannot be performed at this time. "
                f"An update is in progress for resource: {FUNCTION_ARN}",
                operation,
            )
        self._updating_until = self.engine.now + self.update_seconds


def not_found(what: str, operation: str) -> ResourceNotFoundException:
    """Say that a rule, a statement or a policy does not exist."""
    error = client_error("ResourceNotFoundException", f"{what} does not exist", operation, 404)
    return ResourceNotFoundException(error.response, operation)


def _conflict(message: str, operation: str = "AddPermission") -> ResourceConflictException:
    error = client_error("ResourceConflictException", message, operation, 409)
    return ResourceConflictException(error.response, operation)


def _policy(statements: dict[str, str]) -> str:
    listed = [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": FUNCTION_ARN,
            "Condition": {"ArnLike": {"AWS:SourceArn": arn}},
        }
        for sid, arn in statements.items()
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": listed})
