"""Migrations of every kind start only when the snapshot is available."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import custom_resources, triggers
from constructs import Construct, IConstruct

from construct.templates import TWO_HOURS, links, new_stack, only, resources, take, topic


def function(scope: Construct, name: str) -> lambda_.Function:
    return lambda_.Function(
        scope,
        name,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
    )


def custom_resource(stack: cdk.Stack) -> IConstruct:
    token = function(stack, "Migrate").function_arn
    return cdk.CustomResource(
        stack, "Migration", resource_type="Custom::Migration", service_token=token
    )


def ecs_task(stack: cdk.Stack) -> IConstruct:
    """A task that a custom resource starts; a function that waits for its end does as well."""
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("migrate", image=ecs.ContainerImage.from_registry("example/migrate:7"))
    call = custom_resources.AwsSdkCall(
        service="ECS",
        action="runTask",
        parameters={"taskDefinition": task.task_definition_arn, "launchType": "FARGATE"},
        physical_resource_id=custom_resources.PhysicalResourceId.of(task.task_definition_arn),
    )
    return custom_resources.AwsCustomResource(
        stack,
        "Migration",
        resource_type="Custom::Migration",
        on_update=call,
        install_latest_aws_sdk=False,
        policy=custom_resources.AwsCustomResourcePolicy.from_sdk_calls(
            resources=custom_resources.AwsCustomResourcePolicy.ANY_RESOURCE
        ),
    )


def cdk_trigger(stack: cdk.Stack) -> IConstruct:
    return triggers.Trigger(stack, "Migration", handler=function(stack, "Migrate"))


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (custom_resource, "Custom::Migration"),
        (ecs_task, "Custom::Migration"),
        (cdk_trigger, "Custom::Trigger"),
    ],
    ids=["a custom resource", "an ECS task", "a Trigger"],
)
@pytest.mark.parametrize("timeout", [None, TWO_HOURS], ids=["one resource", "a chain"])
def test_a_migration_waits_for_the_snapshot(
    make: Callable[[cdk.Stack], IConstruct], kind: str, timeout: cdk.Duration | None
) -> None:
    stack = new_stack()
    take(stack, timeout=timeout).before(make(stack))
    found = resources(stack)
    assert links(found)[-1] in only(found, kind)["DependsOn"]


def test_several_migrations_wait_for_one_snapshot() -> None:
    stack = new_stack()
    names = ("One", "Two", "Three")
    take(stack).before(*(topic(stack, name) for name in names))
    found = resources(stack)
    assert [found[name]["DependsOn"] for name in names] == [links(found)] * 3


def test_a_migration_in_another_stack_makes_its_stack_wait() -> None:
    first = new_stack()
    second = cdk.Stack(cdk.App.of(first), "Second")
    take(first).before(custom_resource(second))
    # It is no dependency of the template's: the command line deploys the stacks in this order.
    assert links(resources(first))[-1] not in str(resources(second))
    assert [stack.stack_name for stack in second.dependencies] == [first.stack_name]


def test_a_nested_stack_waits_as_a_whole() -> None:
    stack = new_stack()
    take(stack).before(custom_resource(cdk.NestedStack(stack, "Nested")))
    found = resources(stack)
    assert links(found)[-1] in only(found, "AWS::CloudFormation::Stack")["DependsOn"]
