"""The EventBridge rules that invoke the provider every minute while a request waits.

The function's template permits EventBridge to invoke it from all rules of the stack, so that a rule
and its target are all that a poll needs. Creates of a resource share a rule, and each has its own
target: what one removes is never another one's. A rule's description is the target that was put
last, so that a Delete finds it without a permission to read targets, which hold response URLs.
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
_ATTEMPTS: Final = 5
_PAUSE: Final = 3.0


class RuleError(Exception):
    """A rule could not be set up or removed."""


class Rules:
    """The rules of one function."""

    def __init__(self) -> None:
        self._events: EventBridgeClient = boto3.client("events", config=CONFIG)

    def put(self, name: str, target_id: str, function_name: str, payload: str) -> None:
        """Have a rule deliver ``payload`` to a function every minute; a second call replaces it.

        Raises:
            RuleError: EventBridge refused it repeatedly; nothing of the target remains.
        """

        def put() -> None:
            rule = self._events.put_rule(
                Name=name, ScheduleExpression=SCHEDULE, State="ENABLED", Description=target_id
            )
            _, partition, _, region, account, *_ = rule["RuleArn"].split(":")
            arn = f"arn:{partition}:lambda:{region}:{account}:function:{function_name}"
            target: TargetTypeDef = {"Id": target_id, "Arn": arn, "Input": payload}
            _check(self._events.put_targets(Rule=name, Targets=[target]))

        if problem := _repeated(put):
            self.remove(name, target_id)
            raise RuleError(f"EventBridge rule {name}: {problem}")

    def remove(self, name: str, target_id: str) -> list[str]:
        """Remove a target, and its rule unless that has another one. A failure is logged.

        Returns:
            The target, if there was one.
        """
        return self._removed(name, lambda: target_id)

    def remove_latest(self, name: str, is_meant: Callable[[str], bool]) -> list[str]:
        """Do the same for the target that was put last, whichever that is, if it is meant."""

        def latest() -> str:
            target_id = self._events.describe_rule(Name=name).get("Description", "")
            return target_id if is_meant(target_id) else ""

        return self._removed(name, latest)

    def _removed(self, name: str, find: Callable[[], str]) -> list[str]:
        removed: list[str] = []

        def remove() -> None:
            try:
                if not (target_id := find()):
                    return
                response = self._events.remove_targets(Rule=name, Ids=[target_id])
                if not _is_missing(response):
                    _check(response)
                    removed.append(target_id)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != _NOT_FOUND:
                    raise
            # Also then: a rule that was put a moment ago may not be found yet.
            self._events.delete_rule(Name=name)

        if problem := _repeated(remove):
            message = f"EventBridge rule {name} could not be removed: {problem}"
            log(logging.WARNING, LogEvent.RULE_FAILED, message)
        return removed[:1]


def _is_missing(response: "RemoveTargetsResponseTypeDef") -> bool:
    """Whether there is no such target, which EventBridge may report as a failure."""
    return any(one.get("ErrorCode") == _NOT_FOUND for one in response.get("FailedEntries", []))


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
