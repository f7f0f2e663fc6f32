"""The provider may do what its snapshots need, and nothing else.

What the conditions deny is tested by IAM's decisions, in ``tests/security``.
"""

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from construct.templates import (
    MINIMIZE_POLICIES,
    PSEUDO,
    Json,
    flagged_stack,
    new_stack,
    of_type,
    rendered,
    resources,
    resources_for,
    statements,
)
from neptune_snapshot_provider import contract

CREATE = "rds:CreateDBClusterSnapshot"
STACK_ID = PSEUDO["AWS::StackId"]
FUNCTION = (
    "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:NeptuneSnapshotProviderFunction3E76C15A:Arn"
)
RULES = "arn:aws-us-gov:events:us-gov-west-1:123456789012:rule/neptune-snapshot-51af3dc0-*"


@pytest.fixture(scope="module")
def allowed() -> list[Json]:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="My-Graph")
    return statements(stack)


def of_action(allowed: list[Json], action: str) -> list[Json]:
    return [statement for statement in allowed if action in statement["Action"]]


def test_all_that_is_allowed(allowed: list[Json]) -> None:
    actions = {action for statement in allowed for action in statement["Action"]}
    assert actions == {
        "rds:CreateDBClusterSnapshot",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:ListTagsForResource",
        "rds:AddTagsToResource",
        "rds:RemoveTagsFromResource",
        "rds:DeleteDBClusterSnapshot",
        "events:PutRule",
        "events:DescribeRule",
        "events:DeleteRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "cloudformation:DescribeStacks",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    resources = {arn for statement in allowed for arn in statement["Resource"]}
    assert {arn.split(":")[1] for arn in resources} == {PSEUDO["AWS::Partition"]}


def test_a_snapshot_is_created_of_its_cluster_under_its_name(allowed: list[Json]) -> None:
    created = of_action(allowed, CREATE)
    assert {arn.split(":", 5)[5] for statement in created for arn in statement["Resource"]} == {
        "cluster:my-graph",
        "cluster-snapshot:my-graph-*",
    }


def test_only_rules_of_this_stack_invoke_the_function() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    found = resources(stack)
    (permission,) = of_type(found, "AWS::Lambda::Permission")
    assert rendered(permission["Properties"]) == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": FUNCTION,
        "Principal": "events.amazonaws.com",
        "SourceArn": RULES,
    }


def test_the_permission_outlives_every_request() -> None:
    """A last poll comes while the custom resource is deleted."""
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    found = resources(stack)
    (name,) = [name for name, one in found.items() if one["Type"] == "AWS::Lambda::Permission"]
    (snapshot,) = of_type(found, contract.RESOURCE_TYPE)
    assert name in snapshot["DependsOn"]


def test_no_policy_of_aws_is_attached() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    (role,) = of_type(resources(stack), "AWS::IAM::Role")
    assert "ManagedPolicyArns" not in role["Properties"]


def test_the_stack_looks_at_itself(allowed: list[Json]) -> None:
    (statement,) = of_action(allowed, "cloudformation:DescribeStacks")
    assert statement["Resource"] == [STACK_ID]


def test_a_template_nested_by_other_means_looks_at_itself_only() -> None:
    """The CDK does not know the parent of a template that a ``CfnStack`` deploys."""
    outer = new_stack()
    inner = cdk.Stack(outer, "Inner")
    cdk.CfnStack(outer, "Nested", template_url="https://example.com/inner.json")
    DatabaseClusterSnapshot(inner, "Snapshot", cluster="graph")
    (statement,) = of_action(statements(inner), "cloudformation:DescribeStacks")
    assert statement["Resource"] == [STACK_ID]


def test_a_nested_stack_looks_at_all_stacks_around_it() -> None:
    outer = new_stack()
    inner = cdk.NestedStack(cdk.NestedStack(outer, "Middle"), "Inner")
    DatabaseClusterSnapshot(inner, "Snapshot", cluster="graph")
    (statement,) = of_action(statements(inner), "cloudformation:DescribeStacks")
    own, *around = statement["Resource"]
    assert own == STACK_ID
    # Each is a parameter that the stack around hands in.
    assert [arn.startswith("id-of-referenceto") for arn in around] == [True, True]


def same_cluster(_number: int) -> dict[str, Any]:
    return {"cluster": "graph"}


def longest_names(number: int) -> dict[str, Any]:
    return {
        "cluster": f"c{number:062d}",
        "snapshot_identifier": f"s{number:062d}",
    }


@pytest.mark.parametrize("minimize", [False, True])
@pytest.mark.parametrize("count", [1, 2, 34, 100])
@pytest.mark.parametrize("properties", [same_cluster, longest_names])
def test_policies_stay_within_the_limits_of_iam(
    properties: Callable[[int], dict[str, Any]], count: int, *, minimize: bool
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html ."""
    stack = flagged_stack(MINIMIZE_POLICIES, enabled=minimize)
    for number in range(count):
        DatabaseClusterSnapshot(stack, f"Snapshot{number}", **properties(number))
    found = resources(stack)
    assert sum(sizes(found, "AWS::IAM::Policy")) <= 10_240
    managed = sizes(found, "AWS::IAM::ManagedPolicy")
    assert len(managed) <= 10
    assert all(size <= 6_144 for size in managed)

    listed = resources_for(stack, CREATE)
    expected = {"cluster:" + properties(number)["cluster"] for number in range(count)}
    assert {name for name in listed if name.startswith("cluster:")} == expected
    (snapshot, *_) = of_type(found, contract.RESOURCE_TYPE)
    policies = {name for name in found if "Policy" in name}
    assert policies <= set(snapshot["DependsOn"])


def sizes(found: dict[str, Json], kind: str) -> list[int]:
    documents = [
        rendered(policy["Properties"]["PolicyDocument"]) for policy in of_type(found, kind)
    ]
    return [len(json.dumps(document, separators=(",", ":"))) for document in documents]
