"""EventBridge rules: set up whole or not at all, removed whatever is left of them."""

import logging
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

import fake_neptune
from fake_neptune import Client
from neptune_snapshot_provider.aws.rules import SCHEDULE, RuleError, Rules
from neptune_snapshot_provider.logs import LogEvent
from support.event_rules import EventRules

RULE = "neptune-snapshot-0a1b2c3d-0a1b2c3d-create"
FAILED_ENTRY = {"TargetId": "1", "ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
ATTEMPTS = 5
TARGET, OTHER_TARGET = "1000000-0a1b2c3d", "1000100-0a1b2c3d"


def client_error(code: str) -> ClientError:
    return fake_neptune.client_error(code, "because", "Operation")


@pytest.fixture
def events() -> EventRules:
    return EventRules()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    return pauses


@pytest.fixture
def rules(events: EventRules, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> Rules:
    del pauses

    monkeypatch.setattr(boto3, "client", lambda name, **_: Client(name, events))
    return Rules()


def put(rules: Rules) -> None:
    rules.put(RULE, TARGET, "Provider", '{"a": "b"}')


def test_a_rule_delivers_its_payload_to_the_function_every_minute(
    rules: Rules, events: EventRules, pauses: list[float]
) -> None:
    """A second invocation replaces the payload."""
    rules.put(RULE, TARGET, "Provider", "{}")
    put(rules)
    assert events.rules == {RULE: SCHEDULE} == {RULE: "rate(1 minute)"}
    function = "arn:aws-cn:lambda:cn-north-1:123456789012:function:Provider"
    assert events.targets == {
        RULE: {TARGET: {"Id": TARGET, "Arn": function, "Input": '{"a": "b"}'}}
    }
    assert events.calls == ["put_rule", "put_targets"] * 2
    assert not pauses


FAULTS: dict[str, Any] = {
    "conflict": client_error("ConcurrentModificationException"),
    "throttling": client_error("ThrottlingException"),
    "denied for a while": client_error("AccessDeniedException"),
    "not visible yet": client_error("ResourceNotFoundException"),
    "no connection": ReadTimeoutError(endpoint_url="https://localhost"),
    "in part": {"FailedEntryCount": 1, "FailedEntries": [FAILED_ENTRY]},
    "in part and silent": {"FailedEntryCount": 1},
}
CASES: list[tuple[str, str]] = [
    (operation, fault)
    for operation in ("put_rule", "put_targets")
    for fault in FAULTS
    if operation == "put_targets" or not fault.startswith("in part")
]


@pytest.mark.parametrize(("operation", "fault"), CASES)
def test_a_rule_is_set_up_in_spite_of_faults(
    rules: Rules, events: EventRules, pauses: list[float], operation: str, fault: str
) -> None:
    events.faults[operation] = [FAULTS[fault]] * (ATTEMPTS - 1)
    put(rules)
    assert events.targets[RULE][TARGET]["Input"] == '{"a": "b"}'
    assert len(pauses) == ATTEMPTS - 1


@pytest.mark.parametrize(("operation", "fault"), CASES)
def test_a_rule_that_cannot_be_set_up_leaves_nothing(
    rules: Rules, events: EventRules, pauses: list[float], operation: str, fault: str
) -> None:
    events.faults[operation] = [FAULTS[fault]] * ATTEMPTS
    with pytest.raises(RuleError, match=RULE) as caught:
        put(rules)
    assert ("ThrottlingException: slow down" in str(caught.value)) is (fault == "in part")
    assert not events.rules
    assert not events.targets
    assert sum(pauses) < 60, "the invocation has to respond"


def test_a_rule_is_removed_with_its_target(rules: Rules, events: EventRules) -> None:
    """The function's permission stays: the template has one for all rules of the stack."""
    put(rules)
    assert rules.remove(RULE, TARGET)
    assert not events.rules
    assert not events.targets
    assert events.calls == ["put_rule", "put_targets", "remove_targets", "delete_rule"]


@pytest.mark.parametrize("reports_missing", [False, True])
def test_a_target_of_another_request_stays_with_its_rule(
    rules: Rules, events: EventRules, *, reports_missing: bool
) -> None:
    """Either answer of EventBridge to the removal of a target that is not there will do."""
    events.reports_missing = reports_missing
    rules.put(RULE, OTHER_TARGET, "Provider", "{}")
    rules.remove(RULE, TARGET)
    assert list(events.targets[RULE]) == [OTHER_TARGET]
    assert list(events.rules) == [RULE]


def test_the_latest_target_is_removed_if_it_is_meant(rules: Rules, events: EventRules) -> None:
    put(rules)
    assert not rules.remove_latest(RULE, lambda target: target == OTHER_TARGET)
    assert list(events.targets[RULE]) == [TARGET]
    assert rules.remove_latest(RULE, lambda target: target == TARGET) == [TARGET]
    assert not events.rules


def test_there_may_be_no_rule(rules: Rules, events: EventRules, pauses: list[float]) -> None:
    assert not rules.remove_latest(RULE, lambda _: True)
    assert not rules.remove(RULE, TARGET)
    assert not pauses
    assert not events.rules


@pytest.mark.parametrize("faults", [[], [client_error("ResourceNotFoundException")]])
def test_a_rule_without_a_target_is_removed(
    rules: Rules, events: EventRules, faults: list[ClientError]
) -> None:
    """The function was killed between the two calls, perhaps a moment ago."""
    events.rules[RULE] = SCHEDULE
    events.faults["remove_targets"] = [*faults]
    assert bool(rules.remove(RULE, TARGET)) is (not faults)
    assert not events.rules


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "not visible yet"])
def test_a_rule_is_removed_in_spite_of_faults(rules: Rules, events: EventRules, fault: str) -> None:
    put(rules)
    events.faults["remove_targets"] = [FAULTS[fault]] * (ATTEMPTS - 1)
    assert rules.remove(RULE, TARGET)
    assert not events.rules


def test_a_rule_that_cannot_be_removed_is_logged(
    rules: Rules,
    events: EventRules,
    caplog: pytest.LogCaptureFixture,
    logged: Callable[..., list[str]],
) -> None:
    put(rules)
    events.faults["delete_rule"] = [client_error("AccessDeniedException")] * ATTEMPTS
    with caplog.at_level(logging.WARNING):
        rules.remove(RULE, TARGET)
    assert logged(caplog) == [LogEvent.RULE_FAILED]
    assert RULE in caplog.text
