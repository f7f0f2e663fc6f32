"""One provider for all snapshots of a stack."""

import aws_cdk as cdk
from constructs import Construct

from cdk_neptune_snapshot import SnapshotProvider
from construct.templates import ids, new_stack, of_type, only, resources, stack_with, take, topic
from neptune_snapshot_provider import contract

LOGICAL_ID = "NeptuneSnapshotProviderFunction3E76C15A"
"""CloudFormation refuses a change of the service token: this must stay for ever."""


def test_snapshots_share_a_provider_and_add_one_resource_each() -> None:
    stack = new_stack()
    for number in range(3):
        take(stack, f"Snapshot{number}", cluster=f"graph-{number}")
    assert len(resources(stack)) == len(resources(stack_with())) + 2 == 9


def test_the_service_token_never_changes() -> None:
    stack = stack_with()
    take(Construct(stack, "Deeper"))
    topic(stack, "Function")
    snapshots = of_type(resources(stack), contract.RESOURCE_TYPE)
    tokens = [snapshot["Properties"]["ServiceToken"] for snapshot in snapshots]
    assert tokens == [{"Fn::GetAtt": [LOGICAL_ID, "Arn"]}] * 2


def test_a_nested_stack_has_its_own() -> None:
    stack = stack_with()
    nested = cdk.NestedStack(stack, "Nested")
    take(nested)
    assert SnapshotProvider.get_or_create(nested) is not SnapshotProvider.get_or_create(stack)
    assert len(ids(resources(nested), "AWS::Lambda::Function")) == 1


def test_the_function_and_its_logs() -> None:
    found = resources(stack_with())
    properties = only(found, "AWS::Lambda::Function")["Properties"]
    assert properties["Handler"] == "neptune_snapshot_provider.entry.handler"
    assert properties["Timeout"] == 900
    assert properties["MemorySize"] == 256
    retries = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "5"}
    assert properties["Environment"]["Variables"] == retries
    assert "VpcConfig" not in properties
    # Lambda's default of asynchronous retries is meant.
    assert not ids(found, "AWS::Lambda::EventInvokeConfig")
    group = only(found, "AWS::Logs::LogGroup")
    assert (group["Properties"]["RetentionInDays"], group["DeletionPolicy"]) == (30, "Delete")


def test_permissions_and_logs_outlive_the_snapshot() -> None:
    """What a resource depends on is deleted after it; a last poll comes while it is deleted."""
    found = resources(stack_with())
    provider = {name for name in found if name.startswith("NeptuneSnapshotProvider")}
    assert set(only(found, contract.RESOURCE_TYPE)["DependsOn"]) == provider
    assert set(ids(found, "AWS::Lambda::Permission", "AWS::IAM::Policy")) <= provider


def test_what_it_is_made_of_is_public() -> None:
    stack = stack_with()
    provider = SnapshotProvider.get_or_create(stack)
    assert stack.resolve(provider.function.function_arn) == {"Fn::GetAtt": [LOGICAL_ID, "Arn"]}
    assert stack.resolve(provider.role.role_name)["Ref"].startswith("NeptuneSnapshotProviderRole")
    assert "Ref" in stack.resolve(provider.log_group.log_group_name)
