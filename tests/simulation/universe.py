"""All of it together: the real handler and the real crhelper in a world that is made up."""

import http.client
import logging
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from crhelper import resource_helper

from fake_neptune import Client
from neptune_snapshot_provider import entry
from simulation.clients import client
from simulation.cloudformation import CloudFormation
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
from simulation.functions import Function
from simulation.ledger import Answered, Deed, Ledger
from simulation.migrations import Migrations
from simulation.neptune import Neptune, Snapshot
from simulation.permissions import Permissions
from simulation.requests import Request
from simulation.response_url import Connection, ResponseUrl
from simulation.runtime import Context, LogLines, Timers, sleep, start_cold
from simulation.stacks import Stack
from simulation.witness import Witness
from support.parameters import ParameterStore

__all__ = ["ANSWER", "Answered", "Deed", "Universe", "simulated"]

ANSWER: Final = "Answer"
"""The name, among the operations, of sending an answer to CloudFormation."""


class Universe:
    """One run. Everything in it follows from ``seed`` and from what is done to it."""

    def __init__(self, seed: int = 0) -> None:
        self.engine = Engine()
        self.faults = Faults()
        self.permissions = Permissions()
        self.ledger = Ledger()
        self.witness = Witness(self)
        self.function = Function(self.engine, self._invocation)
        self.events = EventBridge(self.engine, self.function, self._requester)
        self.neptune = Neptune(self.engine, self.witness.snapshot)
        self.parameters = ParameterStore(self.witness.parameter)
        self.cloudformation = CloudFormation(self.engine, self.function.invoke)
        self.migrations = Migrations(self.engine, self.neptune, self.parameters)
        self.cloudformation.on_read = self.witness.status
        self.cloudformation.operations.watches.append(self.migrations)
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
        return client(service, backends[service], self, config)

    def request(self) -> Request:
        """The request that the running invocation is about."""
        delivery = self.function.running[self._process()]
        return self.cloudformation.requests[delivery.request_id]

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

    def _requester(self) -> Requester:
        request = self.request()
        return Requester(request.id, request.event["StackId"])

    def _invocation(self, event: dict[str, Any], remaining: Callable[[], float]) -> None:
        if self.random.random() < _COLD_STARTS:
            start_cold()
        entry.handler(event, Context(remaining))


@contextmanager
def simulated(seed: int = 0) -> Iterator[Universe]:
    """Put the real code into a made-up world."""
    universe = Universe(seed)
    engine = universe.engine
    root = logging.getLogger()
    handlers, root.handlers[:] = list(root.handlers), [LogLines(universe.ledger.log)]
    state = random.getstate()
    random.seed(seed)
    start_cold()

    def connect(*_: object, timeout: float | None = None, **__: object) -> Connection:
        return Connection(universe.response_url, timeout)

    try:
        with (
            patch.object(boto3, "client", universe.client),
            patch.object(time, "time", lambda: engine.now),
            patch.object(time, "sleep", partial(sleep, engine)),
            patch.object(http.client, "HTTPSConnection", connect),
            # Loading all certificates would take longer than all the rest.
            patch.object(ssl, "create_default_context", lambda *_, **__: None),
            patch.object(resource_helper, "threading", Timers(engine)),
        ):
            yield universe
            engine.stop()
    finally:
        root.handlers[:] = handlers
        random.setstate(state)
        start_cold()


_COLD_STARTS: Final = 0.2
_CLUSTERS: Final = {"graph": "neptune", "other": "neptune", "aurora": "aurora-mysql"}
_FOREIGN: Final[dict[str, dict[str, Any]]] = {
    "precious": {},
    "graph-by-hand": {},
    "graph-automated": {"kind": "automated"},
    "graph-of-aurora": {"fields": {"Engine": "aurora-mysql"}},
    "graph-failed": {"forced_status": "failed"},
}
