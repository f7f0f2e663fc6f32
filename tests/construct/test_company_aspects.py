"""A company's Aspects, which change every function, role or log group of an app."""

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from construct.templates import network_of, new_stack, of_type, only, snapshot_in


@jsii.implements(cdk.IAspect)
class Every:
    """A company's Aspect: changes every resource of one kind."""

    def __init__(self, kind: type, change: Callable[[Any], None]) -> None:
        self._kind = kind
        self._change = change

    def visit(self, node: IConstruct) -> None:
        """Look at one construct; called by the CDK."""
        if isinstance(node, self._kind):
            self._change(node)


def into_a_vpc(function: lambda_.CfnFunction) -> None:
    function.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
        security_group_ids=["sg-0a1b2c3d"], subnet_ids=["subnet-0a1b2c3d"]
    )


@pytest.mark.parametrize("priority", [None, cdk.AspectPriority.MUTATING, 900])
@pytest.mark.parametrize("stabilized", [False, True])
def test_an_aspect_that_moves_functions_into_a_vpc(
    priority: int | None,
    stabilized: bool,  # noqa: FBT001 - a setting of the app
) -> None:
    stack = new_stack(**{"@aws-cdk/core:aspectStabilization": stabilized})
    aspect: Any = Every(lambda_.CfnFunction, into_a_vpc)
    cdk.Aspects.of(stack.node.root).add(aspect, priority=priority)
    function = only(snapshot_in(stack), "AWS::Lambda::Function")
    assert function["Properties"]["VpcConfig"]["SubnetIds"] == ["subnet-0a1b2c3d"]
    assert network_of(stack) == [("Allow", "*"), ("Deny", "*")]


def test_an_aspect_that_sets_the_retention_of_logs() -> None:
    stack = new_stack()

    def a_year(group: logs.CfnLogGroup) -> None:
        group.retention_in_days = 365

    cdk.Aspects.of(stack).add(Every(logs.CfnLogGroup, a_year))
    group = only(snapshot_in(stack), "AWS::Logs::LogGroup")
    assert group["Properties"]["RetentionInDays"] == 365


def test_an_aspect_that_sets_a_boundary() -> None:
    stack = new_stack()
    boundary = iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", "company-boundary")
    iam.PermissionsBoundary.of(stack).apply(boundary)
    role = only(snapshot_in(stack), "AWS::IAM::Role")
    assert "policy/company-boundary" in str(role["Properties"]["PermissionsBoundary"])


def test_an_aspect_that_names_everything() -> None:
    """Everything else refers to the function, role and log group by ``Ref`` and ``GetAtt``."""
    stack = new_stack()

    def name(resource: cdk.CfnResource) -> None:
        names = {
            lambda_.CfnFunction: "function_name",
            iam.CfnRole: "role_name",
            iam.CfnManagedPolicy: "managed_policy_name",
            logs.CfnLogGroup: "log_group_name",
        }
        for kind, attribute in names.items():
            if isinstance(resource, kind):
                setattr(resource, attribute, f"acme-{resource.node.path.rpartition('/')[0][-20:]}")

    cdk.Aspects.of(stack).add(Every(cdk.CfnResource, name))
    found = snapshot_in(stack)
    function = only(found, "AWS::Lambda::Function")
    assert function["Properties"]["FunctionName"].startswith("acme-")
    texts = [str(one) for one in found.values()]
    assert sum("'acme-" in text for text in texts) == 4
    for permission in of_type(found, "AWS::Lambda::Permission"):
        assert "Fn::GetAtt" in permission["Properties"]["FunctionName"]
