"""Rules for a whole app."""

import aws_cdk as cdk
import jsii
from aws_cdk import aws_neptune as neptune
from constructs import IConstruct

from cdk_neptune_snapshot.attributes import SnapshotAttributes


@jsii.implements(cdk.IAspect)
class RequireSnapshotBeforeUpgrade:
    """Fails synthesis for a Neptune cluster whose version can change without a snapshot before.

    ``Aspects.of(app).add(RequireSnapshotBeforeUpgrade())`` looks at every Neptune cluster that
    sets its engine version: ``snapshot.before(cluster)`` must have ordered a snapshot before it,
    or before a construct around it; or its stack must depend on one that takes a snapshot.
    Whether it is a snapshot of this very cluster cannot be told, as it must be given as text.
    """

    def visit(self, node: IConstruct) -> None:
        """Look at one construct; called by the CDK."""
        if not isinstance(node, neptune.CfnDBCluster) or node.engine_version is None:
            return
        if any(_waits_for_snapshot(scope) for scope in node.node.scopes):
            return
        cdk.Annotations.of(node).add_error(
            f"Invalid engine_version {node.engine_version!r}: no snapshot is taken before this "
            "cluster is upgraded. Define a DatabaseClusterSnapshot with the cluster's identifier "
            "as plain text and when_cluster_missing=WhenClusterMissing.SKIP, and call "
            "snapshot.before(cluster)."
        )


def _waits_for_snapshot(construct: IConstruct) -> bool:
    if any(isinstance(one, SnapshotAttributes) for one in construct.node.dependencies):
        return True
    stacks = construct.dependencies if isinstance(construct, cdk.Stack) else []
    return any(_takes_snapshot(stack) for stack in stacks)


def _takes_snapshot(stack: cdk.Stack) -> bool:
    return any(isinstance(one, SnapshotAttributes) for one in stack.node.find_all())
