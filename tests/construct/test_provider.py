"""One provider for all snapshots of a stack."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotProvider
from construct.templates import Json, new_stack, of_type, resources
from neptune_snapshot_provider import contract

LOGICAL_ID = "NeptuneSnapshotProviderFunction3E76C15A"
"""CloudFormation refuses a change of the service token: this must stay for ever."""


def stack_with(count: int) -> cdk.Stack:
    stack = new_stack()
    for number in range(count):
        DatabaseClusterSnapshot(stack, f"Snapshot{number}", cluster=f"graph-{number}")
    return stack


def the_function(stack: cdk.Stack) -> Json:
    (function,) = of_type(resources(stack), "AWS::Lambda::Function")
    return function


def test_snapshots_share_a_provider_and_add_one_resource_each() -> None:
    assert [len(resources(stack_with(count))) for count in (1, 2, 3)] == [7, 8, 9]


def test_the_service_token_never_changes() -> None:
    stack = stack_with(2)
    cdk.CfnResource(stack, "Function", type="AWS::Lambda::Function")
    for snapshot in of_type(resources(stack), contract.RESOURCE_TYPE):
        assert snapshot["Properties"]["ServiceToken"] == {"Fn::GetAtt": [LOGICAL_ID, "Arn"]}


def test_the_service_token_does_not_depend_on_where_the_snapshot_is() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(Construct(stack, "Deeper"), "Snapshot", cluster="graph")
    (snapshot,) = of_type(resources(stack), contract.RESOURCE_TYPE)
    assert snapshot["Properties"]["ServiceToken"] == {"Fn::GetAtt": [LOGICAL_ID, "Arn"]}


def test_a_nested_stack_has_its_own() -> None:
    stack = stack_with(1)
    nested = cdk.NestedStack(stack, "Nested")
    DatabaseClusterSnapshot(nested, "Snapshot", cluster="graph")
    assert SnapshotProvider.get_or_create(nested) is not SnapshotProvider.get_or_create(stack)
    assert len(of_type(resources(nested), "AWS::Lambda::Function")) == 1


def test_the_function() -> None:
    properties = the_function(stack_with(1))["Properties"]
    assert properties["Handler"] == "neptune_snapshot_provider.entry.handler"
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == ["arm64"]
    assert properties["Timeout"] == 900
    assert properties["MemorySize"] == 256
    assert properties["Environment"]["Variables"] == {
        "AWS_RETRY_MODE": "standard",
        "AWS_MAX_ATTEMPTS": "5",
    }
    assert "VpcConfig" not in properties


def test_asynchronous_retries_are_left_at_lambdas_default() -> None:
    assert not of_type(resources(stack_with(1)), "AWS::Lambda::EventInvokeConfig")


def test_logs_expire_and_go_with_the_stack() -> None:
    (group,) = of_type(resources(stack_with(1)), "AWS::Logs::LogGroup")
    assert group["Properties"]["RetentionInDays"] == 30
    assert group["DeletionPolicy"] == "Delete"


def test_permissions_and_logs_outlive_the_snapshot() -> None:
    """What a resource depends on is deleted after it."""
    found = resources(stack_with(1))
    (snapshot,) = of_type(found, contract.RESOURCE_TYPE)
    provider = {name for name in found if name.startswith("NeptuneSnapshotProvider")}
    assert set(snapshot["DependsOn"]) == provider


def test_runtime_and_architecture_are_chosen_before_the_first_snapshot() -> None:
    stack = new_stack()
    chosen = SnapshotProvider.get_or_create(
        stack, runtime=lambda_.Runtime.PYTHON_3_12, architecture=lambda_.Architecture.X86_64
    )
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    again = SnapshotProvider.get_or_create(stack, runtime=lambda_.Runtime.PYTHON_3_12)
    assert again is chosen
    properties = the_function(stack)["Properties"]
    assert (properties["Runtime"], properties["Architectures"]) == ("python3.12", ["x86_64"])


def test_another_choice_comes_too_late() -> None:
    stack = stack_with(1)
    with pytest.raises(ValueError, match=r"Invalid runtime 'python3.12': .* already has"):
        SnapshotProvider.get_or_create(stack, runtime=lambda_.Runtime.PYTHON_3_12)
    with pytest.raises(ValueError, match=r"Invalid architecture 'x86_64': .* already has arm64"):
        SnapshotProvider.get_or_create(stack, architecture=lambda_.Architecture.X86_64)


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Invalid runtime 'nodejs20.x': must be a Python"):
        SnapshotProvider.get_or_create(new_stack(), runtime=lambda_.Runtime.NODEJS_20_X)


def test_what_it_is_made_of_is_public() -> None:
    stack = stack_with(1)
    provider = SnapshotProvider.get_or_create(stack)
    assert stack.resolve(provider.function.function_arn) == {"Fn::GetAtt": [LOGICAL_ID, "Arn"]}
    assert stack.resolve(provider.role.role_name)["Ref"].startswith("NeptuneSnapshotProviderRole")
    assert "Ref" in stack.resolve(provider.log_group.log_group_name)
