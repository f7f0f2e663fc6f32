"""EventBridge's rules and Lambda's permissions and asynchronous invocations, with their limits."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from simulation.clients import ResourceConflictException, ResourceNotFoundException
from simulation.engine import Engine, Process
from simulation.faults import client_error

FUNCTION: Final = "Provider"
FUNCTION_ARN: Final = f"arn:aws:lambda:eu-west-1:123456789012:function:{FUNCTION}"
_RULE_ARN: Final = "arn:aws:events:eu-west-1:123456789012:rule/"
LAMBDA_SECONDS: Final = 900.0
RETRY_AFTER: Final = (60.0, 120.0)
"""Lambda delivers an event again that ended in an error, after so long."""
TICK_SECONDS: Final = 60.0
_NAME_MAX: Final = 64
_INPUT_MAX: Final = 8192


@dataclass
class Rule:
    """A rule that fires every minute."""

    name: str
    request_id: str
    input: str | None = None
    statement: str | None = None


@dataclass(eq=False)
class Delivery:
    """One event on its way to the function."""

    payload: str
    attempt: int = 0

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
    """The provider's function: invoked asynchronously, at least once, tried again twice."""

    engine: Engine
    body: Callable[[dict[str, Any], Callable[[], float]], None]
    delays: Delays = field(default_factory=Delays)
    delivered: list[Delivery] = field(default_factory=list[Delivery])
    running: dict[Process, Delivery] = field(default_factory=dict[Process, Delivery])
    waiting: int = 0
    given_up: set[str] = field(default_factory=set[str])
    statements: dict[str, str] = field(default_factory=dict[str, str])

    def invoke(self, event: dict[str, Any]) -> None:
        """Deliver an event soon."""
        delivery = Delivery(json.dumps(event))
        self.delivered.append(delivery)
        self._start_after(self.delays.delivery, delivery)

    def invoke_again(self, delivery: Delivery) -> None:
        """Deliver a duplicate."""
        self._start_after(0, Delivery(delivery.payload))

    def _start_after(self, seconds: float, delivery: Delivery) -> None:
        self.waiting += 1
        self.engine.after(seconds, lambda: self._start(delivery))

    def _start(self, delivery: Delivery) -> None:
        self.waiting -= 1
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

    # The operations of the `lambda` client, by name.

    def add_permission(self, **wanted: str) -> dict[str, Any]:
        """Allow a rule to invoke the function."""
        statement = wanted["StatementId"]
        if len(statement) > 100:
            raise client_error("ValidationException", statement, "AddPermission")
        if statement in self.statements:
            error = client_error("ResourceConflictException", statement, "AddPermission", 409)
            raise ResourceConflictException(error.response, "AddPermission")
        self.statements[statement] = wanted["SourceArn"]
        return {"Statement": "{}"}

    def remove_permission(self, **wanted: str) -> dict[str, Any]:
        """Take the permission back."""
        if self.statements.pop(wanted["StatementId"], None) is None:
            raise _not_found(wanted["StatementId"], "RemovePermission")
        return {}

    def get_policy(self, **wanted: str) -> dict[str, Any]:
        """All permissions; none is an error."""
        if not self.statements:
            raise _not_found(wanted["FunctionName"], "GetPolicy")
        statements = [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": FUNCTION_ARN,
                "Condition": {"ArnLike": {"AWS:SourceArn": arn}},
            }
            for sid, arn in self.statements.items()
        ]
        return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


@dataclass
class EventBridge:
    """Rules with one target each."""

    engine: Engine
    function: Function
    requester: Callable[[], str]
    rules: dict[str, Rule] = field(default_factory=dict[str, Rule])
    made: int = 0

    def _fire(self, rule: Rule) -> None:
        if self.rules.get(rule.name) is not rule:
            return
        allowed = _RULE_ARN + rule.name in self.function.statements.values()
        if rule.input is not None and allowed:
            event = json.loads(rule.input)
            self.engine.after(self.function.delays.tick, lambda: self.function.invoke(event))
        self.engine.after(TICK_SECONDS, lambda: self._fire(rule))

    # The operations of the `events` client, by name.

    def put_rule(self, **wanted: str) -> dict[str, Any]:
        """Make a rule."""
        name = wanted["Name"]
        if len(name) > _NAME_MAX:
            raise client_error("ValidationException", name, "PutRule")
        if wanted["ScheduleExpression"] != "rate(1 minute)":
            raise client_error("ValidationException", wanted["ScheduleExpression"], "PutRule")
        if name not in self.rules:
            rule = self.rules[name] = Rule(name, self.requester())
            self.made += 1
            self.engine.after(TICK_SECONDS, lambda: self._fire(rule))
        return {"RuleArn": _RULE_ARN + name}

    def put_targets(self, *, Rule: str, Targets: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - API
        """Say what a rule delivers, and to whom."""
        (target,) = Targets
        if Rule not in self.rules:
            raise _not_found(Rule, "PutTargets")
        if len(target["Input"]) > _INPUT_MAX or target["Arn"] != FUNCTION_ARN:
            raise client_error("ValidationException", "target", "PutTargets")
        self.rules[Rule].input = target["Input"]
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def remove_targets(self, *, Rule: str, Ids: list[str]) -> dict[str, Any]:  # noqa: N803 - API
        """Take the target away."""
        if Rule not in self.rules:
            raise _not_found(Rule, "RemoveTargets")
        if Ids != ["1"]:
            raise client_error("ValidationException", str(Ids), "RemoveTargets")
        self.rules[Rule].input = None
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def delete_rule(self, *, Name: str) -> dict[str, Any]:  # noqa: N803 - API
        """Delete a rule without targets; one that is not there is fine, as with AWS."""
        rule = self.rules.get(Name)
        if rule and rule.input is not None:
            raise client_error("ValidationException", "Rule has targets", "DeleteRule")
        self.rules.pop(Name, None)
        return {}


def _not_found(what: str, operation: str) -> ResourceNotFoundException:
    error = client_error("ResourceNotFoundException", f"{what} does not exist", operation, 404)
    return ResourceNotFoundException(error.response, operation)
