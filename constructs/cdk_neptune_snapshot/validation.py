"""Checks made while the app is synthesized; the provider checks values known only at deployment.

Every message names the property, the value received and the rule.
"""

import re
from collections.abc import Mapping
from typing import Protocol, TypeAlias, TypeGuard

import aws_cdk as cdk
from aws_cdk import aws_neptune as neptune
from constructs import IConstruct

from neptune_snapshot_provider import contract, name_rules

MARKER = re.compile(r"[$#]\{Token\[[^\]]*\]\}")
"""How the CDK writes a token inside a string."""

UNKNOWN = "<known only at deployment>"
"""What a message shows in place of a token."""


class HasClusterIdentifier(Protocol):
    """The part of ``aws_cdk.aws_neptune_alpha.IDatabaseCluster`` that this library uses."""

    @property
    def cluster_identifier(self) -> str:
        """The identifier of the cluster, literal or token."""
        ...


Cluster: TypeAlias = str | neptune.CfnDBCluster | HasClusterIdentifier
"""A Neptune cluster: its identifier, the L1 resource or the L2 construct."""


def invalid(name: str, value: object, rule: str) -> ValueError:
    """Make the error for a property whose value breaks a rule."""
    return ValueError(f"Invalid {name} {shown(value)}: {rule}")


def shown(value: object) -> str:
    """Write a value into a message: a token as unknown, a construct as its path."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, str):
        return UNKNOWN if MARKER.fullmatch(value) else repr(without_tokens(value))
    if is_token(value):
        return UNKNOWN
    return repr(value.node.path) if is_construct(value) else repr(value)


def without_tokens(text: str) -> str:
    """Write ``UNKNOWN`` in place of every token in a text."""
    return MARKER.sub(UNKNOWN, text)


def is_construct(value: object) -> TypeGuard[IConstruct]:
    """Recognize a construct, also one that an interface of the CDK stands for."""
    return hasattr(getattr(value, "node", None), "path")


def is_token(value: object) -> bool:
    """Recognize a token, also in values that the CDK cannot be asked about."""
    askable = isinstance(value, str | int | float) or hasattr(value, "__jsii_type__")
    # A stack has a method of the name that makes the CDK take it for a token.
    return askable and not is_construct(value) and cdk.Token.is_unresolved(value)


def type_name(value: object) -> str:
    """Name the type of a value that is of the wrong type."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def identifier(name: str, value: str) -> str:
    """Check an identifier, or a prefix of one, and lowercase it as Neptune does.

    Raises:
        ValueError: It breaks a rule of ``CreateDBClusterSnapshot``.
    """
    if not isinstance(value, str):
        raise invalid(name, value, "must be a string")
    if cdk.Token.is_unresolved(value):
        return value
    problem = name_rules.identifier_problem(value)
    if problem:
        raise invalid(name, value, problem)
    return value.lower()


def timeout_seconds(timeout: cdk.Duration | None) -> int | float:
    """Convert the time limit to seconds; the default is the longest that one resource can wait.

    Raises:
        ValueError: It is no duration, no whole number of seconds, or outside the limits.
    """
    if timeout is None:
        return contract.TIMEOUT_MAX
    return whole_seconds("timeout", timeout, contract.TIMEOUT_MIN, contract.CHAIN_TIMEOUT_MAX)


def whole_seconds(name: str, duration: cdk.Duration, least: int, most: int) -> int | float:
    """Convert a duration to seconds; a token is returned unchecked.

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
    """Refuse a policy that CloudFormation does not know for custom resources.

    Raises:
        ValueError: It is ``SNAPSHOT``, or no removal policy.
    """
    if not isinstance(policy, cdk.RemovalPolicy):
        raise invalid("removal_policy", policy, "must be an aws_cdk.RemovalPolicy")
    if policy is cdk.RemovalPolicy.SNAPSHOT:
        rule = "must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY"
        raise invalid("removal_policy", policy.value, rule)
    return policy


def construct(name: str, value: IConstruct) -> IConstruct:
    """Refuse what is no construct.

    Raises:
        ValueError: It is no construct.
    """
    if not is_construct(value):
        raise invalid(name, value, f"must be a construct, not {type_name(value)}")
    return value


def resource(custom_resource: cdk.CustomResource) -> cdk.CfnResource:
    """Find the CloudFormation resource of a custom resource.

    Raises:
        TypeError: It was taken out of the tree.
    """
    found = custom_resource.node.default_child
    if not isinstance(found, cdk.CfnResource):
        raise TypeError(f"{custom_resource.node.path} has no CloudFormation resource")
    return found
