"""All of it together: the real handler and the real crhelper in a world that is made up."""

import http.client
import json
import logging
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from crhelper import resource_helper
from crhelper import utils as crhelper_utils

from neptune_snapshot_provider import entry
from simulation.clients import Client
from simulation.cloudformation import CloudFormation, Stack
from simulation.engine import Engine, Killed, Process
from simulation.events_and_lambda import FUNCTION, EventBridge, Function
from simulation.faults import Faults, Kind, error_of
from simulation.neptune import Neptune
from simulation.parameters import ParameterStore
from simulation.records import Snapshot
from simulation.requests import Request, problems

ANSWER: Final = "Answer"
"""The name, among the operations, of sending an answer to CloudFormation."""


@dataclass(frozen=True)
class Deed:
    """A change to a snapshot, and what the world was like just before.

    ``age`` is for how many seconds a snapshot of that name has been there.
    """

    operation: str
    name: str
    request: Request
    own: bool
    in_use: bool
    stack_status: str
    answer: str
    answered_with: str
    cancelled_for: float
    answered_for: float
    age: float
    tags: dict[str, str]


@dataclass(frozen=True)
class Answered:
    """An answer as it arrived, and what the world was like then."""

    request: Request
    body: dict[str, Any]
    problems: list[str]
    is_first: bool
    snapshot: Snapshot | None
    snapshot_status: str


@dataclass
class Ledger:
    """Everything that is to be judged.

    ``causes`` are good reasons for a request to fail, ``struck`` the names of snapshots that were
    deleted by hand, replaced by a stranger's or broken.
    """

    calls: list[str] = field(default_factory=list[str])
    deeds: list[Deed] = field(default_factory=list[Deed])
    answers: list[Answered] = field(default_factory=list[Answered])
    log: list[str] = field(default_factory=list[str])
    causes: set[str] = field(default_factory=set[str])
    struck: set[str] = field(default_factory=set[str])
    foreign: dict[str, tuple[str, dict[str, str]]] = field(
        default_factory=dict[str, tuple[str, dict[str, str]]]
    )


class Universe:
    """One run. Everything in it follows from ``seed`` and from what is done to it."""

    def __init__(self, seed: int = 0) -> None:
        self.engine = Engine()
        self.faults = Faults()
        self.ledger = Ledger()
        self.function = Function(self.engine, self._invocation)
        self.events = EventBridge(self.engine, self.function, lambda: self._requester().id)
        self.neptune = Neptune(self.engine, self._witness)
        self.parameters = ParameterStore()
        self.cloudformation = CloudFormation(self.engine, self.function.invoke)
        self.before_call: Callable[[int], None] | None = None
        self.random = random.Random(seed)  # noqa: S311 - guards nothing
        for name, kind in _CLUSTERS.items():
            self.neptune.add_cluster(name, kind)
        for name, others in _FOREIGN.items():
            snapshot = self.neptune.add(name, {"owner": "somebody else"}, **others)
            self.ledger.foreign[name] = (snapshot.status, dict(snapshot.tags))

    def call(
        self, operation: str, effect: Callable[[], dict[str, Any]], lost: Callable[[Kind], float]
    ) -> dict[str, Any]:
        """Carry out one call of the running process, or let it fail."""
        process = self._process()
        process.check()
        if self.before_call:
            self.before_call(len(self.ledger.calls))
            process.check()
        self.ledger.calls.append(operation)
        kind = self.faults.take(operation, self.engine.now)
        process.pause(self.random.uniform(0.02, 0.1))
        if kind is None:
            result = effect()
            process.pause(self.random.uniform(0.02, 0.1))
            return result
        if kind.is_late:
            with suppress(ClientError):  # that answer is lost as well
                effect()
        if kind.kills:
            process.killed = True
            raise Killed
        if kind in (Kind.TIMEOUT, Kind.TIMEOUT_LATE):
            process.pause(lost(kind))
        raise error_of(kind, operation)

    def client(self, service: str, config: object = None, **_: object) -> Client:
        """Stands in for ``boto3.client``."""
        backends = {
            "neptune": self.neptune,
            "rds": self.neptune,
            "ssm": self.parameters,
            "cloudformation": self.cloudformation,
            "events": self.events,
            "lambda": self.function,
            "logs": None,
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
        firing = any(rule.input is not None for rule in self.events.rules.values())
        busy = any(stack.is_busy for stack in stacks)
        return not (self.function.running or firing or busy or self.function.waiting)

    def _process(self) -> Process:
        process = self.engine.current
        if process is None:
            raise AssertionError("a call to AWS from outside any invocation")
        return process

    def _requester(self) -> Request:
        delivery = self.function.running[self._process()]
        return self.cloudformation.requests[delivery.request_id]

    def _witness(self, operation: str, snapshot: Snapshot) -> None:
        request = self._requester()
        stack = self.stack_of(request)
        in_use = any(snapshot.name in one.ids.values() for one in _living(self.cloudformation))
        self.ledger.deeds.append(
            Deed(
                operation=operation,
                name=snapshot.name,
                request=request,
                own=_is_own(snapshot, request),
                in_use=in_use,
                stack_status=stack.status,
                answer=str((request.answer or {}).get("Status", "")),
                answered_with=str((request.answer or {}).get("PhysicalResourceId", "")),
                cancelled_for=self.engine.now - (request.cancelled_at or self.engine.now),
                answered_for=self.engine.now - (request.answered_at or self.engine.now),
                age=self.engine.now - snapshot.born_at,
                tags=dict(snapshot.tags),
            )
        )

    def _invocation(self, event: dict[str, Any], remaining: Callable[[], float]) -> None:
        if self.random.random() < _COLD_STARTS:
            start_cold()
        entry.handler(event, Context(remaining))

    def put_answer(self, url: str, body: str) -> None:
        """Take what crhelper sends."""
        number = int(url.rpartition("/")[2].partition("?")[0])
        request = self.cloudformation.requests[f"00000000-0000-0000-0000-{number:012d}"]

        def effect() -> dict[str, Any]:
            answer = json.loads(body)
            name = str(answer.get("PhysicalResourceId"))
            status = self.neptune.status_of(name)
            found = problems(request, body.encode())
            is_first = request.answer is None and not request.timed_out
            snapshot = self.neptune.snapshots.get(name)
            record = Answered(request, answer, found, is_first, snapshot, status)
            self.ledger.answers.append(record)
            self.cloudformation.answered(request, answer)
            return {}

        self.call(ANSWER, effect, lambda _: 15.0)


class Context:
    """Lambda's context."""

    function_name = FUNCTION

    def __init__(self, remaining: Callable[[], float]) -> None:
        self._remaining = remaining

    def get_remaining_time_in_millis(self) -> int:
        """Until the process is ended."""
        return int(self._remaining() * 1000)


class Connection:
    """Stands in for ``HTTPSConnection``, on which the provider sends its response."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe

    def request(self, method: str, url: str, body: str | bytes, headers: Mapping[str, str]) -> None:
        """Send a response."""
        content_type = {key.lower(): value for key, value in headers.items()}.get("content-type")
        if method != "PUT" or content_type:
            raise AssertionError(f"{method} {headers}: the presigned URL refuses it")
        self._universe.put_answer(url, body if isinstance(body, str) else body.decode())

    def getresponse(self) -> "HttpResponse":
        """Say that the response was accepted."""
        return HttpResponse()

    def close(self) -> None:
        """Close a connection that holds nothing."""


@dataclass(frozen=True)
class HttpResponse:
    """What the response URL returns, as far as ``http.client`` shows it."""

    status: int = 200
    reason: str = "OK"

    def read(self) -> bytes:
        """Return the empty body."""
        return b""


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

    def connect(*_: object, **__: object) -> Connection:
        return Connection(universe)

    try:
        with (
            patch.object(boto3, "client", universe.client),
            patch.object(time, "time", lambda: engine.now),
            patch.object(time, "sleep", pause),
            patch.object(http.client, "HTTPSConnection", connect),
            patch.object(resource_helper, "threading", SimpleNamespace(Timer=Timer)),
            # crhelper has its own name for the class, and loads all certificates for each response.
            patch.object(crhelper_utils, "HTTPSConnection", connect),
            patch.object(crhelper_utils, "ssl", _Ssl),
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


class _Ssl(SimpleNamespace):
    Purpose = SimpleNamespace(SERVER_AUTH=None)

    @staticmethod
    def create_default_context(_purpose: object) -> None:
        """No certificates are loaded: nothing is sent."""


def _is_own(snapshot: Snapshot, request: Request) -> bool:
    """Judged without the code that is being judged."""
    return (
        snapshot.tags.get("neptune-snapshot:stack") == request.event["StackId"]
        and snapshot.tags.get("neptune-snapshot:resource") == request.logical_id
    )


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
