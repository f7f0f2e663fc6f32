"""Names, limits and rules that the construct and its Lambda share.

Imports nothing but the standard library, so that synthesis needs neither boto3 nor crhelper.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

RESOURCE_TYPE: Final = "Custom::NeptuneClusterSnapshot"
WAIT_RESOURCE_TYPE: Final = "Custom::NeptuneClusterSnapshotWait"
"""Waits another hour for a snapshot that `RESOURCE_TYPE` took; owns nothing."""


class Property(StrEnum):
    """Keys of ``ResourceProperties``; those that are also the API's keep the API's names."""

    CLUSTER_IDENTIFIER = "DBClusterIdentifier"
    SNAPSHOT_IDENTIFIER = "DBClusterSnapshotIdentifier"
    IDENTIFIER_PREFIX = "SnapshotIdentifierPrefix"
    TRIGGER = "Trigger"
    TAGS = "Tags"
    TIMEOUT_SECONDS = "TimeoutSeconds"
    ON_TIMEOUT = "OnTimeout"
    OWNER = "SnapshotLogicalResourceId"
    KEEP_LAST = "KeepLast"
    LAST_GOOD_PARAMETER = "LastGoodParameter"
    REUSE_SECONDS = "ReuseYoungerThanSeconds"
    WHEN_CLUSTER_MISSING = "WhenClusterMissing"
    REPLACED_SNAPSHOT = "ReplacedSnapshotIdentifier"
    """On the last resource of a chain: the first resource's attribute `Attribute.REPLACED`."""
    REPORTS_REPLACED = "ReportsReplacedSnapshot"
    """On the first resource of a chain, whose last resource reads `Attribute.REPLACED`.

    CloudFormation updates an existing resource only when a property changes: with this property,
    the first resource of a chain from an earlier version returns the attribute too.
    """


ARGUMENTS: Final[Mapping[str, str]] = {
    Property.CLUSTER_IDENTIFIER: "cluster",
    Property.SNAPSHOT_IDENTIFIER: "snapshot_identifier",
    Property.IDENTIFIER_PREFIX: "identifier_prefix",
    Property.TRIGGER: "trigger",
    Property.TAGS: "tags",
    Property.TIMEOUT_SECONDS: "timeout",
    Property.KEEP_LAST: "keep_last",
    Property.LAST_GOOD_PARAMETER: "last_good_parameter",
    Property.REUSE_SECONDS: "reuse_younger_than",
    Property.WHEN_CLUSTER_MISSING: "when_cluster_missing",
}
"""The arguments of the Python construct by the properties that they set."""


class OnTimeout(StrEnum):
    """Values of ``OnTimeout``: what happens when the snapshot is not available in time."""

    FAIL = "FAIL"
    CONTINUE = "CONTINUE"
    """The request succeeds with a snapshot in progress: another resource waits on."""


SNAPSHOT_FIELDS: Final = (
    "AvailabilityZones",
    "DBClusterSnapshotIdentifier",
    "DBClusterIdentifier",
    "SnapshotCreateTime",
    "Engine",
    "AllocatedStorage",
    "Status",
    "Port",
    "VpcId",
    "ClusterCreateTime",
    "MasterUsername",
    "EngineVersion",
    "LicenseModel",
    "SnapshotType",
    "PercentProgress",
    "StorageEncrypted",
    "KmsKeyId",
    "DBClusterSnapshotArn",
    "SourceDBClusterSnapshotArn",
    "IAMDatabaseAuthenticationEnabled",
    "StorageType",
)
"""Every field of a snapshot in the API's response; each is an attribute of the resource."""


class Attribute(StrEnum):
    """Attributes that are not fields of the API's response."""

    OUTCOME = "Outcome"
    RESTORE_COMMAND = "RestoreCommand"
    DELETED = "PrunedSnapshots"
    RETAINED = "SparedSnapshots"
    REPLACED = "ReplacedSnapshot"
    """The snapshot that the resource referred to before an Update; for a chain's last resource."""


ATTRIBUTES: Final = SNAPSHOT_FIELDS + tuple(Attribute)
"""All attributes of the resource; every response has every one of them."""


class Outcome(StrEnum):
    """Values of the attribute ``Outcome``: what became of the request for a snapshot."""

    CREATED = "created"
    REUSED = "reused"
    KEPT = "kept"
    SKIPPED = "skipped"


class WhenClusterMissing(StrEnum):
    """What a deployment does when no cluster has the given identifier."""

    FAIL = "FAIL"
    """The deployment fails, and the message names the identifier."""
    SKIP = "SKIP"
    """The deployment continues without a snapshot.

    ``outcome`` is ``skipped``, and the other attributes are empty. For a cluster that the same
    deployment creates: its first deployment has no data to save.
    """


SKIPPED: Final = "skipped:"
"""The physical id of a resource that took no snapshot starts with this; no snapshot's does."""


AVAILABLE: Final = "available"
"""The status of a cluster or snapshot that is ready."""

ENGINE: Final = "neptune"
"""The engine whose clusters and snapshots are Neptune's; the API also lists Aurora's."""


OWNER_TAG_PREFIX: Final = "neptune-snapshot:"
"""The keys of all tags that this library reads or writes start with this."""


class OwnerTag(StrEnum):
    """Tags that name the owner of a snapshot and the properties it was taken for.

    ``TRIGGER`` holds generations, separated by spaces: first the generation the snapshot was taken
    for, then the generations it was reused for.
    """

    STACK = "neptune-snapshot:stack"
    RESOURCE = "neptune-snapshot:resource"
    REQUEST = "neptune-snapshot:request"
    TRIGGER = "neptune-snapshot:trigger"


RESTORE_TAGS: Final = (
    "neptune-snapshot:restore-1",
    "neptune-snapshot:restore-2",
    "neptune-snapshot:restore-3",
)
"""Tags that hold the cluster's settings, which the snapshot itself does not hold."""

KEEP_TAG: Final = "neptune-snapshot:keep"
"""Set by users: retention never deletes a snapshot with this tag."""


class CallerTag(StrEnum):
    """Tags of snapshots that a caller takes without a stack, beside ``REQUEST`` and ``TRIGGER``."""

    TAKEN_BY = "neptune-snapshot:taken-by"
    """Instead of ``STACK`` and ``RESOURCE``: who took the snapshot."""
    REUSED_BY = "neptune-snapshot:reused-by"
    """Digests of the later requests that reused the snapshot."""
    PARAMETER = "neptune-snapshot:last-good-parameter"
    """The parameter in which the caller publishes the last good snapshot."""
    CONFIRMED = "neptune-snapshot:confirmed"
    """When the migration after the snapshot had succeeded."""


POLL_RULE_PREFIX: Final = "neptune-snapshot-"
"""EventBridge rules of a stack are named this, the first 8 characters of its UUID, ``-`` …"""

IDENTIFIER_MAX: Final = 63
"""Characters in an identifier (CreateDBClusterSnapshot)."""

DIGEST_LENGTH: Final = 10
SLUG_MAX: Final = 16
PREFIX_MAX: Final = IDENTIFIER_MAX - DIGEST_LENGTH - SLUG_MAX - 2
"""A longer prefix is shortened to this, so that slug and digest always fit behind it."""

TAGS_MAX: Final = 50 - len(OwnerTag) - len(RESTORE_TAGS)
"""Tags a user can give: Neptune's 50 less those this library sets."""
TAG_KEY_MAX: Final = 128
TAG_VALUE_MAX: Final = 256
TAG_PUNCTUATION: Final = "_.:/=+-@"
"""Characters of a tag beside letters, digits and spaces, as the RDS API accepts them."""
TAG_PUNCTUATION_UNPROVEN: Final = "@"
"""Those that Neptune's documentation leaves out: users may give them, this library never does."""

PARAMETER_LEVELS_MAX: Final = 15
"""Levels in a parameter's name (PutParameter)."""
PARAMETER_NAME_MAX: Final = 900
"""Characters of a parameter's name: its ARN may have 1011 (PutParameter)."""
KEEP_LAST_MAX: Final = 1000
REUSE_SECONDS_MAX: Final = 366 * 24 * 3600

SERVICE_TIMEOUT_MAX: Final = 3600
"""Seconds CloudFormation waits for one custom resource."""
RESPONSE_MARGIN: Final = 300
"""Seconds between the provider's deadline and CloudFormation's.

The last poll starts up to a minute late and runs for up to another minute. If it is killed, Lambda
delivers its event again after one minute and after two more.
"""
TIMEOUT_MAX: Final = SERVICE_TIMEOUT_MAX - RESPONSE_MARGIN
"""Seconds one resource can wait."""
TIMEOUT_MIN: Final = 1
CHAIN_TIMEOUT_MAX: Final = 12 * 3600
"""Seconds a snapshot and the waits behind it can take together."""
