"""`Aws` by boto3; the only module that calls it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ProfileNotFound

from neptune_snapshot_cli.errors import NoAccess
from neptune_snapshot_cli.refusals import access, code, is_no_stack
from neptune_snapshot_cli.stacks import Event, Resource, Stack
from neptune_snapshot_provider.contract import ENGINE
from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing, Snapshot

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_neptune import NeptuneClient
    from types_boto3_ssm import SSMClient

_T = TypeVar("_T")

CONFIG: Final = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3}
)
_MISSING: Final = (
    "DBClusterSnapshotNotFoundFault",
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
        with access("rds:DescribeDBClusterSnapshots"):
            self._neptune: NeptuneClient = session.client("neptune", config=CONFIG)

    @property
    def region(self) -> str:
        return self._neptune.meta.region_name

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", config=CONFIG)

    @cached_property
    def _ssm(self) -> "SSMClient":
        return self._session.client("ssm", config=CONFIG)

    def stack(self, name: str) -> Stack | Missing:
        with access("cloudformation:DescribeStacks"):
            try:
                found = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            except ClientError as error:
                if is_no_stack(error):
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
        with access("cloudformation:DescribeStackEvents"):
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
        with access("cloudformation:ListStackResources"):
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
                if is_no_stack(error):
                    return []
                raise

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        with access("rds:DescribeDBClusterSnapshots"):
            found = _found(
                lambda: self._neptune.describe_db_cluster_snapshots(
                    DBClusterSnapshotIdentifier=identifier
                )["DBClusterSnapshots"]
            )
        return Snapshot.of(found[0]) if found else MISSING

    def snapshots(self, cluster: str = "") -> Iterator[Snapshot]:
        pages = self._neptune.get_paginator("describe_db_cluster_snapshots")
        with access("rds:DescribeDBClusterSnapshots"):
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
        with access("rds:ListTagsForResource"):
            # It may have been deleted since it was listed.
            tags = _found(lambda: self._neptune.list_tags_for_resource(ResourceName=arn)["TagList"])
        return {tag.get("Key", ""): tag.get("Value", "") for tag in tags}

    def template(self, stack: str) -> Mapping[str, Any] | None:
        with access("cloudformation:GetTemplate"):
            try:
                # JSON is parsed by boto3, although its types do not say so.
                body: Any = self._cloudformation.get_template(
                    StackName=stack, TemplateStage="Processed"
                )["TemplateBody"]
            except ClientError as error:
                if is_no_stack(error):
                    return {}
                raise
        return body if isinstance(body, Mapping) else None

    def parameter(self, name: str) -> str:
        with access("ssm:GetParameter"):
            try:
                return self._ssm.get_parameter(Name=name)["Parameter"].get("Value", "")
            except ClientError as error:
                if code(error) == "ParameterNotFound":
                    return ""
                raise

    def is_shared(self, identifier: str) -> bool:
        with access("rds:DescribeDBClusterSnapshotAttributes"):
            attributes = _found(
                lambda: self._neptune.describe_db_cluster_snapshot_attributes(
                    DBClusterSnapshotIdentifier=identifier
                )["DBClusterSnapshotAttributesResult"].get("DBClusterSnapshotAttributes", [])
            )
        return any(one.get("AttributeValues") for one in attributes)

    def cluster(self, identifier: str) -> Cluster | Missing:
        with access("rds:DescribeDBClusters"):
            found = _found(
                lambda: self._neptune.describe_db_clusters(DBClusterIdentifier=identifier)[
                    "DBClusters"
                ]
            )
        return Cluster.of(found[0]) if found else MISSING

    def offers_version(self, version: str) -> bool:
        with access("rds:DescribeDBEngineVersions"):
            answer = self._neptune.describe_db_engine_versions(Engine=ENGINE, EngineVersion=version)
        return bool(answer["DBEngineVersions"])

    def has_subnet_group(self, name: str) -> bool:
        with access("rds:DescribeDBSubnetGroups"):
            return bool(
                _found(
                    lambda: self._neptune.describe_db_subnet_groups(DBSubnetGroupName=name)[
                        "DBSubnetGroups"
                    ]
                )
            )

    def has_parameter_group(self, name: str) -> bool:
        with access("rds:DescribeDBClusterParameterGroups"):
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
