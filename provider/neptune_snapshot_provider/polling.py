"""Removes the EventBridge rule, its target and the permission that carried a poll.

crhelper removes them too, but not twice: a second tick would fail on what the first one removed,
and a request that CloudFormation cancelled would leave them behind for ever.
"""

import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from neptune_snapshot_provider.logs import say

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient

_NOT_FOUND: Final = "ResourceNotFoundException"
_TARGET_ID: Final = "1"
"""The target's id, as crhelper names it."""


class Polls:
    """The polls of one function."""

    def __init__(self, function_name: str) -> None:
        self._function_name = function_name
        self._events: EventBridgeClient = boto3.client("events")
        self._lambda: LambdaClient = boto3.client("lambda")

    def remove(self, rule_arn: str, statement_id: str) -> None:
        """Remove one poll; what is gone already is fine, what cannot be removed is logged."""
        rule = rule_arn.rpartition("/")[2]
        if rule:
            _tolerant(lambda: self._events.remove_targets(Rule=rule, Ids=[_TARGET_ID]), rule)
            _tolerant(lambda: self._events.delete_rule(Name=rule), rule)
        if statement_id:
            _tolerant(
                lambda: self._lambda.remove_permission(
                    FunctionName=self._function_name, StatementId=statement_id
                ),
                statement_id,
            )

    def sweep(self, poll_id: str) -> None:
        """Remove all polls whose names start with ``poll_id``, likewise."""
        for statement in self._statements():
            statement_id = str(statement.get("Sid", ""))
            if statement_id.startswith(poll_id):
                say(logging.WARNING, f"Removing the poll {statement_id} of a cancelled request")
                self.remove(_rule_arn(statement), statement_id)

    def _statements(self) -> list[dict[str, object]]:
        try:
            policy = self._lambda.get_policy(FunctionName=self._function_name)["Policy"]
        except self._lambda.exceptions.ResourceNotFoundException:
            return []
        except (BotoCoreError, ClientError) as error:
            say(logging.WARNING, f"Polls of cancelled requests could not be looked for: {error}")
            return []
        statements: list[dict[str, object]] = json.loads(policy)["Statement"]
        return statements


def _rule_arn(statement: dict[str, object]) -> str:
    """The rule that a permission of crhelper's is for."""
    condition = statement.get("Condition")
    if not isinstance(condition, dict):
        return ""
    return str(condition.get("ArnLike", {}).get("AWS:SourceArn", ""))


def _tolerant(call: Callable[[], object], what: str) -> None:
    """An answer matters more than what the poll leaves: the next tick removes it again."""
    try:
        call()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != _NOT_FOUND:
            say(logging.WARNING, f"{what} could not be removed: {error}")
    except BotoCoreError as error:
        say(logging.WARNING, f"{what} could not be removed: {error}")
