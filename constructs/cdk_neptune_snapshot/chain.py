"""Waits longer than the hour that CloudFormation gives one resource."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from cdk_neptune_snapshot import validation
from neptune_snapshot_provider import contract


def split(seconds: float) -> list[float]:
    """Divide a time limit into what each resource of a chain waits; one if it is short enough.

    Args:
        seconds: The whole limit; a token stays whole, as its value is not known.
    """
    if cdk.Token.is_unresolved(seconds):
        return [seconds]
    full, rest = divmod(seconds, contract.TIMEOUT_MAX)
    return [float(contract.TIMEOUT_MAX)] * int(full) + ([rest] if rest else [])


def timing(links: list[float], position: int) -> dict[str, object]:
    """Write the properties that say how long a link waits, and whether another waits on."""
    properties: dict[str, object] = {contract.Property.TIMEOUT_SECONDS: links[position]}
    if position + 1 < len(links):
        properties[contract.Property.ON_TIMEOUT] = contract.OnTimeout.CONTINUE
    return properties


def service_timeout(seconds: float) -> cdk.Duration:
    """Have CloudFormation wait a little longer than the provider does."""
    if cdk.Token.is_unresolved(seconds):
        return cdk.Duration.seconds(contract.SERVICE_TIMEOUT_MAX)
    return cdk.Duration.seconds(seconds + contract.RESPONSE_MARGIN)


def add_waits(
    scope: Construct,
    first: cdk.CustomResource,
    service_token: str,
    links: list[float],
    for_last: Mapping[str, object],
) -> cdk.CustomResource:
    """Let further resources wait on, one after another, for the snapshot of the first.

    Args:
        scope: The parent construct.
        first: The snapshot's resource; its reference is the snapshot's identifier.
        service_token: The function's ARN.
        links: What ``split`` made of the time limit.
        for_last: Properties of the last resource, which responds when the snapshot is available.

    Returns:
        The last resource, which is the first where that is enough.
    """
    last = first
    for position in range(1, len(links)):
        link = cdk.CustomResource(
            scope,
            f"Wait{position + 1}",
            resource_type=contract.WAIT_RESOURCE_TYPE,
            service_token=service_token,
            service_timeout=service_timeout(links[position]),
            properties={
                contract.Property.SNAPSHOT_IDENTIFIER: first.ref,
                **timing(links, position),
                **(_owned(first, for_last) if position + 1 == len(links) else {}),
            },
        )
        link.node.add_dependency(last)
        last = link
    return last


def _owned(first: cdk.CustomResource, for_last: Mapping[str, object]) -> dict[str, object]:
    """Name the first resource, which owns the snapshots, and the snapshot that it replaces."""
    if not for_last:
        return {}
    return {
        contract.Property.OWNER: validation.resource(first).logical_id,
        contract.Property.REPLACED_SNAPSHOT: first.get_att_string(contract.Attribute.REPLACED),
        **for_last,
    }
