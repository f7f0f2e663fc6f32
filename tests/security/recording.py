"""Writes down the AWS calls of the provider, and plays CloudFormation's part in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.model import OperationModel

from security.stacks import OUTER_STACK_ID, STACK_ID


@dataclass(frozen=True)
class Call:
    """One call as the SDK was asked for it.

    Attributes:
        operation: Service and operation, as boto3 calls them.
        parameters: Its parameters.
        tags: Tags that the snapshot concerned had before the call.
    """

    operation: str
    parameters: Mapping[str, Any] = field(hash=False)
    tags: Mapping[str, str] = field(hash=False)


class Recorder:
    """Sees every call of a session's clients.

    Attributes:
        calls: What was called, oldest first.
        stack_status: What ``DescribeStacks`` says.
        updated_at: When the stack's update began, as ``DescribeStacks`` says; none for a creation.
        is_nested: Whether there is a stack around the stack.
    """

    def __init__(self, tags_of: Callable[[str], Mapping[str, str]]) -> None:
        self.calls: list[Call] = []
        self.stack_status = "CREATE_IN_PROGRESS"
        self.updated_at: datetime | None = None
        self.is_nested = False
        self._tags_of = tags_of

    def watch(self, session: boto3.Session) -> None:
        """See the calls of clients that this session makes from now on."""
        session.events.register("provide-client-params", self._record)
        # The stubs do not know that what a handler returns is taken for the answer.
        answer: Any = self._describe_stacks
        session.events.register("before-call.cloudformation.DescribeStacks", answer)

    def begin_update(self) -> None:
        """Have the stack begin an update now."""
        self.stack_status = "UPDATE_IN_PROGRESS"
        self.updated_at = datetime.now(UTC)

    def _record(self, params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        snapshot = params.get("ResourceName") or params.get("DBClusterSnapshotIdentifier", "")
        self.calls.append(
            Call(
                f"{model.service_model.service_name}:{model.name}",
                dict(params),
                self._tags_of(snapshot) if snapshot else {},
            )
        )

    def _describe_stacks(
        self, params: Mapping[str, Any], **_: object
    ) -> tuple[AWSResponse, dict[str, Any]]:
        asked = params["body"]["StackName"]
        stack: dict[str, Any] = {"StackId": asked, "StackStatus": self.stack_status}
        if self.updated_at:
            stack["LastUpdatedTime"] = self.updated_at
        if self.is_nested and asked == STACK_ID:
            stack["ParentId"] = OUTER_STACK_ID
        return AWSResponse("", 200, HTTPHeaders(), None), {"Stacks": [stack]}
