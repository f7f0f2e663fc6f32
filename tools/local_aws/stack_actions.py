"""Calls of the CloudFormation API as AWS answers them, where the emulator does not.

A stack in the middle of an operation takes no other; one that failed without rollback can be
updated. DescribeStacks names the parent, the times as AWS does, and can be stale.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from local_aws.api_call import current_caller
from local_aws.behaviour import Caller
from local_aws.emulator import Action, ApiAnswer, Parameters, Stack, module, replace, timestamp
from local_aws.scene import Scene

_RETRYABLE = ("CREATE_FAILED", "UPDATE_FAILED")
_UNDELETABLE = ("UPDATE", "IMPORT")
_MEMBER = re.compile(
    r"<member><StackName>.*?</StackId><StackStatus>.*?</LastUpdatedTime>", re.DOTALL
)


class StackActions:
    """The corrected actions; ``install`` puts them in place."""

    def __init__(self, scene: Callable[[], Scene]) -> None:
        """Know what a test has chosen."""
        self._scene = scene
        self._handlers = module("cloudformation.handlers")
        self._events: dict[str, list[Any]] = module("cloudformation")._stack_events  # noqa: SLF001

    def install(self) -> None:
        """Replace the emulator's actions."""
        replace(
            self._handlers._ACTION_HANDLERS,  # noqa: SLF001
            CreateStack=self._create,
            UpdateStack=self._update,
            CreateChangeSet=self._create_change_set,
            ExecuteChangeSet=self._execute_change_set,
            DeleteStack=self._delete,
            DescribeStacks=self._describe,
        )

    def _create(self, create: Action, parameters: Parameters) -> ApiAnswer:
        """Create a stack, which has not been updated yet."""
        answer = create(parameters)
        stack = self._stack(parameters)
        if stack is not None and stack["StackStatus"] == "CREATE_IN_PROGRESS":
            stack["LastUpdatedTime"] = ""
        return answer

    def _update(self, update: Action, parameters: Parameters) -> ApiAnswer:
        """Update a stack, also one that failed without rollback."""
        stack = self._stack(parameters)
        status = stack["StackStatus"] if stack else ""
        if stack is None or status not in _RETRYABLE:
            return self._refusal(stack) or update(parameters)
        stack["StackStatus"] = "UPDATE_COMPLETE"  # the emulator updates no other
        try:
            return update(parameters)
        finally:
            if stack["StackStatus"] == "UPDATE_COMPLETE":
                stack["StackStatus"] = status

    def _create_change_set(self, create: Action, parameters: Parameters) -> ApiAnswer:
        return self._refusal(self._stack(parameters)) or create(parameters)

    def _execute_change_set(self, execute: Action, parameters: Parameters) -> ApiAnswer:
        change_sets = module("cloudformation.changesets")
        names = (_text(parameters, "ChangeSetName"), _text(parameters, "StackName"))
        _, found = change_sets._find_change_set(*names)  # noqa: SLF001
        stack = self._stack({"StackName": [found["StackId"]]}) if found else None
        return self._refusal(stack) or execute(parameters)

    def _delete(self, delete: Action, parameters: Parameters) -> ApiAnswer:
        """Delete a stack once, and not in the middle of an update."""
        stack = self._stack(parameters)
        status = stack["StackStatus"] if stack else ""
        if status == "DELETE_IN_PROGRESS":
            answer: ApiAnswer = self._handlers._xml(200, "DeleteStackResponse", "")  # noqa: SLF001
            return answer
        if stack and status.startswith(_UNDELETABLE) and status.endswith("_IN_PROGRESS"):
            return self._refuse(f"Stack [{stack['StackName']}] cannot be deleted while in {status}")
        return delete(parameters)

    def _describe(self, describe: Action, parameters: Parameters) -> ApiAnswer:
        """Describe stacks, to functions perhaps as they were some seconds ago."""
        status, headers, body = describe(parameters)
        return status, headers, _MEMBER.sub(self._corrected, body.decode()).encode()

    def _corrected(self, member: re.Match[str]) -> str:
        text = member.group()
        (stack_id,) = re.findall(r"<StackId>(.*?)</StackId>", text)
        stack = self._stack({"StackName": [stack_id]})
        if stack is None:
            return text
        status, updated = stack["StackStatus"], stack.get("LastUpdatedTime", "")
        deleted = stack.get("DeletionTime", "")
        seconds = self._scene().stale_seconds
        if seconds and current_caller.get() is Caller.LAMBDA:
            moment = timestamp(time.time() - seconds)
            status, updated = self._earlier(stack, moment)
            deleted = deleted if deleted <= moment else ""
        fields = {
            "DeletionTime": deleted,
            "LastUpdatedTime": updated,
            "ParentId": stack.get("ParentId", ""),
            "RootId": stack.get("RootId", ""),
        }
        added = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items() if value)
        text = re.sub(r"<StackStatus>.*?<", f"<StackStatus>{status}<", text)
        return re.sub(r"<LastUpdatedTime>.*?</LastUpdatedTime>", added, text)

    def _earlier(self, stack: Stack, moment: str) -> tuple[str, str]:
        """Status and time of the last update as they were at a moment."""
        stack_id = stack["StackId"]
        events = self._events.get(stack_id, [])
        own = [one for one in events if one["PhysicalResourceId"] == stack_id]
        seen = [one for one in own if one["Timestamp"] <= moment] or own[:1]
        began = [one for one in seen if one["ResourceStatus"] == "UPDATE_IN_PROGRESS"]
        updated = began[-1]["Timestamp"] if began else ""
        return seen[-1]["ResourceStatus"], updated

    def _stack(self, parameters: Parameters) -> Stack | None:
        found: Stack | None = self._handlers._resolve_stack(_text(parameters, "StackName"))  # noqa: SLF001
        return found

    def _refusal(self, stack: Stack | None) -> ApiAnswer | None:
        status = stack["StackStatus"] if stack else ""
        if stack is None or not status.endswith("_IN_PROGRESS") or status.startswith("REVIEW"):
            return None
        return self._refuse(
            f"Stack:{stack['StackId']} is in {status} state and can not be updated."
        )

    def _refuse(self, message: str) -> ApiAnswer:
        refusal: ApiAnswer = self._handlers._error("ValidationError", message)  # noqa: SLF001
        return refusal


def _text(parameters: Parameters, name: str) -> str:
    return str(parameters.get(name, [""])[0])
