"""The function follows a company's rules: by options, and by a role that is given."""

from collections.abc import Callable
from typing import Any, cast

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_neptune_snapshot import SnapshotProvider
from construct.templates import (
    actions,
    ids,
    network_of,
    new_stack,
    of_type,
    only,
    provider_in,
    resources,
    stack_with,
    statements,
    with_action,
)

ROLE_ARN = "arn:aws:iam::123456789012:role/company/snapshots"


def test_the_options_are_those_of_the_function() -> None:
    stack = new_stack()
    vpc = ec2.Vpc(stack, "Vpc")
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    found = provider_in(
        stack,
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnets=[vpc.private_subnets[1]]),
        security_groups=[group],
        log_group=logs.LogGroup(stack, "Logs"),
        environment_encryption=kms.Key(stack, "Key"),
        reserved_concurrent_executions=5,
    )
    properties = only(found, "AWS::Lambda::Function")["Properties"]
    name = stack.get_logical_id
    (group_id,) = properties["VpcConfig"]["SecurityGroupIds"]
    (subnet,) = properties["VpcConfig"]["SubnetIds"]
    assert group_id["Fn::GetAtt"] == [name(group.node.default_child), "GroupId"]  # type: ignore[arg-type]
    assert subnet["Ref"].startswith("VpcPrivateSubnet2")
    assert properties["KmsKeyArn"]["Fn::GetAtt"][0].startswith("Key")
    assert properties["ReservedConcurrentExecutions"] == 5
    # The only log group, to which the role may write.
    assert only(found, "AWS::Logs::LogGroup")["Properties"] == {"RetentionInDays": 731}
    assert properties["LoggingConfig"]["LogGroup"]["Ref"].startswith("Logs")
    (logging,) = with_action(statements(stack), "logs:PutLogEvents")
    assert "Logs" in logging["Resource"][0]


def test_in_a_vpc_lambda_gets_network_interfaces_and_the_code_does_not() -> None:
    stack = new_stack()
    found = provider_in(stack, vpc=ec2.Vpc(stack, "Vpc"))
    assert network_of(stack) == NETWORKED
    denying = [one for one in statements(stack) if one["Effect"] == "Deny"]
    (deny,) = with_action(denying, "ec2:CreateNetworkInterface")
    assert "NeptuneSnapshotProviderFunction" in str(deny["Condition"]["ArnEquals"])
    # Lambda looks for the permission when the function is created.
    function = only(found, "AWS::Lambda::Function")
    (policy,) = ids(found, "AWS::IAM::Policy")
    assert policy in function["DependsOn"]
    assert "ec2:CreateNetworkInterface" in str(found[policy])


NETWORKED = [("Allow", "*"), ("Deny", "*")]


def role_in(scope: Construct) -> iam.IRole:
    principal: Any = iam.ServicePrincipal("lambda.amazonaws.com")
    return cast("iam.IRole", iam.Role(scope, "Snapshots", assumed_by=principal))


def test_a_role_of_the_stack_gets_the_permissions_as_its_own() -> None:
    stack = new_stack()
    role = role_in(stack)
    found = provider_in(stack, role=role, vpc=ec2.Vpc(stack, "Vpc"))
    assert len(of_type(found, "AWS::IAM::Role")) == 1
    assert all(
        policy["Properties"]["Roles"] == [{"Ref": stack.get_logical_id(role.node.default_child)}]  # type: ignore[arg-type]
        for policy in of_type(found, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
    )
    assert same_permissions(stack)
    assert network_of(stack) == NETWORKED


def same_permissions(stack: cdk.Stack) -> bool:
    """Compare with the actions of an own role, apart from those for networks."""
    return {one for one in actions(stack) if "ec2:" not in one} == actions(stack_with())


def imported(stack: cdk.Stack) -> iam.IRole:
    return iam.Role.from_role_arn(stack, "Snapshots", ROLE_ARN)


def of_another_stack(stack: cdk.Stack) -> iam.IRole:
    return role_in(cdk.Stack(cdk.App.of(stack), "Roles"))


@pytest.mark.parametrize("given", [imported, of_another_stack])
def test_a_role_from_elsewhere_gets_policies_of_this_stack(
    given: Callable[[cdk.Stack], iam.IRole],
) -> None:
    """The pseudo parameters in them name the stack of the snapshots."""
    stack = new_stack()
    found = provider_in(stack, role=given(stack), vpc=ec2.Vpc(stack, "Vpc"))
    assert not of_type(found, "AWS::IAM::Role")
    assert not of_type(found, "AWS::IAM::ManagedPolicy")
    policies = of_type(found, "AWS::IAM::Policy")
    assert len(policies) == 2
    assert all(len(policy["Properties"]["Roles"]) == 1 for policy in policies)
    assert same_permissions(stack)
    assert network_of(stack) == NETWORKED
    function = only(found, "AWS::Lambda::Function")
    if given is imported:
        assert function["Properties"]["Role"] == ROLE_ARN
        assert [policy["Properties"]["Roles"] for policy in policies] == [["snapshots"]] * 2
    assert [name for name in function["DependsOn"] if "Policy" in name]
    snapshot = only(found, "Custom::NeptuneClusterSnapshot")
    assert sum("Policy" in name for name in snapshot["DependsOn"]) == 2


def test_an_immutable_role_is_left_alone() -> None:
    stack = new_stack()
    role = iam.Role.from_role_arn(stack, "Snapshots", ROLE_ARN, mutable=False)
    found = provider_in(stack, role=role, vpc=ec2.Vpc(stack, "Vpc"))
    assert not [one for one in found.values() if one["Type"].startswith("AWS::IAM::")]
    assert only(found, "AWS::Lambda::Function")["Properties"]["Role"] == ROLE_ARN
    snapshot = only(found, "Custom::NeptuneClusterSnapshot")
    assert not [name for name in snapshot["DependsOn"] if "Policy" in name]


def test_a_role_goes_into_a_nested_stack() -> None:
    stack = new_stack()
    found = provider_in(cdk.NestedStack(stack, "Nested"), role=role_in(stack))
    assert len(of_type(found, "AWS::IAM::Policy")) == 2
    assert not of_type(resources(stack), "AWS::IAM::Policy")


def test_roles_that_the_company_creates_itself_are_not_synthesised() -> None:
    stack = new_stack()
    precreated = {"Stack/NeptuneSnapshotProvider/Role": "company-snapshots"}
    iam.Role.customize_roles(stack, use_precreated_roles=precreated)
    found = provider_in(stack)
    assert not [one for one in found.values() if one["Type"].startswith("AWS::IAM::")]
    role = only(found, "AWS::Lambda::Function")["Properties"]["Role"]
    assert "role/company-snapshots" in str(role)


@pytest.mark.parametrize(
    ("runtime", "rule"),
    [
        ("python3.8", "must be python3.11 or"),
        ("python3.10", "must be python3.11 or"),
        ("python2.7", "must be python3.11 or"),
        ("nodejs20.x", "must be a Python"),
    ],
)
def test_an_old_or_foreign_runtime_is_refused(runtime: str, rule: str) -> None:
    family = "PYTHON" if runtime.startswith("python") else "NODEJS"
    old = lambda_.Runtime(runtime, lambda_.RuntimeFamily[family])
    with pytest.raises(ValueError, match=f"^Invalid runtime '{runtime}': {rule}"):
        SnapshotProvider.get_or_create(new_stack(), runtime=old)


@pytest.mark.parametrize("runtime", ["python3.11", "python3.14", "python4.0"])
def test_a_newer_runtime_is_accepted(runtime: str) -> None:
    new = lambda_.Runtime(runtime, lambda_.RuntimeFamily.PYTHON)
    found = provider_in(new_stack(), runtime=new)
    assert only(found, "AWS::Lambda::Function")["Properties"]["Runtime"] == runtime


@pytest.mark.parametrize("number", [0, -1, True, 1.5])
def test_no_concurrency_is_refused(number: Any) -> None:  # noqa: ANN401 - wrong types too
    with pytest.raises(ValueError, match=f"^Invalid reserved_concurrent_executions {number}: "):
        SnapshotProvider.get_or_create(new_stack(), reserved_concurrent_executions=number)


def in_region(region: str | None) -> cdk.Stack:
    environment = cdk.Environment(region=region)
    return cdk.Stack(cdk.App(analytics_reporting=False), "Stack", env=environment)


@pytest.mark.parametrize("region", ["us-iso-east-1", "us-isob-east-1"])
def test_in_an_isolated_region_runtime_and_architecture_are_chosen(region: str) -> None:
    chosen: dict[str, Any] = {}
    for name, value in (
        ("runtime", lambda_.Runtime.PYTHON_3_12),
        ("architecture", lambda_.Architecture.X86_64),
    ):
        with pytest.raises(ValueError, match=f"^Invalid {name} None: must be given in .*{region}"):
            SnapshotProvider.get_or_create(in_region(region), **chosen)
        chosen[name] = value
    provider_in(in_region(region), **chosen)


@pytest.mark.parametrize("region", [None, "eu-west-1", "cn-north-1", "us-gov-west-1", "xx-new-9"])
def test_elsewhere_there_are_defaults(region: str | None) -> None:
    properties = only(provider_in(in_region(region)), "AWS::Lambda::Function")["Properties"]
    assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["arm64"])


def choices(stack: cdk.Stack) -> dict[str, Any]:
    vpc = ec2.Vpc(stack, "Vpc")
    return {
        "runtime": lambda_.Runtime.PYTHON_3_12,
        "architecture": lambda_.Architecture.X86_64,
        "vpc": vpc,
        "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "security_groups": [ec2.SecurityGroup(stack, "Group", vpc=vpc)],
        "role": iam.Role.from_role_arn(stack, "Role", ROLE_ARN),
        "log_group": logs.LogGroup(stack, "Logs"),
        "environment_encryption": kms.Key(stack, "Key"),
        "reserved_concurrent_executions": 5,
    }


def test_another_choice_comes_too_late() -> None:
    stack = new_stack()
    provider = SnapshotProvider.get_or_create(stack)
    existing = {"runtime": "python3.13", "architecture": "arm64"}
    for name, value in choices(stack).items():
        chosen = existing.get(name, "none")
        message = rf"^Invalid {name} .*: .* already has {chosen}; choose"
        with pytest.raises(ValueError, match=message):
            SnapshotProvider.get_or_create(stack, **{name: value})
    assert SnapshotProvider.get_or_create(stack) is provider


def test_the_same_choice_is_no_other() -> None:
    stack = new_stack()
    given = choices(stack)
    provider = SnapshotProvider.get_or_create(stack, **given)
    # Written anew, what has no identity of its own is the same.
    again = {
        **given,
        "runtime": lambda_.Runtime("python3.12", lambda_.RuntimeFamily.PYTHON),
        "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "security_groups": tuple(given["security_groups"]),
    }
    for same in (given, again):
        assert SnapshotProvider.get_or_create(stack, **same) is provider
    with pytest.raises(ValueError, match=r"'Stack/Vpc2': .* already has Stack/Vpc;"):
        SnapshotProvider.get_or_create(stack, vpc=ec2.Vpc(stack, "Vpc2"))
    properties = only(provider_in(stack), "AWS::Lambda::Function")["Properties"]
    assert (properties["Runtime"], properties["Architectures"]) == ("python3.12", ["x86_64"])
