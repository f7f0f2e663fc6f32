"""All of it together: the real handler and the real crhelper in a world that is made up."""

import http.client
import logging
import random
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from crhelper import resource_helper

from neptune_snapshot_provider import entry
from neptune_snapshot_provider.contract import Property
from simulation.clients import Client
from simulation.cloudformation import CloudFormation, Stack
from simulation.engine import Engine, Killed, Process
from simulation.events_and_lambda import EventBridge, Requester
from simulation.faults import (
    Faults,
    HttpFailure,
    Kind,
    error_of,
    partial_failure,
    wire_error,
)
from simulation.functions import FUNCTION, Function
from simulation.ledger import Answered, Deed, Ledger, Written
from simulation.neptune import Neptune
from simulation.parameters import ParameterStore
from simulation.permissions import Permissions
from simulation.records import ARN, Snapshot
from simulation.requests import Request
from simulation.response_url import Connection, ResponseUrl

__all__ = ["ANSWER", "Answered", "Context", "Deed", "Ledger", "Universe", "simulated", "start_cold"]

ANSWER: Final = "Answer"
"""The name, among the operations, of sending an answer to CloudFormation."""


class Universe:
    """One run. Everything in it follows from ``seed`` and from what is done to it."""

    def __init__(self, seed: int = 0) -> None:
        self.engine = Engine()
        self.faults = Faults()
        self.permissions = Permissions()
        self.ledger = Ledger()
        self.function = Function(self.engine, self._invocation)
        self.events = EventBridge(self.engine, self.function, self._requester)
        self.neptune = Neptune(self.engine, self._witness)
        self.parameters = ParameterStore(self._written)
        self.cloudformation = CloudFormation(self.engine, self.function.invoke)
        self.response_url = ResponseUrl(
            self.engine, self.ledger, self.cloudformation, self.neptune, self._send
        )
        self.before_call: Callable[[int], None] | None = None
        self.random = random.Random(seed)  # noqa: S311 - guards nothing
        for name, kind in _CLUSTERS.items():
            self.neptune.add_cluster(name, kind)
        for name, others in _FOREIGN.items():
            self.add_foreign(name, {"owner": "somebody else"}, **others)

    def add_foreign(self, name: str, tags: Mapping[str, str], **others: Any) -> Snapshot:  # noqa: ANN401 - fields
        """Add a snapshot that the provider did not create and must not touch."""
        snapshot = self.neptune.add(name, tags, **others)
        return self._is_foreign(snapshot)

    def copy_by_hand(self, name: str, target: str, **others: Any) -> Snapshot:  # noqa: ANN401 - fields
        """Copy a snapshot with all its tags; the provider must not touch the copy."""
        return self._is_foreign(self.neptune.copy(name, target, **others))

    def add_of_restored_cluster(self, name: str, target: str, cluster: str = "graph") -> Snapshot:
        """Add a manual snapshot of a cluster that was restored, with its tags, from a snapshot.

        The restored cluster has meanwhile taken the name of the original one.
        """
        self.neptune.add_cluster(cluster)
        return self.add_foreign(target, self.neptune.snapshots[name].tags, cluster=cluster)

    def _is_foreign(self, snapshot: Snapshot) -> Snapshot:
        self.ledger.foreign[snapshot.name] = (snapshot.status, dict(snapshot.tags))
        return snapshot

    def call(
        self,
        operation: str,
        effect: Callable[[], dict[str, Any]],
        lost: Callable[[Kind], float],
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Carry out one call of the running process, or let it fail."""
        return self._call(
            operation, effect, lost, lambda kind: error_of(kind, operation), parameters
        )

    def _send(self, effect: Callable[[], dict[str, Any]], lost: Callable[[Kind], float]) -> None:
        self._call(ANSWER, effect, lost, wire_error, {})

    def _call(
        self,
        operation: str,
        effect: Callable[[], dict[str, Any]],
        lost: Callable[[Kind], float],
        error: Callable[[Kind], Exception],
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        process = self._process()
        process.check()
        if self.before_call:
            self.before_call(len(self.ledger.calls))
            process.check()
        self.ledger.calls.append(operation)
        kind = self.faults.take(operation, self.engine.now)
        if not self.permissions.allow(operation, parameters, self.engine.now):
            kind = Kind.DENIED
        process.pause(self.random.uniform(0.02, 0.1))
        if kind is Kind.PARTIAL:
            return partial_failure()
        if kind is None:
            result = effect()
            process.pause(self.random.uniform(0.02, 0.1))
            return result
        if kind.is_late:
            with suppress(ClientError, HttpFailure):  # that answer is lost as well
                effect()
        if kind.kills:
            process.killed = True
            raise Killed
        if kind in (Kind.TIMEOUT, Kind.TIMEOUT_LATE):
            process.pause(lost(kind))
        raise error(kind)

    def client(self, service: str, config: object = None, **_: object) -> Client:
        """Stands in for ``boto3.client``."""
        backends = {
            "neptune": self.neptune,
            "rds": self.neptune,
            "ssm": self.parameters,
            "cloudformation": self.cloudformation,
            "events": self.events,
        }
        return Client(service, backends[service], self, config)

    def stack_of(self, request: Request) -> Stack:
        """The stack that a request belongs to."""
        return self.cloudformation.stacks[request.event["StackId"]]

    def settle(self, seconds: float = 4 * 3600.0) -> None:
        """Let everything come to its end."""
        self.engine.run(seconds, until=self.is_at_rest)

    def is_at_rest(self) -> bool:
        """Whether nothing more is going to happen."""
        stacks = self.cloudformation.stacks.values()
        busy = any(stack.is_busy for stack in stacks)
        firing = self.events.is_firing
        return not (self.function.running or firing or busy or self.function.waiting)

    def _process(self) -> Process:
        process = self.engine.current
        if process is None:
            raise AssertionError("a call to AWS from outside any invocation")
        return process

    def _request(self) -> Request:
        delivery = self.function.running[self._process()]
        return self.cloudformation.requests[delivery.request_id]

    def _requester(self) -> Requester:
        request = self._request()
        return Requester(request.id, request.event["StackId"])

    def _witness(self, operation: str, snapshot: Snapshot) -> None:
        request = self._request()
        owner = (request.event["StackId"], _owner(request))
        if operation == "create":
            snapshot.made_by = owner
        in_use = any(snapshot.name in one.ids.values() for one in _living(self.cloudformation))
        current = self.neptune.snapshots.get(self._current(request))
        self.ledger.deeds.append(
            Deed(
                operation=operation,
                name=snapshot.name,
                request=request,
                own=snapshot.made_by == owner,
                in_use=in_use,
                is_copy=bool(snapshot.source),
                is_newer=current is not None and snapshot.born_at >= current.born_at,
                named_by=self._named_by(snapshot),
                stack_status=self.stack_of(request).status,
                answer=str((request.answer or {}).get("Status", "")),
                answered_with=str((request.answer or {}).get("PhysicalResourceId", "")),
                cancelled_for=self.engine.now - (request.cancelled_at or self.engine.now),
                answered_for=self.engine.now - (request.answered_at or self.engine.now),
                age=self.engine.now - snapshot.born_at,
                tags=dict(snapshot.tags),
            )
        )

    def _written(self, name: str, value: str) -> None:
        request = self._request()
        before = self.parameters.values.get(name, "")
        status = self.stack_of(request).status
        self.ledger.written.append(Written(name, value, before, request, self.engine.now, status))

    def _current(self, request: Request) -> str:
        """Return the snapshot that the resource had when the operation of a request began."""
        stack, owner = self.stack_of(request), _owner(request)
        began_at = stack.updated_at or 0.0
        for one in self.cloudformation.requests.values():
            is_same = one.event["StackId"] == stack.id and one.logical_id == owner
            if is_same and one.type == "Update" and one.sent_at >= began_at:
                return str(one.event["PhysicalResourceId"])
        return stack.ids.get(owner, "")

    def _named_by(self, snapshot: Snapshot) -> tuple[str, ...]:
        arn = ARN + snapshot.name
        return tuple(name for name, value in self.parameters.values.items() if value == arn)

    def _invocation(self, event: dict[str, Any], remaining: Callable[[], float]) -> None:
        if self.random.random() < _COLD_STARTS:
            start_cold()
        entry.handler(event, Context(remaining))


class Context:
    """Lambda's context."""

    function_name = FUNCTION

    def __init__(self, remaining: Callable[[], float]) -> None:
        self._remaining = remaining

    def get_remaining_time_in_millis(self) -> int:
        """Until the process is ended."""
        return int(self._remaining() * 1000)


@contextmanager
def simulated(seed: int = 0) -> Iterator[Universe]:
    """Put the real code into a made-up world."""
    universe = Universe(seed)
    engine = universe.engine

    def pause(seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        process = engine.current
        if process is None:
            raise AssertionError("a sleep outside any invocation")
        process.pause(seconds)

    class Timer:
        def __init__(self, seconds: float, action: Callable[[], None]) -> None:
            self._timer = (engine.now + seconds, action)

        def start(self) -> None:
            if engine.current:
                engine.current.crhelper_timer = self._timer

        def cancel(self) -> None:
            if engine.current:
                engine.current.crhelper_timer = None

    root = logging.getLogger()
    handlers, root.handlers[:] = list(root.handlers), [_Capture(universe.ledger.log)]
    state = random.getstate()
    random.seed(seed)
    start_cold()

    def connect(*_: object, timeout: float | None = None, **__: object) -> Connection:
        return Connection(universe.response_url, timeout)

    try:
        with (
            patch.object(boto3, "client", universe.client),
            patch.object(time, "time", lambda: engine.now),
            patch.object(time, "sleep", pause),
            patch.object(http.client, "HTTPSConnection", connect),
            # Loading all certificates would take longer than all the rest.
            patch.object(ssl, "create_default_context", lambda *_, **__: None),
            patch.object(resource_helper, "threading", SimpleNamespace(Timer=Timer)),
        ):
            yield universe
            engine.stop()
    finally:
        root.handlers[:] = handlers
        random.setstate(state)
        start_cold()


def start_cold() -> None:
    """Clear every cache of the provider, as a new execution environment does."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_PROVIDER):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


class _Capture(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


def _owner(request: Request) -> str:
    """Return the logical ID of the resource that owns the snapshots of a request."""
    properties = request.event["ResourceProperties"]
    return str(properties.get(Property.OWNER) or request.logical_id)


def _living(cloudformation: CloudFormation) -> Iterator[Stack]:
    for stack in cloudformation.stacks.values():
        if not stack.status.startswith(("DELETE", "ROLLBACK")):
            yield stack


_PROVIDER: Final = "neptune_snapshot_provider"
_COLD_STARTS: Final = 0.2
_CLUSTERS: Final = {"graph": "neptune", "other": "neptune", "aurora": "aurora-mysql"}
_FOREIGN: Final[dict[str, dict[str, Any]]] = {
    "precious": {},
    "graph-by-hand": {},
    "graph-automated": {"kind": "automated"},
    "graph-of-aurora": {"engine": "aurora-mysql"},
    "graph-failed": {"status": "failed"},
}
