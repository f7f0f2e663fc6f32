"""The calls of every scenario, made once."""

import time
from collections.abc import Mapping

import boto3
import pytest

from neptune_snapshot_provider import handler as handler_module
from security import scenarios, stacks
from security.recording import Call, Recorder
from security.scenarios import Scenario, Stage
from support.response_server import ResponseServer
from support.world import VirtualClock

Calls = Mapping[str, list[Call]]


@pytest.fixture(scope="session")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """Calls by stack: each of its scenarios is played in an AWS of its own."""
    with (
        ResponseServer(tmp_path_factory.mktemp("responses")) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SSL_CERT_FILE", str(server.authority))
        return {
            name: [
                call
                for scenario in scenarios.OF_STACK[name]
                for call in _play(scenario, name, server, patch)
            ]
            for name in stacks.ALL
        }


def _play(
    scenario: Scenario, name: str, server: ResponseServer, patch: pytest.MonkeyPatch
) -> list[Call]:
    clock = VirtualClock()
    recorder = Recorder(clock, is_nested=name == "nested")
    patch.setattr(boto3, "client", recorder.client)
    patch.setattr(time, "time", clock.now)
    patch.setattr(time, "sleep", clock.sleep)
    handler_module._aws.cache_clear()
    handler_module._rules.cache_clear()
    scenario(Stage(server, recorder, stacks.deployed(name)))
    return recorder.calls
