"""Fixtures for tests of the provider that need no network but loopback."""

from collections.abc import Callable, Iterator

import pytest

from support.response_server import ResponseServer
from support.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.add_cluster()
    return world


@pytest.fixture(scope="session")
def response_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ResponseServer]:
    with ResponseServer(tmp_path_factory.mktemp("responses")) as server:
        yield server


@pytest.fixture
def server(response_server: ResponseServer, monkeypatch: pytest.MonkeyPatch) -> ResponseServer:
    """Where responses arrive, and whom a response trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(response_server.authority))
    response_server.clear()
    return response_server


@pytest.fixture
def logged() -> Callable[[pytest.LogCaptureFixture], list[str]]:
    """The codes of the events that the provider logged, in their order."""

    def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
        records = [one for one in caplog.records if hasattr(one, "fields")]
        return [vars(one)["fields"]["event"] for one in records]

    return logged
