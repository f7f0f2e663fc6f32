"""Restores a cluster from a snapshot."""

import re

import aws_cdk as cdk
from aws_cdk import aws_neptune as neptune
from constructs import IConstruct

from cdk_neptune_snapshot import cluster as clusters
from cdk_neptune_snapshot import limitations, validation

ARN = re.compile(r"arn:[^:]+:rds:(?P<region>[^:]+):(?P<account>[^:]+):cluster-snapshot:.+")
"""The ARN of a snapshot, in which any part may be a token."""


def restore_into(cluster: IConstruct, snapshot_arn: str) -> None:
    """Set ``SnapshotIdentifier`` of a cluster.

    Args:
        cluster: A ``CfnDBCluster``, or an L2 construct around one.
        snapshot_arn: The ARN of the snapshot, literal or token.

    Raises:
        ValueError: It is no Neptune cluster of this app, or is restored from something already,
            or the snapshot is in another region.
    """
    resource = clusters.resource_of(cluster)
    if not isinstance(resource, neptune.CfnDBCluster):
        given = validation.type_name(cluster)
        rule = f"must be a Neptune cluster that this app defines, not {given}"
        raise validation.invalid("cluster", cluster, rule)
    existing = resource.snapshot_identifier
    if existing is not None and existing != snapshot_arn:
        rule = (
            f"is restored from {validation.shown(existing)} already; another snapshot would "
            "replace the cluster"
        )
        raise validation.invalid("cluster", resource, rule)
    limitations.check_restore(resource, _environment_of(snapshot_arn), snapshot_arn)
    resource.snapshot_identifier = snapshot_arn


def _environment_of(snapshot_arn: str) -> tuple[str, str]:
    """Give account and region of a snapshot; tokens where they are not known."""
    if match := ARN.fullmatch(snapshot_arn):
        return match["account"], match["region"]
    token = cdk.Tokenization.reverse_string(snapshot_arn).first_token
    if isinstance(token, cdk.Reference):
        return clusters.environment_of(token.target)
    return cdk.Aws.ACCOUNT_ID, cdk.Aws.REGION
