"""Snapshots that exist already."""

import re

import aws_cdk as cdk
from constructs import Construct

from cdk_neptune_snapshot import permissions, validation
from cdk_neptune_snapshot.attributes import SnapshotReference

ARN = re.compile(r"arn:[^:]+:rds:[^:]+:\d{12}:cluster-snapshot:(.+)")
SEPARATOR = ":cluster-snapshot:"
MADE_BY_AWS = re.compile(r"(rds|awsbackup):[A-Za-z0-9-]+")
"""Names of snapshots taken by Neptune itself, or by AWS Backup."""


class ImportedSnapshot(SnapshotReference):
    """A snapshot that this app refers to, but has not taken."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - the CDK's own name for it
        *,
        snapshot_identifier: str,
        snapshot_arn: str,
    ) -> None:
        super().__init__(scope, id)
        self._snapshot_identifier = snapshot_identifier
        self._snapshot_arn = snapshot_arn

    @property
    def snapshot_identifier(self) -> str:
        """The identifier of the snapshot."""
        return self._snapshot_identifier

    @property
    def snapshot_arn(self) -> str:
        """The ARN of the snapshot."""
        return self._snapshot_arn


def arn_of(scope: Construct, identifier: str) -> str:
    """Write the ARN of a snapshot in the account and region of the scope's stack."""
    return permissions.rds_arn(cdk.Stack.of(scope), "cluster-snapshot", identifier)


def existing_identifier(name: str, identifier: str) -> str:
    """Check the identifier of an existing snapshot, which may have been taken by AWS itself.

    Raises:
        ValueError: It can be no snapshot's.
    """
    if not cdk.Token.is_unresolved(identifier) and MADE_BY_AWS.fullmatch(str(identifier)):
        return identifier.lower()
    return validation.identifier(name, identifier)


def identifier_in(arn: str) -> str:
    """Take the identifier out of a snapshot's ARN, also when that is a token.

    Raises:
        ValueError: It is not the ARN of a DB cluster snapshot.
    """
    if cdk.Token.is_unresolved(arn):
        return cdk.Fn.select(1, cdk.Fn.split(SEPARATOR, arn))
    match = ARN.fullmatch(str(arn))
    if match is None:
        rule = "must have the form arn:aws:rds:<region>:<account>:cluster-snapshot:<identifier>"
        raise validation.invalid("snapshot_arn", arn, rule)
    return existing_identifier("snapshot_arn", match[1])
