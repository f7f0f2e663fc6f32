"""Removes the EventBridge rule, its target and the permission that carried a poll.

crhelper removes them too, but not twice: a second tick would fail on what the first one removed,
and a request that CloudFormation cancelled would leave them behind for ever.
"""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from neptune_snapshot_provider.aws.client import CONFIG
from neptune_snapshot_provider.logs import say

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient

_NOT_FOUND: Final = "ResourceNotFoundException"
AWS_ERRORS: Final = (BotoCoreError, ClientError)
"""Whatever boto3 raises when a call does not succeed."""
_REMOVE_ATTEMPTS: Final = 3
"""A rule that has lost its target does not fire: nobody would remove the rest later."""
_TARGET_ID: Final = "1"
"""The target's id, as crhelper names it."""


class Polls:
    """The polls of one function."""

    def __init__(self, function_name: str) -> None:
        self._function_name = function_name
        self.events: EventBridgeClient = boto3.client("events", config=CONFIG)
        self._functions: LambdaClient = boto3.client("lambda", config=CONFIG)

    def add_permission(self, **wanted: Any) -> None:  # noqa: ANN401 - boto3's
        """Do what crhelper asks of its Lambda client; a second delivery may have done it."""
        with suppress(self._functions.exceptions.ResourceConflictException):
            self._functions.add_permission(**wanted)

    def remove(self, rule_arn: str, statement_id: str) -> None:
        """Remove one poll; what is gone already is fine.

        Where that fails the rest is left as it is: with the permission the rule still fires, and
        the next tick removes it.
        """
        rule = rule_arn.rpartition("/")[2]
        removed = not rule or (
            _removed(lambda: self.events.remove_targets(Rule=rule, Ids=[_TARGET_ID]), rule)
            and _removed(lambda: self.events.delete_rule(Name=rule), rule)
        )
        if removed and statement_id:
            _removed(
                lambda: self._functions.remove_permission(
                    FunctionName=self._function_name, StatementId=statement_id
                ),
                statement_id,
            )

    def sweep(self, poll_id: str, *, unless: Callable[[], bool]) -> None:
        """Remove all polls whose names start with ``poll_id``, likewise.

        Args:
            poll_id: of the resource that is deleted.
            unless: whether they may be of a later request; only asked if there are any.
        """
        left = [one for one in self._statements() if str(one.get("Sid", "")).startswith(poll_id)]
        if not left or unless():
            return
        for statement in left:
            statement_id = str(statement["Sid"])
            say(logging.INFO, f"Removing the rule {statement_id}, whose request was cancelled")
            self.remove(_rule_arn(statement), statement_id)

    def _statements(self) -> list[dict[str, object]]:
        try:
            policy = self._functions.get_policy(FunctionName=self._function_name)["Policy"]
        except self._functions.exceptions.ResourceNotFoundException:
            return []
        except AWS_ERRORS as error:
            say(logging.WARNING, f"Rules of cancelled requests could not be looked for: {error}")
            return []
        statements: list[dict[str, object]] = json.loads(policy)["Statement"]
        return statements


def _rule_arn(statement: dict[str, object]) -> str:
    """The rule that a permission of crhelper's is for."""
    condition = statement.get("Condition")
    if not isinstance(condition, dict):
        return ""
    return str(condition.get("ArnLike", {}).get("AWS:SourceArn", ""))


def _removed(call: Callable[[], object], what: str) -> bool:
    """Whether it is gone now; if not that is logged, as an answer matters more."""
    for _ in range(_REMOVE_ATTEMPTS):
        try:
            call()
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and _code(error) == _NOT_FOUND:
                return True
            say(logging.WARNING, f"The rule {what} could not be removed: {error}")
        else:
            return True
    return False


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
