"""The EventBridge rules that invoke the provider every minute while a request waits.

The function's template permits EventBridge to invoke it from all rules of the stack, so that a rule
and its target are all that a poll needs.
"""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from neptune_snapshot_provider.aws.client import CONFIG
from neptune_snapshot_provider.logs import LogEvent, log

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_events.type_defs import (
        PutTargetsResponseTypeDef,
        RemoveTargetsResponseTypeDef,
        TargetTypeDef,
    )

SCHEDULE: Final = "rate(1 minute)"
_NOT_FOUND: Final = "ResourceNotFoundException"
_HAS_TARGETS: Final = "ValidationException"
_TARGET_ID: Final = "1"
_ATTEMPTS: Final = 5
_PAUSE: Final = 3.0


class RuleError(Exception):
    """A rule could not be set up or removed."""


class Rules:
    """The rules of one function."""

    def __init__(self) -> None:
        self._events: EventBridgeClient = boto3.client("events", config=CONFIG)

    def put(self, name: str, function_name: str, payload: str) -> None:
        """Have a rule deliver ``payload`` to a function every minute; a second call replaces it.

        Raises:
            RuleError: EventBridge refused it repeatedly; nothing of the rule remains.
        """

        def put() -> None:
            rule = self._events.put_rule(Name=name, ScheduleExpression=SCHEDULE, State="ENABLED")
            _, partition, _, region, account, *_ = rule["RuleArn"].split(":")
            arn = f"arn:{partition}:lambda:{region}:{account}:function:{function_name}"
            target: TargetTypeDef = {"Id": _TARGET_ID, "Arn": arn, "Input": payload}
            _check(self._events.put_targets(Rule=name, Targets=[target]))

        if problem := _repeated(put):
            self.remove(name)
            raise RuleError(f"EventBridge rule {name}: {problem}")

    def remove(self, name: str) -> bool:
        """Remove a rule and its target; whether there was one. A failure is logged."""
        removed: list[str] = []

        def remove() -> None:
            try:
                _check(self._events.remove_targets(Rule=name, Ids=[_TARGET_ID]))
                removed.append(name)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != _NOT_FOUND:
                    raise
            # Also then: a rule that was put a moment ago may not be found yet.
            self._events.delete_rule(Name=name)

        _remove_repeatedly(name, remove)
        return bool(removed)

    def remove_empty(self, name: str) -> None:
        """Remove a rule without a target, as a killed invocation left it; another one stays.

        An invocation that is setting up the same rule puts it again.
        """

        def remove() -> None:
            try:
                self._events.delete_rule(Name=name)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != _HAS_TARGETS:
                    raise

        _remove_repeatedly(name, remove)


def _remove_repeatedly(name: str, remove: Callable[[], None]) -> None:
    if problem := _repeated(remove):
        message = f"EventBridge rule {name} could not be removed: {problem}"
        log(logging.WARNING, LogEvent.RULE_FAILED, message)


def _check(response: "PutTargetsResponseTypeDef | RemoveTargetsResponseTypeDef") -> None:
    """Raise what a call reports in spite of HTTP status 200."""
    if response.get("FailedEntryCount"):
        (entry, *_) = response.get("FailedEntries") or [{}]
        raise RuleError(f"{entry.get('ErrorCode', '')}: {entry.get('ErrorMessage', '')}")


def _repeated(call: Callable[[], None]) -> str:
    """Make a call until it succeeds; what was wrong with the last attempt, or the empty string."""
    problem = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE)
        try:
            call()
        except (BotoCoreError, ClientError, RuleError) as error:
            problem = str(error)
        else:
            return ""
    return problem
