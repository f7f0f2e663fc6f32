"""The attributes of a snapshot, as tokens that CloudFormation resolves."""

import aws_cdk as cdk
from constructs import Construct, IConstruct

from cdk_neptune_snapshot.restoring import restore_into
from neptune_snapshot_provider import contract


class SnapshotReference(Construct):
    """A snapshot of a Neptune DB cluster, taken by this app or imported into it."""

    def restore_into(self, cluster: IConstruct) -> None:
        """Restore a cluster of this app from this snapshot.

        This sets ``SnapshotIdentifier`` of the cluster. Do not change it later: CloudFormation
        replaces the cluster by an empty one if the property is removed, and by a newly restored
        one if it names another snapshot. So restore from a snapshot whose identifier does not
        change: an imported one, or one that is taken once. The new cluster gets default subnet,
        security and parameter groups unless they are set; ``restore_command`` lists those of the
        old cluster.

        Args:
            cluster: A ``CfnDBCluster``, or an L2 construct around one.

        Raises:
            ValueError: It is not a Neptune cluster of this app, or another snapshot is set.
        """
        restore_into(cluster, self.snapshot_arn)

    @property
    def snapshot_identifier(self) -> str:
        """The identifier of the snapshot; up to 63 characters."""
        raise NotImplementedError

    @property
    def snapshot_arn(self) -> str:
        """The ARN of the snapshot: ``arn:aws:rds:<region>:<account>:cluster-snapshot:<id>``."""
        raise NotImplementedError


class SnapshotAttributes(SnapshotReference):
    """The 21 fields of the API's response, read when the snapshot is available.

    A string is empty if the API leaves the field out.
    """

    _resource: cdk.CustomResource
    """The resource that responds when the snapshot is available."""
    _taking: cdk.CustomResource
    """The resource that takes the snapshot; the first of a chain."""

    @property
    def snapshot_identifier(self) -> str:
        """The identifier of the snapshot; up to 63 characters, lower case."""
        return self._resource.ref

    @property
    def snapshot_arn(self) -> str:
        """The ARN of the snapshot: ``arn:aws:rds:<region>:<account>:cluster-snapshot:<id>``."""
        return self._text("DBClusterSnapshotArn")

    @property
    def cluster_identifier(self) -> str:
        """The identifier of the cluster the snapshot was taken of; lower case."""
        return self._text("DBClusterIdentifier")

    @property
    def snapshot_create_time(self) -> str:
        """When the snapshot was taken; ISO 8601, UTC."""
        return self._text("SnapshotCreateTime")

    @property
    def cluster_create_time(self) -> str:
        """When the cluster was created; ISO 8601, UTC."""
        return self._text("ClusterCreateTime")

    @property
    def engine(self) -> str:
        """The database engine: ``neptune``."""
        return self._text("Engine")

    @property
    def engine_version(self) -> str:
        """The version of the engine, such as ``1.4.5.0``."""
        return self._text("EngineVersion")

    @property
    def allocated_storage(self) -> float:
        """The allocated storage in GiB; a number token."""
        return self._number("AllocatedStorage")

    @property
    def status(self) -> str:
        """The status of the snapshot: ``available`` whenever it is read."""
        return self._text("Status")

    @property
    def port(self) -> float:
        """The port on which the cluster listened; a number token."""
        return self._number("Port")

    @property
    def vpc_id(self) -> str:
        """The VPC of the snapshot."""
        return self._text("VpcId")

    @property
    def master_username(self) -> str:
        """Not used by Neptune, but part of the API's response; may be empty."""
        return self._text("MasterUsername")

    @property
    def license_model(self) -> str:
        """The license model, such as ``amazon-license``."""
        return self._text("LicenseModel")

    @property
    def snapshot_type(self) -> str:
        """How the snapshot was taken: ``manual``."""
        return self._text("SnapshotType")

    @property
    def percent_progress(self) -> float:
        """How much of the data has been transferred, in percent; a number token."""
        return self._number("PercentProgress")

    @property
    def storage_encrypted(self) -> str:
        """Whether the snapshot is encrypted: ``true`` or ``false``."""
        return self._text("StorageEncrypted")

    @property
    def kms_key_id(self) -> str:
        """The ARN of the KMS key; empty when the snapshot is not encrypted."""
        return self._text("KmsKeyId")

    @property
    def source_snapshot_arn(self) -> str:
        """The ARN of the snapshot that this one is a copy of; empty if it is not a copy."""
        return self._text("SourceDBClusterSnapshotArn")

    @property
    def iam_database_authentication_enabled(self) -> str:
        """Whether IAM accounts are mapped to database accounts: ``true`` or ``false``."""
        return self._text("IAMDatabaseAuthenticationEnabled")

    @property
    def storage_type(self) -> str:
        """The storage type, such as ``standard`` or ``iopt1``; may be empty."""
        return self._text("StorageType")

    @property
    def availability_zones(self) -> list[str]:
        """The zones in which the snapshot can be restored; a list token."""
        return cdk.Fn.split(",", self._text("AvailabilityZones"))

    @property
    def outcome(self) -> str:
        """What the deployment did: ``created``, ``reused``, ``kept`` or ``skipped``."""
        return self._taking.get_att_string(contract.Attribute.OUTCOME)

    @property
    def restore_command(self) -> str:
        """The command that restores a cluster with the settings of the old one; one line."""
        return self._text(contract.Attribute.RESTORE_COMMAND)

    @property
    def pruned_snapshots(self) -> str:
        """The snapshots that ``keep_last`` deleted, comma-separated; at most ten names."""
        return self._text(contract.Attribute.DELETED)

    @property
    def spared_snapshots(self) -> str:
        """The snapshots that ``keep_last`` retained, as ``name=reason``, comma-separated."""
        return self._text(contract.Attribute.RETAINED)

    def _text(self, field: str) -> str:
        return self._resource.get_att_string(field)

    def _number(self, field: str) -> float:
        return cdk.Token.as_number(self._resource.get_att(field))
