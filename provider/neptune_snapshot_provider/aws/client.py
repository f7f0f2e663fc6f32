"""The calls to AWS that a request needs, by boto3; not found is a value.

Beside `rules`, the only module that knows boto3.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing, Snapshot, Stack
from neptune_snapshot_provider.core.refusals import (
    ClusterBusy,
    ClusterUnknown,
    Denied,
    QuotaReached,
    Refusal,
    SnapshotBusy,
    SnapshotExists,
    SnapshotGone,
    Unavailable,
    Unexpected,
)

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef
    from types_boto3_neptune import NeptuneClient
    from types_boto3_rds import RDSClient
    from types_boto3_ssm import SSMClient

CONFIG: Final = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)
"""A call that hangs ends well within the margin for handing over: the next poll repeats it."""
_NOT_FOUND: Final = ("DBClusterSnapshotNotFoundFault", "DBClusterNotFoundFault")
_NO_RESOURCE: Final = "InvalidParameterValue"
"""What ListTagsForResource says of an ARN that it does not find."""
_DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_UNKNOWN_STACK: Final = "ValidationError"
"""The code for a stack that does not exist; a deleted one is described for 90 days by its ID."""
_LATER_OPERATIONS: Final = ("UPDATE_STACK", "DELETE_STACK")
_UUID_EPOCH: Final = 0x01B21DD213814000
"""Count of 100 ns from the epoch of a UUIDv1 to that of Unix."""
_UUID_TIME_BASED: Final = 1
_QUOTA: Final = "ManualClusterSnapshots"
_HTTP_TOO_MANY_REQUESTS: Final = 429
_HTTP_SERVER_ERROR: Final = 500


_REFUSALS: Final[Mapping[str, type[Refusal]]] = {
    "DBClusterSnapshotAlreadyExistsFault": SnapshotExists,
    "DBClusterSnapshotNotFoundFault": SnapshotGone,
    # What ListTagsForResource says of any kind of snapshot.
    "DBSnapshotNotFound": SnapshotGone,
    "InvalidDBClusterStateFault": ClusterBusy,
    "DBClusterNotFoundFault": ClusterUnknown,
    "InvalidDBClusterSnapshotStateFault": SnapshotBusy,
    "SnapshotQuotaExceeded": QuotaReached,
    # The class is named so, and the wire might be one day.
    "SnapshotQuotaExceededFault": QuotaReached,
} | dict.fromkeys(_DENIED, Denied)


class BotoAws:
    """`Aws` by boto3, with the credentials and the region of the environment."""

    def __init__(self) -> None:
        self._neptune: NeptuneClient = boto3.client("neptune", config=CONFIG)

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        return boto3.client("cloudformation", config=CONFIG)

    @cached_property
    def _rds(self) -> "RDSClient":
        # Only here does the API say what the quota is; Neptune's own client does not offer it.
        return boto3.client("rds", config=CONFIG)

    @cached_property
    def _ssm(self) -> "SSMClient":
        return boto3.client("ssm", config=CONFIG)

    def stack(self, stack_id: str) -> Stack | Missing:
        with _refusals("DescribeStacks"):
            try:
                own = self._describe_stack(stack_id)
            except ClientError as error:
                if _code(error) == _UNKNOWN_STACK:
                    return MISSING
                raise
            ancestors, known = self._ancestors(own.get("ParentId", ""))
        return Stack(
            status=own["StackStatus"],
            ancestors=ancestors,
            ancestors_known=known,
            began_at=_began_at(own),
        )

    def _ancestors(self, parent_id: str) -> tuple[tuple[str, ...], bool]:
        """Statuses of the stacks around a nested one, and whether all could be described."""
        statuses: list[str] = []
        while parent_id:
            try:
                stack = self._describe_stack(parent_id)
            except ClientError as error:
                if _code(error) in (*_DENIED, _UNKNOWN_STACK):
                    # A template that nests this one in its own way grants no permission for it.
                    return tuple(statuses), False
                raise
            statuses.append(stack["StackStatus"])
            parent_id = stack.get("ParentId", "")
        return tuple(statuses), True

    def _describe_stack(self, stack_id: str) -> "StackTypeDef":
        return self._cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        with _refusals("DescribeDBClusterSnapshots"):
            try:
                found = self._neptune.describe_db_cluster_snapshots(
                    DBClusterSnapshotIdentifier=identifier
                )["DBClusterSnapshots"]
            except ClientError as error:
                if _code(error) in _NOT_FOUND:
                    return MISSING
                raise
        return Snapshot.of(found[0]) if found else MISSING

    def snapshots_of(self, cluster: str) -> Iterator[Snapshot]:
        pages = self._neptune.get_paginator("describe_db_cluster_snapshots").paginate(
            DBClusterIdentifier=cluster, SnapshotType="manual"
        )
        with _refusals("DescribeDBClusterSnapshots"):
            try:
                for page in pages:
                    yield from map(Snapshot.of, page["DBClusterSnapshots"])
            except ClientError as error:
                if _code(error) not in _NOT_FOUND:
                    raise

    def tags(self, arn: str) -> Mapping[str, str]:
        with _refusals("ListTagsForResource"):
            try:
                listed = self._neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
            except ClientError as error:
                if _code(error) == _NO_RESOURCE:
                    raise SnapshotGone(_NO_RESOURCE, arn, "ListTagsForResource") from error
                raise
        return {tag.get("Key", ""): tag.get("Value", "") for tag in listed}

    def cluster(self, identifier: str) -> Cluster | Missing:
        with _refusals("DescribeDBClusters"):
            try:
                found = self._neptune.describe_db_clusters(DBClusterIdentifier=identifier)[
                    "DBClusters"
                ]
            except ClientError as error:
                if _code(error) in _NOT_FOUND:
                    return MISSING
                raise
        return Cluster.of(found[0]) if found else MISSING

    def create(self, identifier: str, cluster: str, tags: Mapping[str, str]) -> Snapshot:
        with _refusals("CreateDBClusterSnapshot"):
            answer = self._neptune.create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=identifier,
                DBClusterIdentifier=cluster,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        return Snapshot.of(answer["DBClusterSnapshot"])

    def add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        with _refusals("AddTagsToResource"):
            self._neptune.add_tags_to_resource(
                ResourceName=arn,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )

    def remove_tags(self, arn: str, keys: tuple[str, ...]) -> None:
        with _refusals("RemoveTagsFromResource"):
            self._neptune.remove_tags_from_resource(ResourceName=arn, TagKeys=list(keys))

    def delete(self, identifier: str) -> None:
        with _refusals("DeleteDBClusterSnapshot"):
            try:
                self._neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=identifier)
            except ClientError as error:
                if _code(error) not in _NOT_FOUND:
                    raise

    def is_shared(self, identifier: str) -> bool:
        with _refusals("DescribeDBClusterSnapshotAttributes"):
            answer = self._neptune.describe_db_cluster_snapshot_attributes(
                DBClusterSnapshotIdentifier=identifier
            )
        attributes = answer["DBClusterSnapshotAttributesResult"].get(
            "DBClusterSnapshotAttributes", []
        )
        return any(attribute.get("AttributeValues") for attribute in attributes)

    def quota(self) -> tuple[int, int]:
        with _refusals("DescribeAccountAttributes"):
            quotas = self._rds.describe_account_attributes()["AccountQuotas"]
        for quota in quotas:
            if quota.get("AccountQuotaName") == _QUOTA:
                return quota.get("Used", 0), quota.get("Max", 0)
        raise Unexpected(_QUOTA, "is not among the quotas", "DescribeAccountAttributes")

    def parameter(self, name: str) -> str:
        with _refusals("GetParameter"):
            try:
                return self._ssm.get_parameter(Name=name)["Parameter"].get("Value", "")
            except ClientError as error:
                if _code(error) == "ParameterNotFound":
                    return ""
                raise

    def put_parameter(self, name: str, value: str) -> None:
        with _refusals("PutParameter"):
            self._ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


@contextmanager
def _refusals(operation: str) -> Iterator[None]:
    """Turn botocore's exceptions into a `Refusal`."""
    try:
        yield
    except ClientError as error:
        raise _translate(error, operation) from error
    except (BotoConnectionError, HTTPClientError, ResponseParserError) as error:
        raise Unavailable(type(error).__name__, str(error), operation) from error
    except BotoCoreError as error:
        raise Unexpected(type(error).__name__, str(error), operation) from error


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


def _translate(error: ClientError, operation: str) -> Refusal:
    code = _code(error)
    message = error.response.get("Error", {}).get("Message", "")
    if refusal := _REFUSALS.get(code):
        return refusal(code, message, operation)
    http_status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if (
        "Throttl" in code
        or code == "RequestLimitExceeded"
        or http_status == _HTTP_TOO_MANY_REQUESTS
        or http_status >= _HTTP_SERVER_ERROR
    ):
        return Unavailable(code, message, operation)
    return Unexpected(code, message, operation)


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
