"""Finds the name of a Neptune cluster, and where the cluster is, in any of the accepted ways."""

from dataclasses import dataclass
from typing import TypeGuard

import aws_cdk as cdk
from aws_cdk import aws_neptune as neptune
from constructs import IConstruct

from cdk_neptune_snapshot import validation

CLUSTER_TYPE = "AWS::Neptune::DBCluster"
ALPHA_MODULE = "aws_cdk.aws_neptune_alpha"
"""Where the L2 cluster lives; an optional package, hence never imported here."""
NAME_PROPERTY = "DBClusterIdentifier"


@dataclass(frozen=True)
class ClusterName:
    """The name of a cluster.

    Attributes:
        sent: What the provider receives: plain text in lower case, or a token.
        permitted: What the role's policy names: plain text in lower case wherever the name is
            known, since ARNs are case-sensitive and Neptune stores names in lower case.
        construct: The construct that defines or imports the cluster, if the app has one.
    """

    sent: str
    permitted: str
    construct: IConstruct | None = None


def name_of(cluster: validation.Cluster) -> ClusterName:
    """Find the name of a cluster given in any of the accepted ways.

    Raises:
        ValueError: It is no Neptune cluster, or its literal identifier breaks the API's rules.
    """
    resource = resource_of(cluster)
    if isinstance(cluster, str):
        sent = _text(cluster)
    elif _is_alpha_cluster(cluster):
        sent = validation.identifier("cluster", cluster.cluster_identifier)
    elif resource is not None:
        sent = resource.ref
    else:
        rule = (
            f"must be a Neptune cluster (an identifier, aws_neptune.CfnDBCluster or "
            f"aws_neptune_alpha.IDatabaseCluster), not {validation.type_name(cluster)}"
        )
        raise validation.invalid("cluster", cluster, rule)
    if resource is None:
        return ClusterName(sent, sent, cluster if validation.is_construct(cluster) else None)
    literal = declared_name(resource)
    permitted = sent if literal is None else validation.identifier("cluster", literal)
    return ClusterName(sent, permitted, resource)


def resource_of(cluster: object) -> cdk.CfnResource | None:
    """Find the resource in this app behind a construct or behind a reference to its name."""
    if isinstance(cluster, str):
        reference = cdk.Tokenization.reverse_string(cluster)
        token = reference.first_token if reference.length == 1 else None
        if isinstance(token, cdk.Reference) and token.display_name == "Ref":
            return _cluster_resource(token.target)
        return None
    if not validation.is_construct(cluster):
        return None
    return _cluster_resource(cluster) or _cluster_resource(cluster.node.default_child)


def declared_name(resource: cdk.CfnResource) -> str | None:
    """Read the name that a cluster's definition gives it; ``None`` where that is not known."""
    name = (
        resource.db_cluster_identifier
        if isinstance(resource, neptune.CfnDBCluster)
        else resource._cfn_properties.get(NAME_PROPERTY)  # noqa: SLF001 - no public reader
    )
    return name if isinstance(name, str) and not cdk.Token.is_unresolved(name) else None


def environment_of(construct: IConstruct) -> tuple[str, str]:
    """Give account and region of a construct's stack; tokens where the stack names none."""
    stack = cdk.Stack.of(construct)
    return stack.account, stack.region


def require_same_environment(name: ClusterName, scope: IConstruct) -> None:
    """Refuse a cluster that is certainly in another account or region than the snapshot.

    Raises:
        ValueError: Both environments are known and differ.
    """
    if name.construct is None:
        return
    theirs, ours = environment_of(name.construct), environment_of(scope)
    if not differs(theirs, ours):
        return
    rule = (
        f"is in {described(theirs)}, but the stack {validation.shown(cdk.Stack.of(scope))} of the "
        f"snapshot is in {described(ours)}; Neptune takes a snapshot where its cluster is: define "
        "the snapshot in a stack of that environment"
    )
    raise validation.invalid("cluster", name.construct, rule)


def differs(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Compare what is known of two environments."""
    return any(
        left != right
        for left, right in zip(one, other, strict=True)
        if not (cdk.Token.is_unresolved(left) or cdk.Token.is_unresolved(right))
    )


def described(environment: tuple[str, str]) -> str:
    """Name an environment in a message."""
    account, region = map(validation.without_tokens, environment)
    return f"region {region} of account {account}"


def _text(cluster: str) -> str:
    if cluster.startswith("arn:"):
        rule = "must be the identifier of the cluster, which is the last part of this ARN"
        raise validation.invalid("cluster", cluster, rule)
    return validation.identifier("cluster", cluster)


def _cluster_resource(candidate: object) -> cdk.CfnResource | None:
    if isinstance(candidate, cdk.CfnResource) and candidate.cfn_resource_type == CLUSTER_TYPE:
        return candidate
    return None


def _is_alpha_cluster(cluster: object) -> TypeGuard[validation.HasClusterIdentifier]:
    """Tell Neptune's L2 cluster from DocumentDB's and RDS's, which have the same attribute."""
    modules = {ancestor.__module__ for ancestor in type(cluster).__mro__}
    return ALPHA_MODULE in modules and hasattr(cluster, "cluster_identifier")
