"""How the provider's function is deployed, as a company's rules ask for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import region_info
from constructs import Construct

from cdk_neptune_snapshot import validation

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64
OLDEST_PYTHON = (3, 11)
ISOLATED = "aws-iso"
"""Start of the partitions for which AWS does not publish what Lambda offers."""


@dataclass(frozen=True, kw_only=True)
class FunctionOptions:
    """The arguments of ``SnapshotProvider.get_or_create``; ``None`` was not given."""

    runtime: lambda_.Runtime | None = None
    architecture: lambda_.Architecture | None = None
    vpc: ec2.IVpc | None = None
    vpc_subnets: ec2.SubnetSelection | None = None
    security_groups: Sequence[ec2.ISecurityGroup] | None = None
    role: iam.IRole | None = None
    log_group: logs.ILogGroup | None = None
    environment_encryption: kms.IKey | None = None
    reserved_concurrent_executions: int | None = None

    def with_defaults(self) -> "FunctionOptions":
        """Fill in the runtime and the architecture on which the provider is tested."""
        return replace(
            self,
            runtime=self.runtime or RUNTIME,
            architecture=self.architecture or ARCHITECTURE,
        )

    def check(self, stack: cdk.Stack) -> None:
        """Refuse a function that could not run, or not in the region of a stack.

        Raises:
            ValueError: An option breaks a rule; names the option, the value and the rule.
        """
        _check_runtime(self.runtime)
        _check_concurrency(self.reserved_concurrent_executions)
        if _is_isolated(stack):
            for name in ("runtime", "architecture"):
                if getattr(self, name) is None:
                    rule = (
                        f"must be given in region {stack.region}, as AWS does not publish which "
                        "runtimes and architectures Lambda offers there"
                    )
                    raise validation.invalid(name, None, rule)

    def require_same(self, existing: "FunctionOptions") -> None:
        """Refuse an option that the existing function does not have.

        Raises:
            ValueError: An option is given and differs.
        """
        for field in fields(self):
            wanted, chosen = getattr(self, field.name), getattr(existing, field.name)
            if wanted is None:
                continue
            if _comparable(wanted) != _comparable(chosen):
                rule = (
                    f"the provider of this stack already has {_shown(chosen)}; "
                    "choose before the first snapshot is defined"
                )
                raise validation.invalid(field.name, _shown(wanted), rule)


def _check_runtime(runtime: lambda_.Runtime | None) -> None:
    if runtime is None:
        return
    if runtime.family is not lambda_.RuntimeFamily.PYTHON:
        raise validation.invalid("runtime", runtime.name, "must be a Python runtime")
    version = re.fullmatch(r"python(\d+)\.(\d+)", runtime.name)
    if version and (int(version[1]), int(version[2])) < OLDEST_PYTHON:
        rule = "must be python3.11 or newer; the provider does not run on older ones"
        raise validation.invalid("runtime", runtime.name, rule)


def _check_concurrency(number: int | None) -> None:
    if number is None or cdk.Token.is_unresolved(number):
        return
    if type(number) is not int or number < 1:
        rule = "must be a whole number from 1; a function without concurrency never responds"
        raise validation.invalid("reserved_concurrent_executions", number, rule)


def _is_isolated(stack: cdk.Stack) -> bool:
    if cdk.Token.is_unresolved(stack.region):
        return False
    partition = region_info.RegionInfo.get(stack.region).partition
    return (partition or "").startswith(ISOLATED)


def _comparable(value: object) -> object:
    """Two runtimes of one name are different objects; constructs are compared as themselves."""
    if isinstance(value, lambda_.Runtime | lambda_.Architecture):
        return value.name
    return list(value) if isinstance(value, Sequence) else value


def _shown(value: object) -> object:
    match value:
        case None:
            return "none"
        case Construct():
            return value.node.path
        case Sequence():
            return [_shown(each) for each in value]
    return _comparable(value)
