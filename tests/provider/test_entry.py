"""What Lambda calls: the provider, or an answer that says why there is none."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from neptune_snapshot_provider import entry
from neptune_snapshot_provider import handler as handler_module
from support import events
from support.answers import Answers

PROVIDER = Path(entry.__file__).parents[1]
INVOKE = """if True:
    import json, sys
    sys.path[:0] = sys.argv[1:3]
    from neptune_snapshot_provider import entry
    entry.handler(json.load(sys.stdin), None)
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    with Answers(tmp_path_factory.mktemp("answers")) as answers:
        yield answers


@pytest.fixture
def broken(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """The provider cannot be loaded; where the answers arrive."""

    def fail(_name: str) -> None:
        raise ImportError("boto3 has changed " * 100)

    monkeypatch.setenv("SSL_CERT_FILE", str(answers.authority))
    monkeypatch.setattr(entry, "import_module", fail)
    return answers


def sent_to(answers: Answers, event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "ResponseURL": answers.url}


def test_the_provider_gets_event_and_context(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[object] = []
    monkeypatch.setattr(handler_module, "handler", lambda *arguments: received.extend(arguments))
    entry.handler({"an": "event"}, "context")
    assert received == [{"an": "event"}, "context"]


def test_a_provider_that_cannot_be_loaded_fails_the_request_at_once(broken: Answers) -> None:
    event = sent_to(broken, events.create())
    entry.handler(event, None)
    answer = broken.last
    assert answer["Status"] == "FAILED"
    assert "cannot be loaded: ImportError: boto3 has changed" in answer["Reason"]
    assert answer["PhysicalResourceId"] == handler_module._never_made(event)
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        assert answer[key] == event[key]
    assert broken.sizes[-1] <= 4096


def test_what_failed_so_can_be_rolled_back(broken: Answers) -> None:
    never_made = handler_module._never_made(events.create())
    entry.handler(sent_to(broken, events.delete(never_made)), None)
    assert (broken.last["Status"], broken.last["PhysicalResourceId"]) == ("SUCCESS", never_made)


def test_a_snapshot_that_cannot_be_deleted_is_not_called_deleted(broken: Answers) -> None:
    entry.handler(sent_to(broken, events.delete("my-graph-1")), None)
    assert (broken.last["Status"], broken.last["PhysicalResourceId"]) == ("FAILED", "my-graph-1")


def test_a_tick_leaves_the_answer_to_the_next_one(broken: Answers) -> None:
    broken.received.clear()
    tick = {**sent_to(broken, events.create()), "CrHelperPoll": True}
    with pytest.raises(ImportError):
        entry.handler(tick, None)
    assert not broken.received


def test_a_real_import_that_fails_is_answered(answers: Answers, tmp_path: Path) -> None:
    (tmp_path / "boto3.py").write_text("raise SyntaxError('not for this Python')")
    ended = subprocess.run(
        [sys.executable, "-c", INVOKE, str(tmp_path), str(PROVIDER)],
        input=json.dumps(sent_to(answers, events.create("request-7"))),
        env={**os.environ, "SSL_CERT_FILE": str(answers.authority)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "cannot be loaded" in ended.stderr
    assert (answers.last["Status"], answers.last["RequestId"]) == ("FAILED", "request-7")
    assert "SyntaxError: not for this Python" in answers.last["Reason"]


def test_a_client_that_cannot_be_made_at_the_start_is_made_later() -> None:
    """Without a region boto3 makes none; importing works all the same."""
    environment = {name: value for name, value in os.environ.items() if "AWS" not in name}
    script = (
        "from neptune_snapshot_provider import entry, handler; assert callable(entry.handler); "
        "assert not handler._aws.cache_info().currsize"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**environment, "PYTHONPATH": str(PROVIDER), "AWS_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
