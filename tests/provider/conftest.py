"""Fixtures for tests of the provider that need no network."""

from collections.abc import Callable
from typing import Any

import pytest

from neptune_snapshot_provider import continuation
from neptune_snapshot_provider.continuation import Continuation
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.core.schedule import TICK_INTERVAL, Budget
from neptune_snapshot_provider.core.steps import Continue, Respond
from neptune_snapshot_provider.reconciler import Reconciler
from support.world import World

Reconcile = Callable[..., Respond | Continue]
Run = Callable[..., Respond]


@pytest.fixture
def world() -> World:
    world = World()
    world.add_cluster()
    return world


@pytest.fixture
def reconcile(world: World) -> Reconcile:
    """Let one invocation work on an event."""

    def reconcile(
        event: dict[str, Any], *, lambda_seconds: float = 900.0, known: Continuation | None = None
    ) -> Respond | Continue:
        request, now = parse_request(event), world.clock.now()
        if known:
            budget = Budget.tick(now, known.started_at, request.timeout, known.delay)
        else:
            budget = Budget.first(now, request.timeout, lambda_seconds, request.sent_at)
        started = known is not None and known.started
        return Reconciler(request, world, world.clock, budget, started=started).run()

    return reconcile


@pytest.fixture
def respond(world: World, reconcile: Reconcile) -> Run:
    """Let invocations work on an event until there is a response, by a rule if it takes long."""

    def respond(event: dict[str, Any]) -> Respond:
        started_at = parse_request(event).sent_at or world.clock.now()
        known: Continuation | None = None
        while True:
            began_at = world.clock.now()
            outcome = reconcile(event, known=known)
            if isinstance(outcome, Respond):
                return outcome
            known = Continuation(
                started_at=started_at, started=outcome.started, delay=known.delay if known else 0.0
            )
            folded = continuation.fold(event, parse_request(event), known)
            event, known = continuation.unfold(folded)
            world.clock.time = max(world.clock.time, began_at + TICK_INTERVAL)

    return respond


@pytest.fixture
def logged() -> Callable[[pytest.LogCaptureFixture], list[str]]:
    """The codes of the events that the provider logged, in their order."""

    def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
        records = [one for one in caplog.records if hasattr(one, "fields")]
        return [vars(one)["fields"]["event"] for one in records]

    return logged
