"""Checks made while the app is synthesised; a token passes, as its value is not known yet.

Every message names the property, the value received and the rule.
"""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import aws_cdk as cdk
from aws_cdk import aws_neptune as neptune

from neptune_snapshot_provider import contract

ALPHA_MODULE = "aws_cdk.aws_neptune_alpha"
"""Where the L2 cluster lives; an optional package, hence never imported here."""


class HasClusterIdentifier(Protocol):
    """What is used of ``aws_cdk.aws_neptune_alpha.IDatabaseCluster``."""

    @property
    def cluster_identifier(self) -> str:
        """The identifier of the cluster, literal or token."""
        ...


Cluster: TypeAlias = str | neptune.CfnDBCluster | HasClusterIdentifier
"""A Neptune cluster: its identifier, the L1 resource or the L2 construct."""


def invalid(name: str, value: object, rule: str) -> ValueError:
    """Make the error for a property whose value breaks a rule."""
    return ValueError(f"Invalid {name} {value!r}: {rule}")


def identifier(name: str, value: str) -> str:
    """Check an identifier, or a prefix of one, and lower-case it as Neptune does.

    Raises:
        ValueError: It breaks a rule of ``CreateDBClusterSnapshot``.
    """
    if cdk.Token.is_unresolved(value):
        return value
    if not isinstance(value, str):
        raise invalid(name, value, "must be a string")
    problem = contract.identifier_problem(value)
    if problem:
        raise invalid(name, value, problem)
    return value.lower()


def cluster_identifier(cluster: Cluster) -> str:
    """Find the identifier of a cluster given in any of the accepted ways.

    Raises:
        ValueError: It is no Neptune cluster, or its literal identifier breaks the API's rules.
    """
    if isinstance(cluster, neptune.CfnDBCluster):
        return cluster.ref
    if isinstance(cluster, str):
        if cluster.startswith("arn:"):
            rule = "must be the identifier of the cluster, which is the last part of this ARN"
            raise invalid("cluster", cluster, rule)
        return identifier("cluster", cluster)
    if _is_alpha_cluster(cluster):
        return identifier("cluster", cluster.cluster_identifier)
    given = f"{type(cluster).__module__}.{type(cluster).__qualname__}"
    rule = (
        f"must be a Neptune cluster (an identifier, aws_neptune.CfnDBCluster or "
        f"aws_neptune_alpha.IDatabaseCluster), not {given}"
    )
    raise invalid("cluster", cluster, rule)


def _is_alpha_cluster(cluster: HasClusterIdentifier) -> bool:
    """Tell Neptune's L2 cluster from DocumentDB's and RDS's, which have the same attribute."""
    modules = {ancestor.__module__ for ancestor in type(cluster).__mro__}
    return ALPHA_MODULE in modules and hasattr(cluster, "cluster_identifier")


def timeout_seconds(timeout: cdk.Duration | None) -> int | float:
    """Convert the time limit to seconds; the default is the longest that one resource can wait.

    Raises:
        ValueError: It is no duration, no whole number of seconds, or outside the limits.
    """
    if timeout is None:
        return contract.TIMEOUT_MAX
    return whole_seconds("timeout", timeout, contract.TIMEOUT_MIN, contract.CHAIN_TIMEOUT_MAX)


def whole_seconds(name: str, duration: cdk.Duration, least: int, most: int) -> int | float:
    """Convert a duration to seconds; a token passes.

    Raises:
        ValueError: It is no duration, no whole number of seconds, or outside the limits.
    """
    if not isinstance(duration, cdk.Duration):
        raise invalid(name, duration, "must be an aws_cdk.Duration")
    if duration.is_unresolved():
        return duration.to_seconds()
    seconds = duration.to_seconds(integral=False)
    if seconds != int(seconds):
        raise invalid(name, duration.to_human_string(), "must be a whole number of seconds")
    if not least <= seconds <= most:
        limits = f"{least} to {most} seconds ({most / 3600:g} hours)"
        raise invalid(name, duration.to_human_string(), f"must be {limits}, is {seconds:g}")
    return int(seconds)


def removal_policy(policy: cdk.RemovalPolicy) -> cdk.RemovalPolicy:
    """Refuse the policy that would have a snapshot taken of the snapshot.

    Raises:
        ValueError: It is ``SNAPSHOT``, which CloudFormation refuses for custom resources.
    """
    if policy is cdk.RemovalPolicy.SNAPSHOT:
        rule = "must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY"
        raise invalid("removal_policy", policy.value, rule)
    return policy


def tag_problems(tags: Mapping[str, str]) -> list[str]:
    """List what Neptune, or this library, would refuse of a set of tags."""
    problems = [
        str(invalid("tags", {key: value}, problem))
        for key, value in tags.items()
        if (problem := _tag_problem(key, value))
    ]
    if len(tags) > contract.TAGS_MAX:
        rule = (
            f"must have at most {contract.TAGS_MAX} tags (Neptune's 50, less the "
            f"{len(contract.OwnerTag.ALL + contract.OwnerTag.RESTORE)} that this library sets), "
            f"has {len(tags)}"
        )
        problems.append(str(invalid("tags", sorted(tags), rule)))
    return problems


def _tag_problem(key: str, value: str) -> str | None:
    if not all(isinstance(text, str) for text in (key, value)):
        return "key and value must be strings"
    # A token stands for a harmless text, so that its literal neighbour is checked nevertheless.
    literal = ["token" if cdk.Token.is_unresolved(text) else text for text in (key, value)]
    return contract.tag_problem(literal[0], literal[1])
