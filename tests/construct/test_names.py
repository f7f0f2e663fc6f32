"""Which clusters and names the permissions of a snapshot reach."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_neptune as neptune

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from construct.templates import new_stack, resources_for
from neptune_snapshot_provider import contract

CREATE = "rds:CreateDBClusterSnapshot"


def snapshot_names(stack: cdk.Stack) -> set[str]:
    created = resources_for(stack, CREATE)
    start = "cluster-snapshot:"
    return {name.removeprefix(start) for name in created if name.startswith(start)}


@pytest.mark.parametrize(
    ("properties", "pattern"),
    [
        ({}, "my-graph-*"),
        ({"identifier_prefix": "Nightly"}, "nightly-*"),
        ({"identifier_prefix": "p" * 63}, "p" * contract.PREFIX_MAX + "-*"),
        ({"snapshot_identifier": "Before-V2"}, "before-v2"),
        ({"identifier_prefix": f"x-{cdk.Aws.REGION}"}, "*"),
        ({"snapshot_identifier": f"x-{cdk.Aws.REGION}"}, "x-us-gov-west-1"),
        ({"cluster": cdk.Aws.STACK_NAME}, "*"),
        ({"cluster": "c" * 63}, "c" * contract.PREFIX_MAX + "-*"),
    ],
)
def test_names_are_as_narrow_as_they_are_known(properties: dict[str, Any], pattern: str) -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", **{"cluster": "My-Graph", **properties})
    assert snapshot_names(stack) == {pattern}


def test_a_cluster_of_the_stack_is_named_by_reference() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster")
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster)
    assert resources_for(stack, "rds:DescribeDBClusters") == {"cluster:id-of-Cluster"}


@pytest.mark.parametrize(
    ("properties", "warned"),
    [
        ({}, False),
        ({"cluster": cdk.Aws.STACK_NAME}, True),
        ({"identifier_prefix": f"x-{cdk.Aws.REGION}"}, True),
        ({"cluster": cdk.Aws.STACK_NAME, "identifier_prefix": "nightly"}, False),
        ({"cluster": cdk.Aws.STACK_NAME, "snapshot_identifier": "before-v2"}, False),
    ],
)
def test_synthesis_warns_of_permissions_on_every_name(
    properties: dict[str, Any],
    warned: bool,  # noqa: FBT001 - a test's expectation
) -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", **{"cluster": "my-graph", **properties})
    found = cdk.assertions.Annotations.from_stack(stack).find_warning(
        "/Stack/Snapshot", cdk.assertions.Match.string_like_regexp(r"cluster-snapshot:\*")
    )
    assert bool(found) is warned
    assert ("*" in snapshot_names(stack)) is warned
