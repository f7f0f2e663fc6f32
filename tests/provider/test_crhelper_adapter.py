"""What crhelper does without documenting it and the adapter relies on, and the adapter itself.

Another version of crhelper that fails here must not be used before `crhelper_adapter` has been
checked against it.
"""

import inspect
import json
import logging
import threading
import time
from importlib.metadata import version
from typing import Any

import boto3
import pytest
from crhelper import CfnResource

from neptune_snapshot_provider.contract import Attribute
from neptune_snapshot_provider.core.request import Event
from neptune_snapshot_provider.crhelper_adapter import (
    CrhelperAdapter,
    Response,
    ResponseNotAccepted,
)
from support import events
from support.response_server import ResponseServer

CHANGED = "crhelper behaves otherwise than crhelper_adapter.py relies on: "


class Context:
    function_name = "Provider"

    def __init__(self, remaining: float = 900.0) -> None:
        self._ends_at = time.monotonic() + remaining

    def get_remaining_time_in_millis(self) -> int:
        return int((self._ends_at - time.monotonic()) * 1000)


class Task:
    """A task that does what a test wants."""

    failure_id = "early"
    logical_id = "TheRealOne"

    def __init__(self, response: Response | Exception | None) -> None:
        self._response = response
        self.ends_at = time.time() + 60
        self.is_over = False
        self.calls: list[str] = []
        self.problem: Exception | None = None

    def work(self) -> Response | None:
        self.calls.append("work")
        if isinstance(self._response, Exception):
            raise self._response
        return self._response

    def set_up_rule(self) -> None:
        self.calls.append("set_up_rule")
        if self.problem:
            raise self.problem

    def remove_rule(self) -> None:
        self.calls.append("remove_rule")


DONE = Response(physical_id="the-id", data={"a": "b"})
FAILED = Response(physical_id="the-id", reason="r" * 256)


@pytest.fixture(autouse=True)
def no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crhelper can make no client."""
    monkeypatch.setattr(boto3, "client", None)


@pytest.fixture(params=["Create", "Update", "Delete"])
def event(request: pytest.FixtureRequest, server: ResponseServer) -> Event:
    """An event of CloudFormation."""
    sent = {**events.create(), "PhysicalResourceId": "old-id", "ResponseURL": server.url}
    return {**sent, "RequestType": request.param}


@pytest.fixture
def poll(event: Event) -> Event:
    """The same event, as the rule delivers it."""
    return {**event, "CrHelperPoll": True}


def respond(task: Task, event: Event, context: Context | None = None) -> None:
    CrhelperAdapter(task).respond(event, context or Context())


def test_the_version_is_the_one_that_was_read() -> None:
    assert version("crhelper") == "2.0.12"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_get_func", ["self"]),
        ("_poll_enabled", ["self"]),
        ("_setup_polling", ["self"]),
        ("_remove_polling", ["self"]),
        ("_send", ["self", "status", "reason"]),
    ],
)
def test_the_signatures_of_overridden_methods_fit(name: str, parameters: list[str]) -> None:
    method = getattr(CfnResource, name)
    assert inspect.isfunction(method), CHANGED + f"there is no {name}"
    signature = list(inspect.signature(method).parameters)
    assert signature[:3] == parameters, CHANGED + name


def test_a_request_gets_one_response(server: ResponseServer, event: Event) -> None:
    task = Task(DONE)
    respond(task, event)
    assert task.calls == ["work"]
    (response,) = server.received
    assert response == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": "the-id",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": "TheRealOne",
        "NoEcho": False,
        "Data": {"a": "b"},
    }


@pytest.mark.parametrize(
    ("response", "reason", "physical_id"),
    [
        pytest.param(FAILED, "r" * 256, "the-id", id="failure"),
        pytest.param(ValueError("why"), "why", "early", id="exception"),
        pytest.param(None, "no rule", "early", id="rule that cannot be set up"),
    ],
)
def test_a_failure_has_its_reason_its_id_and_no_data(
    server: ResponseServer,
    event: Event,
    response: Response | Exception | None,
    reason: str,
    physical_id: str,
) -> None:
    task = Task(response)
    task.problem = RuntimeError("no rule")
    respond(task, event)
    (sent,) = server.received
    assert (sent["Status"], sent["Reason"]) == ("FAILED", reason)
    assert sent["PhysicalResourceId"] == physical_id, CHANGED + "the ID is lost"
    assert sent["LogicalResourceId"] == "TheRealOne"
    assert sent["Data"] == {}, CHANGED + "the response has Data"


@pytest.mark.parametrize("sam", [None, "true"])
def test_a_request_that_takes_long_gets_a_rule_and_no_response(
    server: ResponseServer, event: Event, monkeypatch: pytest.MonkeyPatch, sam: str | None
) -> None:
    """Under SAM crhelper would set up no poll."""
    if sam:
        monkeypatch.setenv("AWS_SAM_LOCAL", sam)
    else:
        monkeypatch.delenv("AWS_SAM_LOCAL", raising=False)
    task = Task(None)
    respond(task, event)
    assert task.calls == ["work", "set_up_rule"], CHANGED + "_setup_polling is not called"
    assert not server.attempts


def test_a_poll_that_is_not_done_changes_nothing(server: ResponseServer, poll: Event) -> None:
    task = Task(None)
    respond(task, poll)
    assert task.calls == ["work"], CHANGED + "a poll without a physical ID does more"
    assert not server.attempts


@pytest.mark.parametrize("response", [DONE, FAILED], ids=["done", "failed"])
def test_a_poll_removes_its_rule_after_it_responds(
    server: ResponseServer, poll: Event, response: Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in between, the next poll responds; but a Delete may lose the permission by then."""
    at_removal: list[int] = []
    monkeypatch.setattr(Task, "remove_rule", lambda _: at_removal.append(server.attempts))
    respond(Task(response), poll)
    assert at_removal == [0 if poll["RequestType"] == "Delete" else 1], CHANGED + "_remove_polling"
    (sent,) = server.received
    assert sent["PhysicalResourceId"] == "the-id"
    assert sent["LogicalResourceId"] == "TheRealOne"
    assert sent["Status"] == ("FAILED" if response.reason else "SUCCESS")


def test_an_invocation_that_is_cut_short_responds_with_the_id_set_early(
    server: ResponseServer, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crhelper's timer fires half a second before the end of the invocation."""
    monkeypatch.setattr(Task, "work", lambda _: time.sleep(1.5))
    respond(Task(DONE), event, Context(remaining=1.5))
    response = server.received[0]
    assert (response["Status"], response["Reason"]) == ("FAILED", "Execution timed out")
    assert response["PhysicalResourceId"] == "early"


def test_the_timer_ends_with_the_request(event: Event) -> None:
    before = set(threading.enumerate())
    respond(Task(DONE), event)
    timers = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    for timer in set(timers) - before:
        timer.join(timeout=5)
        assert not timer.is_alive(), CHANGED + "its timer is not cancelled"


@pytest.mark.parametrize("is_over", [False, True])
def test_a_rule_stays_until_a_response_is_accepted_or_the_time_is_over(
    server: ResponseServer, poll: Event, *, is_over: bool
) -> None:
    task = Task(DONE)
    task.is_over = is_over
    server.statuses = [403]
    with pytest.raises(ResponseNotAccepted):
        respond(task, poll)
    assert server.attempts == 1
    removes = is_over or poll["RequestType"] == "Delete"
    assert task.calls == ["work", *["remove_rule"] * removes]


def test_a_response_is_sent_again_until_the_invocation_ends(
    server: ResponseServer, event: Event
) -> None:
    task = Task(DONE)
    server.statuses = [503]
    respond(task, event)
    assert (server.attempts, len(server.received)) == (2, 1)
    server.clear()
    server.statuses = [503]
    task.ends_at = time.time()
    with pytest.raises(ResponseNotAccepted):
        respond(task, event)


def test_a_long_response_is_shortened(server: ResponseServer, event: Event) -> None:
    names = ",".join(f"snapshot-{number}" for number in range(1000))
    shortened: dict[str, str] = {Attribute.DELETED: ""}
    long = Response(physical_id="id", data={Attribute.DELETED: names}, shortened=shortened)
    respond(Task(long), event)
    assert server.sizes[0] <= 4096
    assert server.last["Data"][Attribute.DELETED].startswith("snapshot-0,snapshot-1,")


def test_a_second_invocation_shares_nothing_with_the_first(
    server: ResponseServer, event: Event
) -> None:
    respond(Task(FAILED), event)
    respond(Task(Response(physical_id="other")), event)
    assert (server.last["Status"], server.last["Reason"]) == ("SUCCESS", "")
    assert (server.last["PhysicalResourceId"], server.last["Data"]) == ("other", {})


def test_crhelper_makes_no_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clients take longer than all else it does; they are only for its own polls."""
    made: list[str] = []
    monkeypatch.setattr(boto3, "client", lambda name, **_: made.append(name))
    adapter: Any = CrhelperAdapter(Task(DONE))
    assert not made, CHANGED + "it makes clients under SAM too"
    assert adapter._init_failed is None
    CfnResource(log_level="INFO", polling_interval=1, sleep_on_delete=0)
    assert made, CHANGED + "it makes no clients anyway: `_sam_local` can be removed"


def test_nothing_of_the_url_is_logged(event: Event, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG crhelper would log the whole event."""
    with caplog.at_level(logging.INFO):
        respond(Task(DONE), event)
        respond(Task(None), event)
    assert "X-Amz-Signature" not in caplog.text
    assert "secret" not in caplog.text


def test_an_exception_of_crhelper_itself_gets_a_response(
    server: ResponseServer, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a change of crhelper")

    monkeypatch.setattr(CfnResource, "_set_timeout", fail)
    respond(Task(DONE), event)
    assert (server.last["Status"], server.last["Reason"]) == ("FAILED", "a change of crhelper")
    assert json.dumps(server.last["PhysicalResourceId"])
