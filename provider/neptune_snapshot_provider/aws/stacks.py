"""Reads the record of a stack, and of the stacks around it."""

import uuid
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from neptune_snapshot_provider.aws.translation import DENIED, code, refusals
from neptune_snapshot_provider.core.models import MISSING, Missing, Stack

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef

_UNKNOWN_STACK: Final = "ValidationError"
"""The code for a stack that does not exist; a deleted one is described for 90 days by its ID."""
_LATER_OPERATIONS: Final = ("UPDATE_STACK", "DELETE_STACK")
_UUID_EPOCH: Final = 0x01B21DD213814000
"""Count of 100 ns from the epoch of a UUIDv1 to that of Unix."""
_UUID_TIME_BASED: Final = 1


def describe(client: "CloudFormationClient", stack_id: str) -> Stack | Missing:
    """Read the status of a stack, and of those around it as far as that is permitted.

    Raises:
        Refusal: The stack's own record cannot be read.
    """
    with refusals("DescribeStacks"):
        try:
            own = _describe(client, stack_id)
        except ClientError as error:
            if code(error) == _UNKNOWN_STACK:
                return MISSING
            raise
        ancestors, known = _ancestors(client, own.get("ParentId", ""))
    return Stack(
        status=own["StackStatus"],
        ancestors=ancestors,
        ancestors_known=known,
        began_at=_began_at(own),
    )


def _ancestors(client: "CloudFormationClient", parent_id: str) -> tuple[tuple[str, ...], bool]:
    """Statuses of the stacks around a nested one, and whether all could be described."""
    statuses: list[str] = []
    while parent_id:
        try:
            stack = _describe(client, parent_id)
        except ClientError as error:
            if code(error) in (*DENIED, _UNKNOWN_STACK):
                # A template that nests this one in its own way grants no permission for it.
                return tuple(statuses), False
            raise
        statuses.append(stack["StackStatus"])
        parent_id = stack.get("ParentId", "")
    return tuple(statuses), True


def _describe(client: "CloudFormationClient", stack_id: str) -> "StackTypeDef":
    return client.describe_stacks(StackName=stack_id)["Stacks"][0]


def _began_at(stack: "StackTypeDef") -> float | None:
    """When the last update, or the deletion, of a stack began."""
    times = [stack.get("LastUpdatedTime"), stack.get("DeletionTime")]
    seconds = [time.timestamp() for time in times if time]
    for operation in stack.get("LastOperations", []):
        if operation.get("OperationType") in _LATER_OPERATIONS:
            seconds += _uuid_time(operation.get("OperationId", ""))
    return max(seconds, default=None)


def _uuid_time(text: str) -> list[float]:
    """The time in a UUIDv1, in seconds since the epoch; none for anything else."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return []
    is_time_based = value.version == _UUID_TIME_BASED
    return [(value.time - _UUID_EPOCH) / 1e7] if is_time_based else []
