"""The provider may do what its snapshots need, and nothing else.

``tests/security`` tests by IAM's decisions what the conditions deny.
"""

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from construct.templates import (
    PSEUDO,
    Json,
    actions,
    new_stack,
    of_type,
    only,
    rendered,
    resources,
    resources_for,
    stack_with,
    statements,
    take,
    with_action,
)
from neptune_snapshot_provider import contract

MINIMIZE_POLICIES = "@aws-cdk/aws-iam:minimizePolicies"
FUNCTION = (
    "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:NeptuneSnapshotProviderFunction3E76C15A:Arn"
)
RULES = "arn:aws-us-gov:events:us-gov-west-1:123456789012:rule/neptune-snapshot-51af3dc0-*"


def test_all_that_is_allowed() -> None:
    stack = stack_with()
    assert actions(stack) == {
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
    arns = {arn for statement in statements(stack) for arn in statement["Resource"]}
    assert {arn.split(":")[1] for arn in arns} == {PSEUDO["AWS::Partition"]}
    found = resources(stack)
    # No policy of AWS's.
    assert "ManagedPolicyArns" not in only(found, "AWS::IAM::Role")["Properties"]
    # Only rules of this stack invoke the function.
    assert rendered(only(found, "AWS::Lambda::Permission")["Properties"]) == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": FUNCTION,
        "Principal": "events.amazonaws.com",
        "SourceArn": RULES,
    }


def in_a_stack(outer: cdk.Stack) -> cdk.Stack:
    return outer


def in_a_template_nested_by_other_means(outer: cdk.Stack) -> cdk.Stack:
    """The CDK does not know the parent of a template that a ``CfnStack`` deploys."""
    cdk.CfnStack(outer, "Nested", template_url="https://example.com/inner.json")
    return cdk.Stack(outer, "Inner")


def in_a_nested_stack(outer: cdk.Stack) -> cdk.Stack:
    return cdk.NestedStack(cdk.NestedStack(outer, "Middle"), "Inner")


@pytest.mark.parametrize(
    ("inside", "count"),
    [(in_a_stack, 0), (in_a_template_nested_by_other_means, 0), (in_a_nested_stack, 2)],
)
def test_a_stack_looks_at_itself_and_at_the_stacks_around_it(
    inside: Callable[[cdk.Stack], cdk.Stack], count: int
) -> None:
    stack = inside(new_stack())
    take(stack)
    (statement,) = with_action(statements(stack), "cloudformation:DescribeStacks")
    own, *around = statement["Resource"]
    assert own == PSEUDO["AWS::StackId"]
    # Each is a parameter that the stack around hands in.
    assert [arn.startswith("id-of-referenceto") for arn in around] == [True] * count


def same_cluster(_number: int) -> dict[str, Any]:
    return {"cluster": "graph"}


def longest_names(number: int) -> dict[str, Any]:
    return {"cluster": f"c{number:062d}", "snapshot_identifier": f"s{number:062d}"}


@pytest.mark.parametrize("minimize", [False, True])
@pytest.mark.parametrize("count", [1, 2, 34, 100])
@pytest.mark.parametrize("properties", [same_cluster, longest_names])
def test_policies_stay_within_the_limits_of_iam(
    properties: Callable[[int], dict[str, Any]], count: int, *, minimize: bool
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html ."""
    stack = new_stack(**{MINIMIZE_POLICIES: minimize})
    for number in range(count):
        take(stack, f"Snapshot{number}", **properties(number))
    found = resources(stack)
    assert sum(sizes(found, "AWS::IAM::Policy")) <= 10_240
    managed = sizes(found, "AWS::IAM::ManagedPolicy")
    assert len(managed) <= 10
    assert all(size <= 6_144 for size in managed)

    listed = resources_for(stack, "rds:CreateDBClusterSnapshot")
    expected = {"cluster:" + properties(number)["cluster"] for number in range(count)}
    assert {name for name in listed if name.startswith("cluster:")} == expected
    (snapshot, *_) = of_type(found, contract.RESOURCE_TYPE)
    policies = {name for name in found if "Policy" in name}
    assert policies <= set(snapshot["DependsOn"])


def sizes(found: dict[str, Json], kind: str) -> list[int]:
    documents = [rendered(one["Properties"]["PolicyDocument"]) for one in of_type(found, kind)]
    return [len(json.dumps(document, separators=(",", ":"))) for document in documents]
