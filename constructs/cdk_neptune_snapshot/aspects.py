"""Rules for a whole app."""

from collections.abc import Iterator

import aws_cdk as cdk
import jsii
from constructs import IConstruct, IValidation

from cdk_neptune_snapshot import deployed, validation
from cdk_neptune_snapshot.attributes import SnapshotAttributes
from cdk_neptune_snapshot.cluster import CLUSTER_TYPE

UPGRADED = frozenset({CLUSTER_TYPE, "AWS::Neptune::GlobalCluster"})
"""Resources whose engine version upgrades a cluster."""


@jsii.implements(cdk.IAspect)
class RequireSnapshotBeforeUpgrade:
    """Fails synthesis for a Neptune cluster whose version can change without a snapshot before.

    ``Aspects.of(app).add(RequireSnapshotBeforeUpgrade())`` checks every Neptune cluster, of any
    construct, whose template sets an engine version: ``snapshot.before(cluster)`` must have
    ordered a snapshot before it, or before a construct around it; or the cluster depends on
    something that holds a snapshot or depends on one; or its stack depends on a stack that takes
    one. An Aspect does not reach into a ``Stage``: add it to each.

    The check cannot tell whether the snapshot is of this very cluster, whose identifier must be
    given as text.
    """

    def visit(self, node: IConstruct) -> None:
        """Check one construct; called by the CDK."""
        if isinstance(node, cdk.CfnResource) and node.cfn_resource_type in UPGRADED:
            node.node.add_validation(_Upgrade(node))


@jsii.implements(IValidation)
class _Upgrade:
    """Checks one cluster after every Aspect, since any of them may set its version."""

    def __init__(self, resource: cdk.CfnResource) -> None:
        self._resource = resource

    def validate(self) -> list[str]:
        """Add an error unless a snapshot comes first."""
        if any(_waits_for_snapshot(scope) for scope in self._resource.node.scopes):
            return []
        version = deployed.properties(self._resource).get("EngineVersion")
        if version is not None:
            cdk.Annotations.of(self._resource).add_error(
                f"Invalid engine_version {validation.shown(version)}: no snapshot is taken before "
                "this cluster is upgraded. Define a DatabaseClusterSnapshot with the cluster's "
                "identifier as plain text and when_cluster_missing=WhenClusterMissing.SKIP, and "
                "call snapshot.before(cluster)."
            )
        return []


def _waits_for_snapshot(construct: IConstruct) -> bool:
    return any(_holds_snapshot(one) for one in _waited_for(construct))


def _waited_for(construct: IConstruct) -> Iterator[IConstruct]:
    """List what a construct depends on, also by way of something else."""
    pending, seen = _dependencies(construct), set[str]()
    while pending:
        one = pending.pop()
        if one.node.path not in seen:
            seen.add(one.node.path)
            pending += [other for part in one.node.find_all() for other in _dependencies(part)]
            yield one


def _dependencies(construct: IConstruct) -> list[IConstruct]:
    found = [*construct.node.dependencies]
    if isinstance(construct, cdk.Stack):
        found += construct.dependencies
    if isinstance(construct, cdk.CfnResource):
        found += construct.obtain_dependencies()
    return found


def _holds_snapshot(construct: IConstruct) -> bool:
    """Whether what depends on a construct waits until a snapshot is available."""
    if any(isinstance(one, SnapshotAttributes) for one in construct.node.find_all()):
        return True
    # Of the resources of a chain only the last one sees the snapshot available.
    return any(
        scope._resource in construct.node.scopes  # noqa: SLF001 - of this package
        for scope in construct.node.scopes
        if isinstance(scope, SnapshotAttributes)
    )
