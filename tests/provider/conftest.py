"""Fixtures for tests of the provider that need no network."""

from collections.abc import Callable
from typing import Any

import pytest

from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.core.schedule import Budget
from neptune_snapshot_provider.core.steps import Answer
from neptune_snapshot_provider.reconciler import HandOver, Reconciler
from support.world import World

Run = Callable[..., Answer]


@pytest.fixture
def world() -> World:
    world = World()
    world.add_cluster()
    return world


@pytest.fixture
def reconcile(world: World) -> Callable[..., Answer | HandOver]:
    """Let one invocation work on an event."""

    def reconcile(
        event: dict[str, Any], *, lambda_seconds: float = 900.0, started: bool = False
    ) -> Answer | HandOver:
        request = parse_request(event)
        budget = Budget.first(world.clock.now(), request.timeout, lambda_seconds)
        return Reconciler(request, world, world.clock, budget, started=started).run()

    return reconcile


@pytest.fixture
def answer(reconcile: Callable[..., Answer | HandOver]) -> Run:
    """Let invocations work on an event as long as it takes."""

    def answer(event: dict[str, Any]) -> Answer:
        outcome = reconcile(event, lambda_seconds=100_000.0)
        assert isinstance(outcome, Answer)
        return outcome

    return answer
