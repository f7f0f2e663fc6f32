"""`Aws` by boto3: the provider's client where it makes the call, and calls that only read."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import boto3
from botocore.exceptions import ClientError, ProfileNotFound

from neptune_snapshot_cli.caller import CallerAws
from neptune_snapshot_cli.errors import NoAccess
from neptune_snapshot_cli.refusals import access
from neptune_snapshot_cli.stacks import Event, Resource, Stack
from neptune_snapshot_provider.aws.client import CONFIG
from neptune_snapshot_provider.aws.translation import code, refusals
from neptune_snapshot_provider.contract import ENGINE
from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing, Snapshot
from neptune_snapshot_provider.core.refusals import SnapshotGone

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_neptune import NeptuneClient

_T = TypeVar("_T")

_NO_STACK: Final = "ValidationError"
"""What CloudFormation says of a stack that it does not know."""
_MISSING: Final = (
    "DBClusterNotFoundFault",
    "DBSubnetGroupNotFoundFault",
    "DBParameterGroupNotFound",
)


def connect(region: str | None, profile: str | None) -> "BotoAws":
    """Use the caller's credentials, as the AWS command line does.

    Args:
        region: ``None`` for the environment's or the profile's.
        profile: ``None`` for the environment's, or the default.

    Raises:
        NoAccess: there is no such profile, or no region.
    """
    try:
        return BotoAws(boto3.Session(region_name=region, profile_name=profile))
    except ProfileNotFound as error:
        raise NoAccess(
            f"{error}.", "`aws configure list-profiles` shows those there are."
        ) from error


class BotoAws:
    """`Aws` by boto3."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        with access(), refusals("DescribeDBClusterSnapshots"):
            self._neptune: NeptuneClient = session.client("neptune", config=CONFIG)
            self.caller: Final = CallerAws(session)

    @property
    def region(self) -> str:
        return self._neptune.meta.region_name

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", config=CONFIG)

    def stack(self, name: str) -> Stack | Missing:
        with access(), refusals("DescribeStacks"):
            try:
                found = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            except ClientError as error:
                if code(error) == _NO_STACK:
                    return MISSING
                raise
        updated = found.get("LastUpdatedTime")
        return Stack(
            arn=found.get("StackId", ""),
            status=found["StackStatus"],
            reason=found.get("StackStatusReason", ""),
            updated_at=updated.timestamp() if updated else None,
            parameters={
                one.get("ParameterKey", ""): one.get("ResolvedValue")
                or one.get("ParameterValue", "")
                for one in found.get("Parameters", [])
            },
        )

    def events(self, stack: str) -> Iterator[Event]:
        pages = self._cloudformation.get_paginator("describe_stack_events")
        with access(), refusals("DescribeStackEvents"):
            for page in pages.paginate(StackName=stack):
                for one in page["StackEvents"]:
                    yield Event(
                        id=one["EventId"],
                        stack=one["StackId"],
                        resource=one.get("LogicalResourceId", ""),
                        physical_id=one.get("PhysicalResourceId", ""),
                        type=one.get("ResourceType", ""),
                        status=one.get("ResourceStatus", ""),
                        at=one["Timestamp"].timestamp(),
                        reason=one.get("ResourceStatusReason", ""),
                        properties=one.get("ResourceProperties", ""),
                    )

    def resources(self, stack: str) -> list[Resource]:
        pages = self._cloudformation.get_paginator("list_stack_resources")
        with access(), refusals("ListStackResources"):
            try:
                return [
                    Resource(
                        stack=stack,
                        name=one["LogicalResourceId"],
                        physical_id=one.get("PhysicalResourceId", ""),
                        type=one["ResourceType"],
                        status=one["ResourceStatus"],
                    )
                    for page in pages.paginate(StackName=stack)
                    for one in page["StackResourceSummaries"]
                ]
            except ClientError as error:
                if code(error) == _NO_STACK:
                    return []
                raise

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        with access():
            return self.caller.snapshot(identifier)

    def snapshots(self, cluster: str = "") -> Iterator[Snapshot]:
        pages = self._neptune.get_paginator("describe_db_cluster_snapshots")
        with access(), refusals("DescribeDBClusterSnapshots"):
            try:
                found = (
                    pages.paginate(SnapshotType="manual", DBClusterIdentifier=cluster)
                    if cluster
                    else pages.paginate(SnapshotType="manual")
                )
                for page in found:
                    for fields in page["DBClusterSnapshots"]:
                        # The API lists Aurora's and DocumentDB's, too.
                        if fields.get("Engine") == ENGINE:
                            yield Snapshot.of(fields)
            except ClientError as error:
                if code(error) not in _MISSING:
                    raise

    def tags(self, arn: str) -> Mapping[str, str]:
        with access():
            try:
                return self.caller.tags(arn)
            except SnapshotGone:
                # It was deleted since it was listed.
                return {}

    def template(self, stack: str) -> Mapping[str, Any] | None:
        with access(), refusals("GetTemplate"):
            try:
                # JSON is parsed by boto3, although its types do not say so.
                body: Any = self._cloudformation.get_template(
                    StackName=stack, TemplateStage="Processed"
                )["TemplateBody"]
            except ClientError as error:
                if code(error) == _NO_STACK:
                    return {}
                raise
        return body if isinstance(body, Mapping) else None

    def parameter(self, name: str) -> str:
        with access():
            return self.caller.parameter(name)

    def is_shared(self, identifier: str) -> bool:
        with access():
            try:
                return self.caller.is_shared(identifier)
            except SnapshotGone:
                return False

    def cluster(self, identifier: str) -> Cluster | Missing:
        with access():
            return self.caller.cluster(identifier)

    def offers_version(self, version: str) -> bool:
        with access(), refusals("DescribeDBEngineVersions"):
            answer = self._neptune.describe_db_engine_versions(Engine=ENGINE, EngineVersion=version)
        return bool(answer["DBEngineVersions"])

    def has_subnet_group(self, name: str) -> bool:
        with access(), refusals("DescribeDBSubnetGroups"):
            return bool(
                _found(
                    lambda: self._neptune.describe_db_subnet_groups(DBSubnetGroupName=name)[
                        "DBSubnetGroups"
                    ]
                )
            )

    def has_parameter_group(self, name: str) -> bool:
        with access(), refusals("DescribeDBClusterParameterGroups"):
            return bool(
                _found(
                    lambda: self._neptune.describe_db_cluster_parameter_groups(
                        DBClusterParameterGroupName=name
                    )["DBClusterParameterGroups"]
                )
            )


def _found(ask: Callable[[], list[_T]]) -> list[_T]:
    """What a call finds; nothing if it says that there is none."""
    try:
        return ask()
    except ClientError as error:
        if code(error) in _MISSING:
            return []
        raise
