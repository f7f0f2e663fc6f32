"""What Lambda calls: the provider, or a response that says why there is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from neptune_snapshot_provider import entry
from neptune_snapshot_provider import handler as handler_module
from neptune_snapshot_provider.core.request import Event
from support import events
from support.response_server import ResponseServer

PROVIDER = Path(entry.__file__).parents[1]


@pytest.fixture
def broken(server: ResponseServer, monkeypatch: pytest.MonkeyPatch) -> ResponseServer:
    """The provider cannot be loaded; where the responses arrive."""

    def fail(_name: str) -> None:
        raise ImportError("boto3 has changed " * 100)

    monkeypatch.setattr(entry, "import_module", fail)
    return server


def sent_to(server: ResponseServer, event: Event) -> Event:
    return {**event, "ResponseURL": server.url}


def test_the_provider_gets_event_and_context(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[object] = []
    monkeypatch.setattr(handler_module, "handler", lambda *arguments: received.extend(arguments))
    entry.handler({"an": "event"}, "context")
    assert received == [{"an": "event"}, "context"]


def test_a_provider_that_cannot_be_loaded_fails_the_request_at_once(broken: ResponseServer) -> None:
    event = sent_to(broken, events.create())
    entry.handler(event, None)
    response = broken.last
    assert response["Status"] == "FAILED"
    assert "cannot be loaded: ImportError: boto3 has changed" in response["Reason"]
    assert response["PhysicalResourceId"] == handler_module.never_made(event)
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        assert response[key] == event[key]
    assert broken.sizes[-1] <= 4096


@pytest.mark.parametrize(
    ("physical_id", "status"),
    [(handler_module.never_made(events.create()), "SUCCESS"), ("my-graph-1", "FAILED")],
)
def test_what_failed_so_can_be_rolled_back_and_no_snapshot_is_called_deleted(
    broken: ResponseServer, physical_id: str, status: str
) -> None:
    entry.handler(sent_to(broken, events.delete(physical_id)), None)
    assert (broken.last["Status"], broken.last["PhysicalResourceId"]) == (status, physical_id)


def run(script: str, *, given: str = "", **environment: str) -> str:
    """Run a script in a process of its own; what it logged."""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        input=given,
        env={name: value for name, value in os.environ.items() if "AWS" not in name} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stderr


def test_a_real_import_that_fails_gets_a_response(server: ResponseServer, tmp_path: Path) -> None:
    (tmp_path / "boto3.py").write_text("raise SyntaxError('not for this Python')")
    logged = run(
        "import json, sys; from neptune_snapshot_provider import entry; "
        "entry.handler(json.load(sys.stdin), None)",
        given=json.dumps(sent_to(server, events.create("request-7"))),
        PYTHONPATH=f"{tmp_path}{os.pathsep}{PROVIDER}",
        SSL_CERT_FILE=str(server.authority),
    )
    assert "cannot be loaded" in logged
    assert (server.last["Status"], server.last["RequestId"]) == ("FAILED", "request-7")
    assert "SyntaxError: not for this Python" in server.last["Reason"]


@pytest.mark.parametrize(
    ("poll", "attempts"), [({"CrHelperPoll": True}, 0), ({}, 1)], ids=["poll", "not accepted"]
)
def test_a_poll_and_a_response_that_is_not_accepted_end_in_an_error(
    broken: ResponseServer, poll: dict[str, bool], attempts: int
) -> None:
    """The next poll responds, or Lambda delivers the event again."""
    broken.statuses = [403]
    with pytest.raises(ImportError):
        entry.handler({**sent_to(broken, events.create()), **poll}, None)
    assert broken.attempts == attempts


def test_the_response_is_sent_until_it_is_accepted(
    broken: ResponseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    broken.statuses = [503, 0]
    entry.handler(sent_to(broken, events.create()), None)
    assert broken.attempts == 3
    assert len(broken.received) == 1


def test_a_client_that_cannot_be_made_at_the_start_is_made_later() -> None:
    """Without a region boto3 makes none; importing works all the same."""
    run(
        "from neptune_snapshot_provider import entry, handler; assert callable(entry.handler); "
        "assert not handler._aws.cache_info().currsize",
        PYTHONPATH=str(PROVIDER),
        AWS_CONFIG_FILE=os.devnull,
    )
