"""The calls to AWS that a request needs, by boto3; not found is a value."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from neptune_snapshot_provider.aws.stacks import describe
from neptune_snapshot_provider.aws.translation import code, refusals
from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing, Snapshot, Stack
from neptune_snapshot_provider.core.refusals import SnapshotGone, Unexpected

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
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
_QUOTA: Final = "ManualClusterSnapshots"


class BotoAws:
    """`Aws` by boto3.

    Args:
        session: Credentials and region; by default those of the environment.
    """

    def __init__(self, session: boto3.Session | None = None) -> None:
        self._boto: boto3.Session | Any = session or boto3
        self._neptune: NeptuneClient = self._boto.client("neptune", config=CONFIG)

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        return self._boto.client("cloudformation", config=CONFIG)

    @cached_property
    def _rds(self) -> "RDSClient":
        # Only here does the API say what the quota is; Neptune's own client does not offer it.
        return self._boto.client("rds", config=CONFIG)

    @cached_property
    def _ssm(self) -> "SSMClient":
        return self._boto.client("ssm", config=CONFIG)

    def stack(self, stack_id: str) -> Stack | Missing:
        return describe(self._cloudformation, stack_id)

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        with refusals("DescribeDBClusterSnapshots"):
            try:
                found = self._neptune.describe_db_cluster_snapshots(
                    DBClusterSnapshotIdentifier=identifier
                )["DBClusterSnapshots"]
            except ClientError as error:
                if code(error) in _NOT_FOUND:
                    return MISSING
                raise
        return Snapshot.of(found[0]) if found else MISSING

    def snapshots_of(self, cluster: str) -> Iterator[Snapshot]:
        pages = self._neptune.get_paginator("describe_db_cluster_snapshots").paginate(
            DBClusterIdentifier=cluster, SnapshotType="manual"
        )
        with refusals("DescribeDBClusterSnapshots"):
            try:
                for page in pages:
                    yield from map(Snapshot.of, page["DBClusterSnapshots"])
            except ClientError as error:
                if code(error) not in _NOT_FOUND:
                    raise

    def tags(self, arn: str) -> Mapping[str, str]:
        with refusals("ListTagsForResource"):
            try:
                listed = self._neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
            except ClientError as error:
                if code(error) == _NO_RESOURCE:
                    raise SnapshotGone(_NO_RESOURCE, arn, "ListTagsForResource") from error
                raise
        return {tag.get("Key", ""): tag.get("Value", "") for tag in listed}

    def cluster(self, identifier: str) -> Cluster | Missing:
        with refusals("DescribeDBClusters"):
            try:
                found = self._neptune.describe_db_clusters(DBClusterIdentifier=identifier)[
                    "DBClusters"
                ]
            except ClientError as error:
                if code(error) in _NOT_FOUND:
                    return MISSING
                raise
        return Cluster.of(found[0]) if found else MISSING

    def create(self, identifier: str, cluster: str, tags: Mapping[str, str]) -> Snapshot:
        with refusals("CreateDBClusterSnapshot"):
            answer = self._neptune.create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=identifier,
                DBClusterIdentifier=cluster,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        return Snapshot.of(answer["DBClusterSnapshot"])

    def add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        with refusals("AddTagsToResource"):
            self._neptune.add_tags_to_resource(
                ResourceName=arn,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )

    def remove_tags(self, arn: str, keys: tuple[str, ...]) -> None:
        with refusals("RemoveTagsFromResource"):
            self._neptune.remove_tags_from_resource(ResourceName=arn, TagKeys=list(keys))

    def delete(self, identifier: str) -> None:
        with refusals("DeleteDBClusterSnapshot"):
            try:
                self._neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=identifier)
            except ClientError as error:
                if code(error) not in _NOT_FOUND:
                    raise

    def is_shared(self, identifier: str) -> bool:
        with refusals("DescribeDBClusterSnapshotAttributes"):
            answer = self._neptune.describe_db_cluster_snapshot_attributes(
                DBClusterSnapshotIdentifier=identifier
            )
        attributes = answer["DBClusterSnapshotAttributesResult"].get(
            "DBClusterSnapshotAttributes", []
        )
        return any(attribute.get("AttributeValues") for attribute in attributes)

    def quota(self) -> tuple[int, int]:
        with refusals("DescribeAccountAttributes"):
            quotas = self._rds.describe_account_attributes()["AccountQuotas"]
        for quota in quotas:
            if quota.get("AccountQuotaName") == _QUOTA:
                return quota.get("Used", 0), quota.get("Max", 0)
        raise Unexpected(_QUOTA, "is not among the quotas", "DescribeAccountAttributes")

    def parameter(self, name: str) -> str:
        with refusals("GetParameter"):
            try:
                return self._ssm.get_parameter(Name=name)["Parameter"].get("Value", "")
            except ClientError as error:
                if code(error) == "ParameterNotFound":
                    return ""
                raise

    def put_parameter(self, name: str, value: str) -> None:
        with refusals("PutParameter"):
            self._ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
