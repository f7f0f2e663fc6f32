"""The steps that every operation of a stack is made of."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from simulation.engine import Engine
from simulation.requests import Request
from simulation.stacks import Condition, Part, Stack
from simulation.templates import Template


class Send(Protocol):
    """Sends one request to the provider."""

    def __call__(
        self,
        stack: Stack,
        kind: str,
        key: str,
        wanted: dict[str, Any],
        *,
        physical_id: str = "",
        old: dict[str, Any] | None = None,
    ) -> Request:
        """Send it; ``old`` are the properties that an Update replaces."""
        ...


class Watch(Protocol):
    """Observes the migrations that snapshots protect."""

    def began(self, stack: Stack) -> None:
        """All snapshots are available, and the migration starts."""

    def ended(self, stack: Stack, *, succeeded: bool) -> None:
        """The deployment is over; it may have failed for other reasons."""

    def deleted(self, stack: Stack) -> None:
        """The user wants the stack, and what it stands for, deleted."""


class Steps:
    """Sends requests and waits for them."""

    def __init__(self, engine: Engine, send: Send, wake: Callable[[], None]) -> None:
        self.watches: list[Watch] = []
        self._engine = engine
        self._send = send
        self._wake = wake

    def pause(self, seconds: float) -> Part:
        """Let time pass."""
        over_at = self._engine.now + seconds
        self._engine.after(seconds, self._wake)
        yield lambda: self._engine.now >= over_at
        return True

    def _enter(self, stack: Stack, status: str, *, deletes: bool = False) -> None:
        stack.enter(status, self._engine.now, deletes=deletes)

    def _forget(self, stack: Stack) -> None:
        for watch in self.watches:
            watch.deleted(stack)

    def _remove(self, stack: Stack, ids: Mapping[str, str], template: Template) -> Part:
        """Ask for the deletion of what is not to be retained; whether all were deleted."""
        requests: list[Request] = []
        for key, name in ids.items():
            if not (key in template.resources and template.resources[key].retain):
                properties = stack.last_event[key]["ResourceProperties"]
                requests.append(self._send(stack, "Delete", key, properties, physical_id=name))
        yield all_settled(requests)
        return all(request.succeeded for request in requests)

    def _give_up(self, requests: Iterable[Request]) -> None:
        for request in requests:
            if not request.settled:
                request.cancelled = True


def all_settled(requests: Iterable[Request]) -> Condition:
    return lambda: all(request.settled for request in requests)
