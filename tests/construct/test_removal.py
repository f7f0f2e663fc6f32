"""The removal policy of a snapshot is the one that its property chose."""

from collections.abc import Callable

import aws_cdk as cdk
import jsii
import pytest
from constructs import IConstruct

from construct.templates import annotations, only, resources, stack_with, topic
from neptune_snapshot_provider import contract

Policy = cdk.RemovalPolicy
IN_TEMPLATE = {
    Policy.RETAIN: ("Retain", "Retain"),
    Policy.RETAIN_ON_UPDATE_OR_DELETE: ("RetainExceptOnCreate", "Retain"),
    Policy.DESTROY: ("Delete", "Delete"),
}


@jsii.implements(cdk.IAspect)
class DestroysEverything:
    def visit(self, node: IConstruct) -> None:
        if isinstance(node, cdk.CfnResource):
            node.apply_removal_policy(Policy.DESTROY)


@jsii.implements(cdk.IAspect)
class SetsOptions:
    def visit(self, node: IConstruct) -> None:
        if isinstance(node, cdk.CfnResource):
            node.cfn_options.deletion_policy = cdk.CfnDeletionPolicy.DELETE


FROM_ABOVE: dict[str, Callable[[cdk.Stack], None]] = {
    "RemovalPolicies.of(app)": lambda stack: cdk.RemovalPolicies.of(stack.node.root).destroy(),
    "apply on the stack": lambda stack: cdk.RemovalPolicies.of(stack).apply(Policy.DESTROY),
    "last of all": lambda stack: cdk.RemovalPolicies.of(stack).destroy(priority=1000),
    "on the type": lambda stack: cdk.RemovalPolicies.of(stack).destroy(
        apply_to_resource_types=[contract.RESOURCE_TYPE]
    ),
    "an Aspect": lambda stack: cdk.Aspects.of(stack).add(DestroysEverything()),
    "an Aspect that sets options": lambda stack: cdk.Aspects.of(stack).add(SetsOptions()),
}


def policies(stack: cdk.Stack) -> tuple[str, str]:
    found = only(resources(stack), contract.RESOURCE_TYPE)
    return found["DeletionPolicy"], found["UpdateReplacePolicy"]


def warnings(stack: cdk.Stack) -> list[str]:
    return [one for one in annotations(stack, "warning") if "removal policy" in one]


@pytest.mark.parametrize("policy", [None, *IN_TEMPLATE])
def test_the_property_is_written(policy: cdk.RemovalPolicy | None) -> None:
    stack = stack_with(**({"removal_policy": policy} if policy else {}))
    assert policies(stack) == IN_TEMPLATE[policy or Policy.RETAIN]
    assert not warnings(stack)


@pytest.mark.parametrize("above", FROM_ABOVE)
def test_a_policy_from_above_does_not_delete_backups(above: str) -> None:
    stack = stack_with()
    topic(stack)
    FROM_ABOVE[above](stack)
    assert policies(stack) == ("Retain", "Retain")
    (warning,) = warnings(stack)
    assert "is not applied: the snapshot keeps RETAIN" in warning
    if above != "on the type":
        assert resources(stack)["Topic"]["DeletionPolicy"] == "Delete"


def test_nor_does_one_keep_what_was_to_be_deleted() -> None:
    stack = stack_with(removal_policy=Policy.DESTROY)
    cdk.RemovalPolicies.of(stack).retain()
    assert policies(stack) == ("Delete", "Delete")
    assert len(warnings(stack)) == 1


def test_a_policy_from_above_that_changes_nothing_is_not_warned_of() -> None:
    """The same one, and one for what has none."""
    stack = stack_with()
    cdk.RemovalPolicies.of(stack).retain()
    cdk.MissingRemovalPolicies.of(stack).destroy()
    assert policies(stack) == ("Retain", "Retain")
    assert not warnings(stack)
