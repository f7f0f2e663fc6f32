"""Fixtures for tests of the provider that need no network."""

from collections.abc import Callable

import pytest

from support.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.add_cluster()
    return world


@pytest.fixture
def logged() -> Callable[[pytest.LogCaptureFixture], list[str]]:
    """The codes of the events that the provider logged, in their order."""

    def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
        records = [one for one in caplog.records if hasattr(one, "fields")]
        return [vars(one)["fields"]["event"] for one in records]

    return logged
