"""Lambda: asynchronous invocations, their retries and the concurrency limit."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from simulation.engine import Engine, Process

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
    """

    engine: Engine
    body: Callable[[dict[str, Any], Callable[[], float]], None]
    delays: Delays = field(default_factory=Delays)
    delivered: list[Delivery] = field(default_factory=list[Delivery])
    running: dict[Process, Delivery] = field(default_factory=dict[Process, Delivery])
    waiting: int = 0
    given_up: set[str] = field(default_factory=set[str])
    concurrency: int | None = None

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
