"""Migrations of every kind start only when the snapshot is available."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import custom_resources, triggers
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from construct.templates import Json, new_stack, of_type, resources
from neptune_snapshot_provider import contract


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
@pytest.mark.parametrize("hours", [0.5, 2], ids=["one resource", "a chain"])
def test_a_migration_waits_for_the_snapshot(
    make: Callable[[cdk.Stack], IConstruct], kind: str, hours: float
) -> None:
    stack = new_stack()
    timeout = cdk.Duration.seconds(hours * 3600)
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", timeout=timeout).before(make(stack))
    found = resources(stack)
    (migration,) = of_type(found, kind)
    assert last_link(found) in migration["DependsOn"]


def last_link(found: dict[str, Json]) -> str:
    kinds = (contract.RESOURCE_TYPE, contract.WAIT_RESOURCE_TYPE)
    *_, last = (name for name, one in found.items() if one["Type"] in kinds)
    return last


def test_several_migrations_wait_for_one_snapshot() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    waiting = [cdk.CfnResource(stack, f"M{n}", type="AWS::SNS::Topic") for n in range(3)]
    snapshot.before(*waiting)
    found = resources(stack)
    assert all(last_link(found) in found[f"M{n}"]["DependsOn"] for n in range(3))


def test_a_migration_in_another_stack_makes_its_stack_wait() -> None:
    first = new_stack()
    second = cdk.Stack(cdk.App.of(first), "Second")
    snapshot = DatabaseClusterSnapshot(first, "Snapshot", cluster="graph")
    snapshot.before(custom_resource(second))
    # It is no dependency of the template's: the command line deploys the stacks in this order.
    assert last_link(resources(first)) not in str(resources(second))
    assert [stack.stack_name for stack in second.dependencies] == [first.stack_name]


def test_a_nested_stack_waits_as_a_whole() -> None:
    stack = new_stack()
    nested = cdk.NestedStack(stack, "Nested")
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph").before(custom_resource(nested))
    found = resources(stack)
    (waiting,) = of_type(found, "AWS::CloudFormation::Stack")
    assert last_link(found) in waiting["DependsOn"]
