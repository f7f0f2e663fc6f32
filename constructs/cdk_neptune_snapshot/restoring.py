"""Restores a cluster from a snapshot."""

from aws_cdk import aws_neptune as neptune
from constructs import IConstruct

from cdk_neptune_snapshot import validation


def restore_into(cluster: IConstruct, snapshot_identifier: str) -> None:
    """Set ``SnapshotIdentifier`` of a cluster.

    Args:
        cluster: A ``CfnDBCluster``, or an L2 construct around one.
        snapshot_identifier: An identifier, or an ARN.

    Raises:
        ValueError: It is no Neptune cluster of this app, or is restored from something already.
    """
    resource = cluster
    if not isinstance(resource, neptune.CfnDBCluster):
        child = resource.node.default_child if hasattr(resource, "node") else None
        if not isinstance(child, neptune.CfnDBCluster):
            given = f"{type(cluster).__module__}.{type(cluster).__qualname__}"
            rule = f"must be a Neptune cluster that this app defines, not {given}"
            raise validation.invalid("cluster", cluster, rule)
        resource = child
    existing = resource.snapshot_identifier
    if existing is not None and existing != snapshot_identifier:
        rule = f"is restored from {existing!r} already; another snapshot would replace the cluster"
        raise validation.invalid("cluster", resource.node.path, rule)
    resource.snapshot_identifier = snapshot_identifier
