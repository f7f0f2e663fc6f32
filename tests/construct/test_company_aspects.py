"""A company's Aspects, which change every function or log group of an app.

``tests/test_company.py`` has those of the page for companies.
"""

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from construct.templates import network_of, new_stack, only, provider_in


@jsii.implements(cdk.IAspect)
class Every:
    """A company's Aspect: changes every resource of one kind."""

    def __init__(self, kind: type, change: Callable[[Any], None]) -> None:
        self._kind = kind
        self._change = change

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, self._kind):
            self._change(node)


def into_a_vpc(function: lambda_.CfnFunction) -> None:
    function.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
        security_group_ids=["sg-0a1b2c3d"], subnet_ids=["subnet-0a1b2c3d"]
    )


@pytest.mark.parametrize("priority", [None, cdk.AspectPriority.MUTATING, 900])
@pytest.mark.parametrize("stabilized", [False, True])
def test_an_aspect_that_moves_functions_into_a_vpc(
    priority: int | None, *, stabilized: bool
) -> None:
    stack = new_stack(**{"@aws-cdk/core:aspectStabilization": stabilized})
    aspect: Any = Every(lambda_.CfnFunction, into_a_vpc)
    cdk.Aspects.of(stack.node.root).add(aspect, priority=priority)
    function = only(provider_in(stack), "AWS::Lambda::Function")
    assert function["Properties"]["VpcConfig"]["SubnetIds"] == ["subnet-0a1b2c3d"]
    assert network_of(stack) == [("Allow", "*"), ("Deny", "*")]


def test_an_aspect_that_sets_the_retention_of_logs() -> None:
    stack = new_stack()

    def a_year(group: logs.CfnLogGroup) -> None:
        group.retention_in_days = 365

    cdk.Aspects.of(stack).add(Every(logs.CfnLogGroup, a_year))
    group = only(provider_in(stack), "AWS::Logs::LogGroup")
    assert group["Properties"]["RetentionInDays"] == 365
