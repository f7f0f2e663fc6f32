"""A CloudFormation that deploys, cancels, rolls back and deletes, as far as resources notice."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fake_neptune import client_error
from neptune_snapshot_provider.contract import SERVICE_TIMEOUT_MAX
from simulation.engine import Engine
from simulation.nesting import Nesting
from simulation.operations import Operations
from simulation.requests import URL_TAIL, Request
from simulation.stacks import Operation, Stack, Style
from simulation.templates import Template


class CloudFormation:
    """All stacks. ``deliver`` sends an event to the function.

    Attributes:
        lag: Draws for how many seconds a read is stale; a later read may be staler.
        stalest: The greatest lag so far.
        denied: IDs of the stacks that the provider may not describe.
        on_read: Receives the ID of each stack that is described, and the status returned.
        is_imitated: Another engine sends the requests, and AWS knows none of its stacks.
        dates_urls: Whether the response URL says when it was signed.
    """

    def __init__(self, engine: Engine, deliver: Callable[[dict[str, Any]], None]) -> None:
        self.stacks: dict[str, Stack] = {}
        self.requests: dict[str, Request] = {}
        self.on_done: list[Callable[[Stack], None]] = []
        self.lag: Callable[[], float] = lambda: 0.0
        self.stalest = 0.0
        self.denied: set[str] = set()
        self.on_read: Callable[[str, str], None] = lambda _id, _status: None
        self.is_imitated = False
        self.dates_urls = True
        self.operations = Operations(engine, self._send, self.poke)
        self._nesting = Nesting(engine, self.operations)
        self._engine = engine
        self._deliver = deliver
        self._numbers = itertools.count(1)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - API
        """The one operation of the ``cloudformation`` client; its reads may be stale."""
        if StackName in self.denied:
            message = (
                f"User is not authorized to perform: cloudformation:DescribeStacks {StackName}"
            )
            raise client_error("AccessDenied", message, "DescribeStacks", 403)
        stack = self.stacks.get(StackName)
        if stack is None or self.is_imitated:
            message = f"Stack with id {StackName} does not exist"
            raise client_error("ValidationError", message, "DescribeStacks")
        lag = self.lag()
        self.stalest = max(self.stalest, lag)
        described = stack.described(self._engine.now - lag)
        self.on_read(StackName, described["StackStatus"])
        return {"Stacks": [described]}

    def create(self, name: str, template: Template, style: Style | None = None) -> Stack:
        """Start to create a stack."""
        stack = self._add(name, template, style)
        self._start(stack, self.operations.create(stack))
        return stack

    def create_nested(self, name: str, template: Template, *, fails: bool = False) -> Stack:
        """Start to create a stack with another one in it, which is returned.

        Args:
            name: The name of the outer stack.
            template: The template of the nested one.
            fails: Whether something else in the outer one fails afterwards.
        """
        parent = self._add(name, Template())
        child = self._add(f"{name}-Nested", template)
        child.parent = parent
        parent.enter("CREATE_IN_PROGRESS", self._engine.now)
        self._start(child, self.operations.create(child))
        self._start(parent, self._nesting.create(parent, child, fails=fails))
        return child

    def update(self, stack: Stack, template: Template) -> None:
        """Start to update a stack, a nested one directly."""
        stack.confirmed = True
        self._start(stack, self.operations.update(stack, template))

    def update_through_parent(
        self, child: Stack, template: Template, *, fails: bool = False
    ) -> None:
        """Start to update a nested stack by way of the one that it is nested in."""
        parent = _parent(child)
        parent.enter("UPDATE_IN_PROGRESS", self._engine.now)
        child.confirmed = None
        self._start(child, self.operations.update(child, template))
        self._start(parent, self._nesting.update(parent, child, fails=fails))

    def delete(self, stack: Stack) -> None:
        """Start to delete a stack, whatever else it does."""
        given_up = [one for one in self._of(stack) if not one.settled]
        for request in given_up:
            request.cancelled = True
        self._start(stack, self.operations.delete(stack, given_up))

    def delete_through_parent(self, child: Stack) -> None:
        """Start to delete a nested stack with the one that it is nested in."""
        parent = _parent(child)
        parent.enter("DELETE_IN_PROGRESS", self._engine.now, deletes=True)
        self._start(parent, self._nesting.delete(parent, child))

    def cancel(self, stack: Stack) -> None:
        """Let something else in the stack fail, or its user cancel the update."""
        stack.cancelled = True
        self.poke()

    def answered(self, request: Request, answer: dict[str, Any]) -> None:
        """Take an answer; only the first counts."""
        if request.answer is None and not request.timed_out:
            request.answer = answer
            request.answered_at = self._engine.now
            self.poke()

    def poke(self) -> None:
        """Let every operation go on whose wait is over."""
        while due := [one for one in self.stacks.values() if _is_due(one)]:
            for stack in due:
                self._step(stack)

    def _step(self, stack: Stack) -> None:
        operation = stack.operation
        if operation is None or not _is_due(stack):
            return
        stack.is_stepping = True
        waits_for = next(operation, None)
        stack.is_stepping = False
        if stack.operation is not operation:
            return
        stack.waits_for = waits_for
        if waits_for is None:
            stack.operation = None
            for action in self.on_done:
                action(stack)

    def _add(self, name: str, template: Template, style: Style | None = None) -> Stack:
        number = next(self._numbers)
        stack_id = f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{name}/{number:08x}-1-2-3"
        stack = self.stacks[stack_id] = Stack(name, stack_id, template)
        stack.style = style or Style()
        return stack

    def _start(self, stack: Stack, operation: Operation) -> None:
        stack.operation, stack.waits_for, stack.cancelled = operation, lambda: True, False
        stack.began_at = self._engine.now
        self.poke()

    def _send(
        self,
        stack: Stack,
        kind: str,
        key: str,
        wanted: dict[str, Any],
        *,
        physical_id: str = "",
        old: dict[str, Any] | None = None,
    ) -> Request:
        number = next(self._numbers)
        known = stack.template.resources.get(key)
        event = {
            "RequestType": kind,
            "RequestId": f"00000000-0000-0000-0000-{number:012d}",
            "ResponseURL": f"https://answers.example/{number}?{self._signature()}",
            "StackId": stack.id,
            "ResourceType": known.type if known else stack.last_event[key]["ResourceType"],
            "LogicalResourceId": key,
            "ResourceProperties": wanted,
            **({"PhysicalResourceId": physical_id} if physical_id else {}),
            **({"OldResourceProperties": old} if old is not None else {}),
        }
        stack.last_event[key] = event
        request = Request(event, self._engine.now)
        self.requests[request.id] = request
        seconds = float(wanted.get("ServiceTimeout", SERVICE_TIMEOUT_MAX))
        self._engine.after(seconds, lambda: self._time_out(request))
        self._deliver(event)
        return request

    def _signature(self) -> str:
        sent_at = datetime.fromtimestamp(self._engine.now, UTC)
        date = f"X-Amz-Date={sent_at:%Y%m%dT%H%M%SZ}&" if self.dates_urls else ""
        return f"{date}token={'x' * 1200}{URL_TAIL}"

    def _time_out(self, request: Request) -> None:
        if not request.settled:
            request.timed_out = True
            self.poke()

    def _of(self, stack: Stack) -> list[Request]:
        return [one for one in self.requests.values() if one.event["StackId"] == stack.id]


def _is_due(stack: Stack) -> bool:
    return bool(stack.operation and not stack.is_stepping and stack.waits_for and stack.waits_for())


def _parent(child: Stack) -> Stack:
    if child.parent is None:
        raise ValueError(f"{child.name} is not nested in another stack")
    return child.parent
