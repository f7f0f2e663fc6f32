"""A CloudFormation that deploys, cancels, rolls back and deletes, as far as resources notice."""

import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from neptune_snapshot_provider.contract import SERVICE_TIMEOUT_MAX
from simulation.engine import Engine
from simulation.faults import client_error
from simulation.requests import URL_TAIL, Request
from simulation.templates import Declared, Template

MIGRATION_SECONDS: Final = 5.0
Condition: TypeAlias = Callable[[], bool]
Operation: TypeAlias = Generator[Condition, None, None]
Went: TypeAlias = Generator[Condition, None, bool]
"""An operation, or a part of it: yields what it waits for, and returns whether it went well."""


@dataclass
class RollbackStyle:
    """Both ways in which CloudFormation has been seen to roll an update back."""

    updates_replaced: bool = True
    sends_new_id: bool = True


@dataclass(eq=False)
class Stack:
    """One stack; its operation is a generator that yields what it waits for."""

    name: str
    id: str
    template: Template
    status: str = "REVIEW_IN_PROGRESS"
    ids: dict[str, str] = field(default_factory=dict[str, str])
    sent: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    last_event: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    style: RollbackStyle = field(default_factory=RollbackStyle)
    cancelled: bool = False
    updated_at: float | None = None
    deleted_at: float | None = None
    operation: Operation | None = None
    waits_for: Condition | None = None

    @property
    def is_busy(self) -> bool:
        """Whether an operation runs."""
        return self.operation is not None

    def declared(self, logical_id: str) -> Declared | None:
        """The snapshot of that logical id, or the one that it waits for."""
        for one in self.template.snapshots:
            if logical_id == one.logical_id or logical_id in one.link_ids():
                return one
        return None


class CloudFormation:
    """All stacks. ``deliver`` sends an event to the function."""

    def __init__(self, engine: Engine, deliver: Callable[[dict[str, Any]], None]) -> None:
        self.stacks: dict[str, Stack] = {}
        self.requests: dict[str, Request] = {}
        self.on_done: list[Callable[[Stack], None]] = []
        self._engine = engine
        self._deliver = deliver
        self._numbers = itertools.count(1)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - API
        """The one operation of the ``cloudformation`` client."""
        stack = self.stacks.get(StackName)
        if stack is None:
            raise client_error("ValidationError", f"{StackName} does not exist", "DescribeStacks")
        described: dict[str, Any] = {"StackId": stack.id, "StackStatus": stack.status}
        if stack.updated_at is not None:
            described["LastUpdatedTime"] = datetime.fromtimestamp(stack.updated_at, UTC)
        if stack.deleted_at is not None:
            described["DeletionTime"] = datetime.fromtimestamp(stack.deleted_at, UTC)
        return {"Stacks": [described]}

    def create(self, name: str, template: Template) -> Stack:
        """Start to create a stack."""
        number = next(self._numbers)
        stack_id = f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{name}/{number:08x}-1-2-3"
        stack = self.stacks[stack_id] = Stack(name, stack_id, template)
        self._start(stack, self._create(stack))
        return stack

    def update(self, stack: Stack, template: Template) -> None:
        """Start to update a stack."""
        stack.updated_at = self._engine.now
        self._start(stack, self._update(stack, template))

    def delete(self, stack: Stack) -> None:
        """Start to delete a stack, whatever else it does."""
        stack.deleted_at = self._engine.now
        for request in self._open(stack):
            request.cancelled_at = self._engine.now
        self._start(stack, self._delete(stack))

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
        for stack in list(self.stacks.values()):
            while stack.operation and stack.waits_for and stack.waits_for():
                stack.waits_for = next(stack.operation, None)
                if stack.waits_for is None:
                    stack.operation = None
                    for action in self.on_done:
                        action(stack)

    def _start(self, stack: Stack, operation: Operation) -> None:
        stack.operation, stack.waits_for, stack.cancelled = operation, lambda: True, False
        self.poke()

    def _create(self, stack: Stack) -> Operation:
        stack.status = "CREATE_IN_PROGRESS"
        tried: list[Request] = []
        if (yield from self._forward(stack, stack.template, tried)):
            stack.status = "CREATE_COMPLETE"
            return
        stack.status = "ROLLBACK_IN_PROGRESS"
        self._give_up(tried)
        yield from self._remove(stack, {one.logical_id: one.physical_id for one in tried})
        stack.status = "ROLLBACK_COMPLETE"

    def _update(self, stack: Stack, template: Template) -> Operation:
        stack.status = "UPDATE_IN_PROGRESS"
        before, ids, sent = stack.template, dict(stack.ids), dict(stack.sent)
        tried: list[Request] = []
        stack.template = template
        if (yield from self._forward(stack, template, tried)):
            stack.status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            gone = {key: name for key, name in ids.items() if stack.ids.get(key) != name}
            removed = set(ids) - set(template.resource_ids())
            gone |= {key: ids[key] for key in removed}
            for key in removed:
                stack.ids.pop(key, None)
            yield from self._remove(stack, gone, before)
            stack.status = "UPDATE_COMPLETE"
            return
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        self._give_up(tried)
        stack.template = before
        failed, gone = yield from self._back(stack, tried, ids, sent)
        if failed:
            stack.status = "UPDATE_ROLLBACK_FAILED"
            return
        stack.status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
        yield from self._remove(stack, gone, template)
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    def _back(
        self, stack: Stack, tried: list[Request], ids: dict[str, str], sent: dict[str, Any]
    ) -> Generator[Condition, None, tuple[bool, dict[str, str]]]:
        """Undo what was tried; what failed, and what is left to delete."""
        gone: dict[str, str] = {}
        stack.ids, stack.sent = dict(ids), dict(sent)
        undone: list[Request] = []
        for one in tried:
            key, new_id = one.logical_id, one.physical_id
            replaced = one.succeeded and new_id != ids.get(key)
            if key not in ids or (replaced and not stack.style.updates_replaced):
                gone[key] = new_id
            else:
                known = new_id if stack.style.sends_new_id else ids[key]
                old = {"OldResourceProperties": one.event["ResourceProperties"]}
                request = self._send(stack, "Update", key, sent[key], known, **old)
                request.is_rollback = True
                undone.append(request)
                if known != new_id:
                    gone[key] = new_id
        yield lambda: all(request.settled for request in undone)
        for request in undone:
            known = str(request.event["PhysicalResourceId"])
            stack.ids[request.logical_id] = request.physical_id
            if request.succeeded and request.physical_id != known:
                gone[request.logical_id] = known
        gone = {key: name for key, name in gone.items() if stack.ids.get(key) != name}
        return any(not request.succeeded for request in undone), gone

    def _delete(self, stack: Stack) -> Operation:
        stack.status = "DELETE_IN_PROGRESS"
        last = {one.logical_id: one.physical_id for one in self._of(stack) if one.cancelled}
        deleted = yield from self._remove(stack, {**last, **stack.ids})
        stack.status = "DELETE_COMPLETE" if deleted else "DELETE_FAILED"

    def _forward(self, stack: Stack, template: Template, tried: list[Request]) -> Went:
        """Bring every resource to where the template wants it; whether that went well."""
        first = [
            request
            for one in template.snapshots
            if (request := self._bring(stack, one.logical_id, one.properties()))
        ]
        tried += first
        if not (yield from self._all(stack, first)):
            return False
        for one in template.snapshots:
            previous = one.logical_id
            for key in one.link_ids():
                wanted = one.link_properties(key, stack.ids[previous])
                request = self._bring(stack, key, wanted)
                if request:
                    tried.append(request)
                    if not (yield from self._all(stack, [request])):
                        return False
                previous = key
        over_at = self._engine.now + MIGRATION_SECONDS
        self._engine.after(MIGRATION_SECONDS, self.poke)
        yield lambda: self._engine.now >= over_at
        return not (template.migration_fails or stack.cancelled)

    def _all(self, stack: Stack, requests: list[Request]) -> Went:
        def settled() -> bool:
            failed = any(one.settled and not one.succeeded for one in requests)
            return stack.cancelled or failed or all(one.settled for one in requests)

        yield settled
        for one in requests:
            if one.succeeded:
                stack.ids[one.logical_id] = one.physical_id
        return not stack.cancelled and all(one.succeeded for one in requests)

    def _bring(self, stack: Stack, key: str, wanted: dict[str, Any]) -> Request | None:
        if key not in stack.ids:
            return self._send(stack, "Create", key, wanted)
        old = stack.sent[key]
        if old == wanted:
            return None
        return self._send(stack, "Update", key, wanted, stack.ids[key], OldResourceProperties=old)

    def _remove(self, stack: Stack, ids: dict[str, str], template: Template | None = None) -> Went:
        """Ask for the deletion of what is not to be retained."""
        declared = {one.logical_id: one for one in (template or stack.template).snapshots}
        requests = [
            self._send(stack, "Delete", key, stack.last_event[key]["ResourceProperties"], name)
            for key, name in ids.items()
            if not (key in declared and declared[key].retain)
        ]
        yield lambda: all(request.settled for request in requests)
        return all(request.succeeded for request in requests)

    def _give_up(self, requests: list[Request]) -> None:
        for request in requests:
            if not request.settled:
                request.cancelled_at = self._engine.now

    def _send(
        self,
        stack: Stack,
        kind: str,
        key: str,
        wanted: dict[str, Any],
        physical_id: str = "",
        **others: object,
    ) -> Request:
        number = next(self._numbers)
        known = stack.template.resource_ids().get(key)
        event = {
            "RequestType": kind,
            "RequestId": f"00000000-0000-0000-0000-{number:012d}",
            "ResponseURL": f"https://answers.example/{number}?{self._signature()}",
            "StackId": stack.id,
            "ResourceType": known or stack.last_event[key]["ResourceType"],
            "LogicalResourceId": key,
            "ResourceProperties": wanted,
            **({"PhysicalResourceId": physical_id} if physical_id else {}),
            **others,
        }
        stack.last_event[key] = event
        if kind != "Delete":
            stack.sent[key] = wanted
        request = Request(event, self._engine.now)
        self.requests[request.id] = request
        self._engine.after(SERVICE_TIMEOUT_MAX, lambda: self._time_out(request))
        self._deliver(event)
        return request

    def _signature(self) -> str:
        sent_at = datetime.fromtimestamp(self._engine.now, UTC)
        return f"X-Amz-Date={sent_at:%Y%m%dT%H%M%SZ}&token={'x' * 1200}{URL_TAIL}"

    def _time_out(self, request: Request) -> None:
        if not request.settled:
            request.timed_out = True
            self.poke()

    def _of(self, stack: Stack) -> list[Request]:
        return [one for one in self.requests.values() if one.event["StackId"] == stack.id]

    def _open(self, stack: Stack) -> list[Request]:
        return [one for one in self._of(stack) if not one.settled]
