"""What crhelper does without documenting it, and what we rely on.

Another version that fails here must not be used before `handler` has been looked at again.
"""

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from crhelper import FAILED, CfnResource
from crhelper import resource_helper as crhelper_module

from neptune_snapshot_provider import handler as handler_module
from support import events


class Client:
    """Writes down what is called."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        def call(**arguments: Any) -> dict[str, str]:  # noqa: ANN401 - any argument
            self.calls.append((name, arguments))
            return {"RuleArn": "arn:aws:events:eu-west-1:123456789012:rule/the-rule"}

        return call


class Context:
    function_name = "Provider"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    def send(_url: str, body: dict[str, Any], _verify: object) -> None:
        sent.append(json.loads(json.dumps(body)))

    # The default argument is bound when crhelper is imported, so that is what has to change.
    unbound: Any = CfnResource
    monkeypatch.setattr(unbound._send, "__defaults__", (None, "", send))
    return sent


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]) -> CfnResource:
    del sent
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    helper = CfnResource(log_level="INFO", polling_interval=1, sleep_on_delete=0)
    for name in ("_lambda_client", "_events_client", "_logs_client"):
        setattr(helper, name, Client())
    return helper


def calls(helper: CfnResource) -> dict[str, dict[str, Any]]:
    return dict(helper._events_client.calls + helper._lambda_client.calls)  # type: ignore[attr-defined]


def test_the_version_is_the_one_that_was_read() -> None:
    assert version("crhelper") == "2.0.12"


def test_an_id_set_early_survives_an_exception(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    def fail(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper.PhysicalResourceId = "early"
        raise ValueError

    helper.create(fail)
    helper(events.create(), Context())
    assert (sent[0]["Status"], sent[0]["PhysicalResourceId"]) == ("FAILED", "early")


def test_status_and_reason_can_be_set_without_an_exception(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    def fail(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper.Status, helper.Reason = FAILED, "r" * 256
        return "id"

    helper.create(fail)
    helper(events.create(), Context())
    assert (sent[0]["Status"], sent[0]["Reason"]) == ("FAILED", "r" * 256)


def test_a_true_from_a_poll_gets_a_random_id(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    """Therefore we always return the id."""
    helper.poll_update(lambda _event, _context: True)
    event = {**events.update("s", {}, {}), "CrHelperPoll": True, "CrHelperRule": "a:rule/r"}
    helper(event, Context())
    assert sent[0]["PhysicalResourceId"].startswith("Graph_BeforeMigration")


def test_a_poll_can_be_registered_inside_the_function(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    """Therefore only a request that has to wait gets a rule."""

    def wait(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper.poll_create(wait)
        return "id"

    helper.create(wait)
    helper(events.create(), Context())
    assert not sent
    assert helper.PhysicalResourceId is None
    assert set(calls(helper)) == {"put_rule", "add_permission", "put_targets"}


def test_the_functions_own_event_is_what_the_rule_delivers(helper: CfnResource) -> None:
    """Therefore the event can be made small, and its logical id names rule and permission."""
    event = events.create()

    def wait(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        event.clear()
        event.update({"RequestType": "Create", "LogicalResourceId": "short-", "Mine": 1})
        helper.poll_create(wait)
        return "id"

    helper.create(wait)
    helper(event, Context())
    made = calls(helper)
    assert made["put_rule"]["Name"].startswith("short-")
    assert len(made["put_rule"]["Name"]) == len("short-") + 8
    assert made["put_rule"]["ScheduleExpression"] == "rate(1 minute)"
    assert made["add_permission"]["StatementId"].startswith("short-")
    target = json.loads(made["put_targets"]["Targets"][0]["Input"])
    assert made["put_targets"]["Targets"][0]["Id"] == "1"
    assert target["Mine"] == 1
    assert target["CrHelperPoll"] is True
    assert target["CrHelperRule"].endswith("rule/the-rule")
    assert target["CrHelperPermission"].startswith("short-")


def test_a_poll_that_returns_nothing_is_left_alone(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    helper.poll_create(lambda _event, _context: None)
    helper({**events.create(), "CrHelperPoll": True}, Context())
    assert not sent
    assert not calls(helper)


def test_a_poll_unregistered_in_the_function_is_answered_without_a_teardown(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    """Therefore our own teardown, which tolerates what is gone already, is the only one."""

    def finish(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper.LogicalResourceId = "TheRealOne"
        helper.poll_create(None)  # type: ignore[arg-type]
        return "id"

    helper.poll_create(finish)
    helper({**events.create(), "CrHelperPoll": True}, Context())
    assert sent[0]["Status"] == "SUCCESS"
    assert sent[0]["PhysicalResourceId"] == "id"
    assert sent[0]["LogicalResourceId"] == "TheRealOne"
    assert not calls(helper)


def test_a_timeout_answers_with_the_id_set_early(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    def work(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper.PhysicalResourceId = "early"
        helper._timeout()  # type: ignore[attr-defined]
        return "early"

    helper.create(work)
    helper(events.create(), Context())
    assert sent[0]["Reason"] == "Execution timed out"
    assert sent[0]["PhysicalResourceId"] == "early"


def test_only_https_is_spoken() -> None:
    source = Path(crhelper_module.__file__).with_name("utils.py").read_text()
    assert "HTTPSConnection(host" in source


# The numbers are those of the project's list of what crhelper does; each says what relies on it.

CHANGED = "crhelper behaves otherwise than handler.py relies on: "


class Strict(Client):
    """Refuses what AWS refuses."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        call = super().__getattr__(name)

        def strict(**arguments: Any) -> dict[str, str]:  # noqa: ANN401 - any argument
            if len(arguments.get("Name", "")) > 64:
                raise ClientError({"Error": {"Code": "ValidationException"}}, "PutRule")
            if name == "remove_targets":
                raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "RemoveTargets")
            result: dict[str, str] = call(**arguments)
            return result

        return strict


def test_2_an_exception_in_a_poll_keeps_only_an_id_set_early(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    def fail(event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        if event["SetsIdEarly"]:
            helper.PhysicalResourceId = "early"
        raise ValueError("why")

    helper.poll_create(fail)
    for sets_id_early in (True, False):
        tick = {**events.create(), "CrHelperPoll": True, "CrHelperRule": "a:rule/r"}
        helper({**tick, "SetsIdEarly": sets_id_early}, Context())
    ids = [answer["PhysicalResourceId"] for answer in sent]
    assert ids[0] == "early", CHANGED + "an id set early is lost in an exception"
    assert ids[1].startswith("Graph_BeforeMigration"), CHANGED + "an id not set is not random"


def test_2_a_timeout_sends_the_id_set_early_and_else_an_empty_one(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    def work(event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        if event["SetsIdEarly"]:
            helper.PhysicalResourceId = "early"
        helper._timeout()  # type: ignore[attr-defined]
        return "late"

    helper.create(work)
    for sets_id_early in (True, False):
        helper({**events.create(), "SetsIdEarly": sets_id_early}, Context())
    timeouts = [one for one in sent if one["Reason"] == "Execution timed out"]
    ids = [one["PhysicalResourceId"] for one in timeouts]
    assert ids == ["early", ""], CHANGED + f"a timeout answers with {ids}"


def test_7_a_second_tick_fails_on_the_teardown_of_the_first(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    """Therefore the poll is unregistered and removed by ourselves."""
    helper._events_client = Strict()  # type: ignore[attr-defined]
    helper.poll_create(lambda _event, _context: "good")
    helper({**events.create(), "CrHelperPoll": True, "CrHelperRule": "a:rule/r"}, Context())
    assert sent[0]["Status"] == "FAILED", CHANGED + "its teardown tolerates what is gone"


def test_8_the_rule_is_named_after_the_logical_id_and_made_after_the_work(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    """Therefore the logical id is short and constant while polling."""
    worked = []

    def work(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        worked.append(True)
        helper.poll_create(work)
        return "id"

    helper._events_client = Strict()  # type: ignore[attr-defined]
    helper.create(work)
    helper({**events.create(), "LogicalResourceId": "L" * 57}, Context())
    assert worked
    assert sent[0]["Status"] == "FAILED", CHANGED + "rules are not named after the logical id"


def test_9_the_whole_event_goes_into_the_target(helper: CfnResource) -> None:
    """Therefore the event is folded before."""
    tags = events.tag_list(**{f"{n}{'k' * 100}": "v" * 256 for n in range(46)})

    def work(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper.poll_create(work)
        return "id"

    helper.create(work)
    helper(events.create(Tags=tags), Context())
    target = calls(helper)["put_targets"]["Targets"][0]["Input"]
    assert len(target) > 8192, CHANGED + "the event is made smaller by crhelper itself"
    assert json.loads(target)["ResponseURL"], CHANGED + "the target has no answer URL"


def test_10_a_poll_registered_beforehand_makes_every_request_wait(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    """Therefore polls are registered in the function, and on a tick before the call."""
    helper.update(lambda _event, _context: "id")
    helper.poll_update(lambda _event, _context: "id")
    helper(events.update("id", {}, {}), Context())
    assert not sent, CHANGED + "a request with a poll registered is answered at once"
    assert "put_rule" in calls(helper), CHANGED + "a poll registered beforehand makes no rule"


def test_the_setup_of_a_poll_can_be_wrapped_and_named(
    helper: CfnResource, sent: list[dict[str, Any]]
) -> None:
    """Therefore it is tried again, by our own clients, and always for the same rule."""
    attempts = []

    def work(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper.poll_create(work)
        return "id"

    def fail() -> None:
        attempts.append(helper.Data)
        helper.Data = {}
        raise RuntimeError("the reason")

    unlisted: Any = helper
    unlisted._rand_string = lambda _length: "constant"
    set_up = unlisted._setup_polling
    helper.create(work)
    helper(events.create(), Context())
    made = calls(helper)
    assert made["put_rule"]["Name"].endswith("constant"), CHANGED + "another name for the rule"
    assert made["add_permission"]["StatementId"].endswith("constant"), CHANGED + "another name"
    assert set_up
    unlisted._setup_polling = fail
    helper(events.create(), Context())
    assert attempts == [{"PhysicalResourceId": "id"}], CHANGED + "_setup_polling is not called"
    assert (sent[0]["Status"], sent[0]["Reason"]) == ("FAILED", "the reason")
    assert sent[0]["Data"] == {}, CHANGED + "the answer to a failed setup has other Data"


def test_where_it_believes_to_run_under_sam_it_makes_no_clients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Therefore it is made to believe so: its clients take longer than all else it does."""
    monkeypatch.setenv("AWS_SAM_LOCAL", "true")
    monkeypatch.setattr(boto3, "client", None)
    helper: Any = CfnResource(log_level="INFO", polling_interval=1, sleep_on_delete=0)
    assert helper._init_failed is None, CHANGED + "it makes clients under SAM too"
    assert not hasattr(helper, "_events_client")
    source = Path(crhelper_module.__file__).read_text()
    # Read from the environment, before the clients and before a poll is set up.
    assert source.count("_sam_local") == 3, CHANGED + "more depends on where it believes to run"


def test_a_helper_without_clients_of_its_own_sets_up_polls_with_ours(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(boto3, "client", None)
    monkeypatch.delenv("AWS_SAM_LOCAL", raising=False)
    helper: Any = handler_module._make_helper()
    assert "AWS_SAM_LOCAL" not in os.environ

    def wait(_event: Any, _context: Any) -> str:  # noqa: ANN401 - crhelper's
        helper._events_client = helper._lambda_client = Client()
        helper.poll_create(wait)
        return "id"

    helper.create(wait)
    helper(events.create(), Context())
    assert not sent
    made = [name for name, _ in helper._events_client.calls]
    assert made == ["put_rule", "add_permission", "put_targets"]
