"""The operations on clusters and cluster snapshots, named and called as boto3 does."""

# ruff: noqa: N803 - parameters have the API's names

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from fake_neptune import errors, rules
from fake_neptune.behaviour import AVAILABLE
from fake_neptune.snapshot import Snapshot
from fake_neptune.store import Store

_S = TypeVar("_S", bound=Snapshot)
_Record = dict[str, Any]

OPERATIONS: Final = {
    "AddTagsToResource": "add_tags_to_resource",
    "CopyDBClusterSnapshot": "copy_db_cluster_snapshot",
    "CreateDBClusterSnapshot": "create_db_cluster_snapshot",
    "DeleteDBClusterSnapshot": "delete_db_cluster_snapshot",
    "DescribeAccountAttributes": "describe_account_attributes",
    "DescribeDBClusterSnapshotAttributes": "describe_db_cluster_snapshot_attributes",
    "DescribeDBClusterSnapshots": "describe_db_cluster_snapshots",
    "DescribeDBClusters": "describe_db_clusters",
    "ListTagsForResource": "list_tags_for_resource",
    "ModifyDBClusterSnapshotAttribute": "modify_db_cluster_snapshot_attribute",
    "RemoveTagsFromResource": "remove_tags_from_resource",
}
"""The API's actions, and the methods that carry them out."""


class FakeNeptune(Store[_S]):
    """Neptune in one account and region; every operation may raise `ApiError`."""

    def create_db_cluster_snapshot(
        self,
        *,
        DBClusterSnapshotIdentifier: str,
        DBClusterIdentifier: str,
        Tags: Sequence[dict[str, str]] = (),
    ) -> _Record:
        """Start a snapshot of an available cluster."""
        name = self.free("DBClusterSnapshotIdentifier", DBClusterSnapshotIdentifier)
        cluster, tags = DBClusterIdentifier.lower(), rules.tags(Tags)
        record = self.cluster_records().get(cluster)
        if record is None:
            raise errors.no_cluster(cluster)
        if record["Status"] != AVAILABLE:
            raise errors.cluster_busy(cluster, record["Status"])
        self.within_quota()
        snapshot = self.new(name, cluster, tags, self.behaviour_of(cluster))
        return self.started("create", snapshot)

    def copy_db_cluster_snapshot(
        self,
        *,
        SourceDBClusterSnapshotIdentifier: str,
        TargetDBClusterSnapshotIdentifier: str,
        CopyTags: bool = False,
        KmsKeyId: str = "",
        Tags: Sequence[dict[str, str]] = (),
    ) -> _Record:
        """Start a copy of an available snapshot."""
        name = self.free("TargetDBClusterSnapshotIdentifier", TargetDBClusterSnapshotIdentifier)
        source = rules.usable(self.known(SourceDBClusterSnapshotIdentifier))
        self.within_quota()
        tags = {**(source.tags if CopyTags else {}), **rules.tags(Tags)}
        behaviour = self.behaviour_of(source.cluster)
        copy = self.new(name, source.cluster, tags, replace(behaviour, status="copying"))
        copy.fields = {**source.fields, **({"KmsKeyId": KmsKeyId} if KmsKeyId else {})}
        copy.source = source.arn
        return self.started("create", copy)

    def describe_db_cluster_snapshots(
        self,
        *,
        DBClusterSnapshotIdentifier: str = "",
        DBClusterIdentifier: str = "",
        SnapshotType: str = "",
        MaxRecords: int | None = None,
        Marker: str = "",
        **_ignored: object,
    ) -> _Record:
        """Describe one snapshot, or a page of those of a cluster, or of all."""
        if DBClusterSnapshotIdentifier:
            found = self.known(DBClusterSnapshotIdentifier)
            if not found.is_visible:
                raise errors.no_snapshot(found.name)
            return {"DBClusterSnapshots": [found.record()]}
        size = self.page_size if MaxRecords is None else rules.page_size(MaxRecords)
        cluster = DBClusterIdentifier.lower()
        names = [
            one.name
            for one in map(self.find, list(self.snapshots))
            if one and cluster in ("", one.cluster) and SnapshotType in ("", one.kind)
        ]
        page, more = rules.page(names, Marker, size)
        return {"DBClusterSnapshots": [self.snapshots[name].record() for name in page], **more}

    def delete_db_cluster_snapshot(self, *, DBClusterSnapshotIdentifier: str) -> _Record:
        """Start the deletion of an available snapshot."""
        snapshot = rules.usable(self.known(DBClusterSnapshotIdentifier))
        self.changing("delete", snapshot)
        record = snapshot.record()
        snapshot.gone_at = self.now() + snapshot.behaviour.delete_seconds
        self.find(snapshot.name)
        return {"DBClusterSnapshot": record}

    def describe_db_clusters(
        self,
        *,
        DBClusterIdentifier: str = "",
        MaxRecords: int | None = None,
        Marker: str = "",
        **_ignored: object,
    ) -> _Record:
        """Describe one cluster, or a page of all."""
        records, name = self.cluster_records(), DBClusterIdentifier.rpartition(":")[2].lower()
        if name:
            if name not in records:
                raise errors.no_cluster(name)
            return {"DBClusters": [records[name]]}
        size = self.page_size if MaxRecords is None else rules.page_size(MaxRecords)
        page, more = rules.page(list(records), Marker, size)
        return {"DBClusters": [records[name] for name in page], **more}

    def list_tags_for_resource(self, *, ResourceName: str, **_ignored: object) -> _Record:
        """List the tags of a snapshot."""
        try:
            tags = self.known(ResourceName).tags
        except errors.ApiError as refusal:
            raise errors.ApiError(
                self.tags_of_missing, refusal.message, refusal.status
            ) from refusal
        return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def add_tags_to_resource(self, *, ResourceName: str, Tags: Sequence[dict[str, str]]) -> _Record:
        """Add or overwrite tags."""
        snapshot = self.known(ResourceName)
        self.changing("tag", snapshot)
        snapshot.tags.update(rules.tags(Tags))
        return {}

    def remove_tags_from_resource(self, *, ResourceName: str, TagKeys: Sequence[str]) -> _Record:
        """Remove tags; a tag that is missing is no error."""
        snapshot = self.known(ResourceName)
        self.changing("untag", snapshot)
        for key in TagKeys:
            snapshot.tags.pop(key, None)
        return {}

    def describe_db_cluster_snapshot_attributes(
        self, *, DBClusterSnapshotIdentifier: str
    ) -> _Record:
        """Return with whom a snapshot is shared."""
        snapshot = self.known(DBClusterSnapshotIdentifier)
        restore = {
            "AttributeName": "restore",
            "AttributeValues": sorted(snapshot.shared_with),
        }
        return {
            "DBClusterSnapshotAttributesResult": {
                "DBClusterSnapshotIdentifier": snapshot.name,
                "DBClusterSnapshotAttributes": [restore],
            }
        }

    def modify_db_cluster_snapshot_attribute(
        self,
        *,
        DBClusterSnapshotIdentifier: str,
        AttributeName: str,  # noqa: ARG002 - `restore` is the only one
        ValuesToAdd: Sequence[str] = (),
        ValuesToRemove: Sequence[str] = (),
    ) -> _Record:
        """Share a snapshot with other accounts, or no longer."""
        snapshot = rules.usable(self.known(DBClusterSnapshotIdentifier))
        self.changing("share", snapshot)
        snapshot.shared_with = (snapshot.shared_with | {*ValuesToAdd}) - {*ValuesToRemove}
        return self.describe_db_cluster_snapshot_attributes(
            DBClusterSnapshotIdentifier=snapshot.name
        )

    def describe_account_attributes(self) -> _Record:
        """Return the quotas; an operation of the ``rds`` client only."""
        quota = {"AccountQuotaName": "ManualClusterSnapshots", "Used": self.used, "Max": self.quota}
        return {"AccountQuotas": [{"AccountQuotaName": "DBClusters", "Used": 0, "Max": 1}, quota]}
