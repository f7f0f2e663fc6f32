"""The function follows a company's rules: by options, and by a role that is given."""

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from cdk_neptune_snapshot import SnapshotProvider
from construct.templates import (
    network_of,
    new_stack,
    of_type,
    only,
    resources,
    snapshot_in,
    statements,
)

ROLE_ARN = "arn:aws:iam::123456789012:role/company/snapshots"


def test_the_options_are_those_of_the_function() -> None:
    stack = new_stack()
    vpc = ec2.Vpc(stack, "Vpc")
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    found = snapshot_in(
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
    (logging,) = [one for one in statements(stack) if "logs:PutLogEvents" in one["Action"]]
    assert "Logs" in logging["Resource"][0]


def test_in_a_vpc_lambda_gets_network_interfaces_and_the_code_does_not() -> None:
    stack = new_stack()
    found = snapshot_in(stack, vpc=ec2.Vpc(stack, "Vpc"))
    assert network_of(stack) == [("Allow", "*"), ("Deny", "*")]
    (deny,) = [one for one in statements(stack) if "ec2" in str(one) and one["Effect"] == "Deny"]
    assert "NeptuneSnapshotProviderFunction" in str(deny["Condition"]["ArnEquals"])
    # Lambda looks for the permission when the function is created.
    function = only(found, "AWS::Lambda::Function")
    (policy,) = [name for name, one in found.items() if one["Type"] == "AWS::IAM::Policy"]
    assert policy in function["DependsOn"]
    assert "ec2:CreateNetworkInterface" in str(found[policy])


def test_outside_a_vpc_nothing_of_networks_is_allowed() -> None:
    stack = new_stack()
    snapshot_in(stack)
    assert network_of(stack) == []


def test_a_role_of_the_stack_gets_the_permissions_as_its_own() -> None:
    stack = new_stack()
    principal: Any = iam.ServicePrincipal("lambda.amazonaws.com")
    role = iam.Role(stack, "Snapshots", assumed_by=principal)
    found = snapshot_in(stack, role=role, vpc=ec2.Vpc(stack, "Vpc"))
    assert len(of_type(found, "AWS::IAM::Role")) == 1
    assert all(
        policy["Properties"]["Roles"] == [{"Ref": stack.get_logical_id(role.node.default_child)}]  # type: ignore[arg-type]
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for policy in of_type(found, kind)
    )
    assert same_permissions(stack)
    assert network_of(stack) == [("Allow", "*"), ("Deny", "*")]


def same_permissions(stack: cdk.Stack) -> bool:
    """Compare with the actions of an own role, apart from those for networks."""
    ordinary = new_stack()
    snapshot_in(ordinary)
    listed = [
        {action for one in statements(each) for action in one["Action"] if "ec2:" not in action}
        for each in (stack, ordinary)
    ]
    return listed[0] == listed[1]


def imported(stack: cdk.Stack) -> iam.IRole:
    return iam.Role.from_role_arn(stack, "Snapshots", ROLE_ARN)


def of_another_stack(stack: cdk.Stack) -> iam.IRole:
    principal: Any = iam.ServicePrincipal("lambda.amazonaws.com")
    other = cdk.Stack(stack.node.scope, "Roles")  # type: ignore[arg-type]
    role: Any = iam.Role(other, "Snapshots", assumed_by=principal)
    return role  # type: ignore[no-any-return]


@pytest.mark.parametrize("given", [imported, of_another_stack])
def test_a_role_from_elsewhere_gets_policies_of_this_stack(
    given: Callable[[cdk.Stack], iam.IRole],
) -> None:
    """The pseudo parameters in them name the stack of the snapshots."""
    stack = new_stack()
    found = snapshot_in(stack, role=given(stack), vpc=ec2.Vpc(stack, "Vpc"))
    assert not of_type(found, "AWS::IAM::Role")
    assert not of_type(found, "AWS::IAM::ManagedPolicy")
    policies = of_type(found, "AWS::IAM::Policy")
    assert len(policies) == 2
    assert all(len(policy["Properties"]["Roles"]) == 1 for policy in policies)
    assert same_permissions(stack)
    assert network_of(stack) == [("Allow", "*"), ("Deny", "*")]
    function = only(found, "AWS::Lambda::Function")
    assert [name for name in function["DependsOn"] if "Policy" in name]
    snapshot = only(found, "Custom::NeptuneClusterSnapshot")
    assert sum("Policy" in name for name in snapshot["DependsOn"]) == 2


def test_an_imported_role_is_used_by_its_arn() -> None:
    stack = new_stack()
    found = snapshot_in(stack, role=imported(stack))
    assert only(found, "AWS::Lambda::Function")["Properties"]["Role"] == ROLE_ARN
    assert {str(one["Properties"]["Roles"]) for one in of_type(found, "AWS::IAM::Policy")} == {
        "['snapshots']"
    }


def test_an_immutable_role_is_left_alone() -> None:
    stack = new_stack()
    role = iam.Role.from_role_arn(stack, "Snapshots", ROLE_ARN, mutable=False)
    found = snapshot_in(stack, role=role, vpc=ec2.Vpc(stack, "Vpc"))
    assert not [one for one in found.values() if one["Type"].startswith("AWS::IAM::")]
    assert only(found, "AWS::Lambda::Function")["Properties"]["Role"] == ROLE_ARN
    snapshot = only(found, "Custom::NeptuneClusterSnapshot")
    assert not [name for name in snapshot["DependsOn"] if "Policy" in name]


def test_a_role_goes_into_a_nested_stack() -> None:
    stack = new_stack()
    principal: Any = iam.ServicePrincipal("lambda.amazonaws.com")
    role = iam.Role(stack, "Snapshots", assumed_by=principal)
    nested = cdk.NestedStack(stack, "Nested")
    found = snapshot_in(nested, role=role)
    assert len(of_type(found, "AWS::IAM::Policy")) == 2
    assert not of_type(resources(stack), "AWS::IAM::Policy")


def test_roles_that_the_company_creates_itself_are_not_synthesised() -> None:
    stack = new_stack()
    precreated = {"Stack/NeptuneSnapshotProvider/Role": "company-snapshots"}
    iam.Role.customize_roles(stack, use_precreated_roles=precreated)
    found = snapshot_in(stack)
    assert not [one for one in found.values() if one["Type"].startswith("AWS::IAM::")]
    role = only(found, "AWS::Lambda::Function")["Properties"]["Role"]
    assert "role/company-snapshots" in str(role)


@pytest.mark.parametrize(
    ("runtime", "rule"),
    [
        ("python3.8", "must be python3.11 or newer"),
        ("python3.10", "must be python3.11 or newer"),
        ("python2.7", "must be python3.11 or newer"),
    ],
)
def test_an_old_runtime_is_refused(runtime: str, rule: str) -> None:
    old = lambda_.Runtime(runtime, lambda_.RuntimeFamily.PYTHON)
    with pytest.raises(ValueError, match=f"^Invalid runtime '{runtime}': {rule}"):
        SnapshotProvider.get_or_create(new_stack(), runtime=old)


@pytest.mark.parametrize("runtime", ["python3.11", "python3.14", "python4.0"])
def test_a_newer_runtime_is_accepted(runtime: str) -> None:
    new = lambda_.Runtime(runtime, lambda_.RuntimeFamily.PYTHON)
    found = snapshot_in(new_stack(), runtime=new)
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
    snapshot_in(in_region(region), **chosen)


@pytest.mark.parametrize("region", [None, "eu-west-1", "cn-north-1", "us-gov-west-1", "xx-new-9"])
def test_elsewhere_there_are_defaults(region: str | None) -> None:
    properties = only(snapshot_in(in_region(region)), "AWS::Lambda::Function")["Properties"]
    assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["arm64"])


def choices(stack: cdk.Stack) -> dict[str, Any]:
    vpc = ec2.Vpc(stack, "Vpc")
    return {
        "vpc": vpc,
        "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "security_groups": [ec2.SecurityGroup(stack, "Group", vpc=vpc)],
        "role": iam.Role.from_role_arn(stack, "Role", ROLE_ARN),
        "log_group": logs.LogGroup(stack, "Logs"),
        "environment_encryption": kms.Key(stack, "Key"),
        "reserved_concurrent_executions": 5,
    }


@pytest.mark.parametrize("name", choices(new_stack()))
def test_another_choice_comes_too_late(name: str) -> None:
    stack = new_stack()
    provider = SnapshotProvider.get_or_create(stack)
    with pytest.raises(ValueError, match=rf"^Invalid {name} .*: .* already has none; choose"):
        SnapshotProvider.get_or_create(stack, **{name: choices(stack)[name]})
    assert SnapshotProvider.get_or_create(stack) is provider


def test_the_same_choice_is_no_other() -> None:
    stack = new_stack()
    given = choices(stack)
    provider = SnapshotProvider.get_or_create(stack, **given)
    assert SnapshotProvider.get_or_create(stack, **given) is provider
    assert SnapshotProvider.get_or_create(stack, **choices_again(given)) is provider
    with pytest.raises(ValueError, match=r"'Stack/Vpc2': .* already has Stack/Vpc;"):
        SnapshotProvider.get_or_create(stack, vpc=ec2.Vpc(stack, "Vpc2"))


def choices_again(given: dict[str, Any]) -> dict[str, Any]:
    """Write what has no identity of its own anew."""
    return {
        **given,
        "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "security_groups": tuple(given["security_groups"]),
    }
