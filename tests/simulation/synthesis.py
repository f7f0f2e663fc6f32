"""The custom resources that the construct makes of a declaration, synthesized once for each shape.

Values that differ between deployments are parameters of the template, so that few declarations have
to be synthesized. One provider serves all of them, because making one takes ten times as long as a
snapshot.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import aws_cdk as cdk

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger, WhenClusterMissing


@dataclass(frozen=True)
class Shape:
    """Everything that decides which resources and properties there are.

    ``tag_keys`` are the keys of the tags; ``timeout`` and ``reuse`` are seconds.
    """

    id: str
    has_name: bool
    has_prefix: bool
    has_trigger: bool
    tag_keys: tuple[str, ...]
    timeout: int
    retain: bool
    keep_last: int
    parameter: str
    reuse: int
    skips: bool


@dataclass(frozen=True)
class Resource:
    """One custom resource of a template; ``requires`` are those it depends on or refers to."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    requires: frozenset[str]
    retain: bool


@cache
def synthesize(shape: Shape) -> tuple[Resource, ...]:
    """Synthesize one declaration: the snapshot's resource first, then those of its chain."""
    stack = _stack()
    snapshot = _declare(stack, shape)
    try:
        return tuple(_resource(stack, one) for one in _custom_resources(snapshot))
    finally:
        stack.node.try_remove_child(shape.id)


@cache
def _stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(analytics_reporting=False), "Graph")


@cache
def _parameter(name: str) -> str:
    return cdk.CfnParameter(_stack(), name).value_as_string


def _declare(stack: cdk.Stack, shape: Shape) -> DatabaseClusterSnapshot:
    trigger = SnapshotTrigger.on_value_changed(_parameter("Trigger")) if shape.has_trigger else None
    return DatabaseClusterSnapshot(
        stack,
        shape.id,
        cluster=_parameter("Cluster"),
        trigger=trigger,
        snapshot_identifier=_parameter("Name") if shape.has_name else None,
        identifier_prefix=_parameter("Prefix") if shape.has_prefix else None,
        timeout=cdk.Duration.seconds(shape.timeout),
        removal_policy=cdk.RemovalPolicy.RETAIN if shape.retain else cdk.RemovalPolicy.DESTROY,
        tags={key: _parameter(f"Tag{key}") for key in shape.tag_keys},
        keep_last=shape.keep_last or None,
        last_good_parameter=shape.parameter or None,
        reuse_younger_than=cdk.Duration.seconds(shape.reuse) if shape.reuse else None,
        when_cluster_missing=WhenClusterMissing.SKIP if shape.skips else WhenClusterMissing.FAIL,
    )


def _custom_resources(snapshot: DatabaseClusterSnapshot) -> Iterator[cdk.CfnResource]:
    for construct in snapshot.node.find_all():
        if isinstance(construct, cdk.CfnResource):
            yield construct


def _resource(stack: cdk.Stack, resource: cdk.CfnResource) -> Resource:
    properties: dict[str, Any] = stack.resolve(resource._cfn_properties)
    return Resource(
        logical_id=stack.resolve(resource.logical_id),
        type=resource.cfn_resource_type,
        properties=properties,
        requires=frozenset({*_dependencies(stack, resource), *_references(properties)}),
        retain=resource.cfn_options.deletion_policy is cdk.CfnDeletionPolicy.RETAIN,
    )


def _dependencies(stack: cdk.Stack, resource: cdk.CfnResource) -> Iterator[str]:
    """Find the resources that the construct around ``resource`` depends on."""
    scope = resource.node.scope
    for construct in scope.node.dependencies if scope else ():
        if isinstance(child := construct.node.default_child, cdk.CfnResource):
            yield stack.resolve(child.logical_id)


def _references(value: object) -> Iterator[str]:
    """Find every name that ``Ref`` and ``Fn::GetAtt`` refer to."""
    if isinstance(value, Mapping):
        if isinstance(name := value.get("Ref"), str):
            yield name
        if isinstance(attribute := value.get("Fn::GetAtt"), list):
            yield attribute[0]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
