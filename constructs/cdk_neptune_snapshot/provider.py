"""The one Lambda function of a stack that all its snapshots share."""

from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import acknowledgements, permissions
from cdk_neptune_snapshot.bundling import provider_code
from cdk_neptune_snapshot.function_options import FunctionOptions
from cdk_neptune_snapshot.role_policy import NetworkPermissions, RolePolicy

HANDLER = "neptune_snapshot_provider.entry.handler"
CONSTRUCT_ID = "NeptuneSnapshotProvider"
"""It makes the function's logical id, and so the service token, which must never change."""


class SnapshotProvider(Construct):
    """The function behind the snapshots of a stack, with its role and log group.

    ``get_or_create`` creates it. Lambda's default of two asynchronous retries is intended: Lambda
    delivers the event of a killed invocation again, and the provider continues from what it
    observes.

    Attributes:
        function: The Lambda function.
        role: The function's role. The provider's own role has no AWS managed policy.
        log_group: The function's log group.
    """

    def __init__(
        self,
        scope: cdk.Stack,
        id: str,  # noqa: A002 - the CDK's own name for it
        *,
        _options: FunctionOptions,
    ) -> None:
        super().__init__(scope, id)
        options = _options
        self._options = options.with_defaults()
        if options.vpc is not None:
            # With its endpoints and routes, without which a request gets no response.
            self.node.add_dependency(options.vpc)
        self.role: iam.IRole = options.role or self._make_role()
        self.log_group: logs.ILogGroup = options.log_group or self._make_log_group()
        policy = RolePolicy(self, self.role)
        for statement in permissions.constant_statements(scope, self.log_group):
            policy.add(statement)
        self._permissions = permissions.SnapshotPermissions(scope, policy)
        self.function = self._make_function()
        policy.add_for(self.function, permissions.poll_statement(self.function))
        network = NetworkPermissions(policy, self.function)
        if options.vpc is not None:
            network.add()
        cdk.Aspects.of(self.function).add(network, priority=cdk.AspectPriority.READONLY)
        # The rules of this stack, by their prefix; the ARN names the account as well. A poll needs
        # no permission of its own, so polls neither wait for each other nor fill the policy.
        lambda_.CfnPermission(
            self,
            "PollPermission",
            action="lambda:InvokeFunction",
            function_name=self.function.function_arn,
            principal="events.amazonaws.com",
            source_arn=permissions.poll_rules(scope),
        )

    @classmethod
    def get_or_create(  # noqa: PLR0913 - one argument per option, all by keyword
        cls,
        scope: IConstruct,
        *,
        runtime: lambda_.Runtime | None = None,
        architecture: lambda_.Architecture | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        role: iam.IRole | None = None,
        log_group: logs.ILogGroup | None = None,
        environment_encryption: kms.IKey | None = None,
        reserved_concurrent_executions: int | None = None,
    ) -> "SnapshotProvider":
        """Return the provider of a stack, and create it if necessary; a nested stack has its own.

        To choose an option, call this method before the first snapshot is defined. The options
        have the names and the behavior of the CDK's ``Function``.

        Args:
            scope: The stack, or any construct in it.
            runtime: A Python runtime, 3.11 or newer. Default: 3.13.
            architecture: Default: ARM64.
            vpc: The VPC of the function. The role gets the permissions for network interfaces.
                The subnets need a route or endpoints to the AWS APIs and to the S3 bucket of
                CloudFormation's responses. Default: no VPC.
            vpc_subnets: Default: subnets with a route to the internet.
            security_groups: Default: a new group that allows all outbound traffic.
            role: A role that ``lambda.amazonaws.com`` can assume. It gets the permissions, unless
                it is imported with ``mutable=False``. Default: a new role.
            log_group: Default: a new group that keeps logs for a month and is deleted with the
                stack.
            environment_encryption: The KMS key of the environment, which holds no secret.
            reserved_concurrent_executions: At least 1. Snapshots of a stack that are taken at the
                same time need one each.

        Raises:
            ValueError: An option breaks a rule, or the provider exists with another choice.
        """
        options = FunctionOptions(
            runtime=runtime,
            architecture=architecture,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            role=role,
            log_group=log_group,
            environment_encryption=environment_encryption,
            reserved_concurrent_executions=reserved_concurrent_executions,
        )
        stack = cdk.Stack.of(scope)
        existing = stack.node.try_find_child(CONSTRUCT_ID)
        if isinstance(existing, SnapshotProvider):
            options.require_same(existing._options)  # noqa: SLF001 - of this class
            return existing
        options.check(stack)
        return cls(stack, CONSTRUCT_ID, _options=options)

    def _make_role(self) -> iam.IRole:
        # The casts are for pyright: jsii names some parameters of class and interface differently.
        lambda_principal = iam.ServicePrincipal("lambda.amazonaws.com")
        role = iam.Role(
            self,
            "Role",
            assumed_by=cast("iam.IPrincipal", lambda_principal),
            description="Takes Neptune DB cluster snapshots for CloudFormation",
        )
        return cast("iam.IRole", role)

    def _make_log_group(self) -> logs.ILogGroup:
        # Lambda would create a group that never expires and outlives the stack. The logs are
        # useful while a deployment is investigated.
        group = logs.LogGroup(
            self,
            "LogGroup",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        acknowledgements.for_checkov(group, acknowledgements.CHECKOV_LOG_GROUP)
        return cast("logs.ILogGroup", group)

    def _make_function(self) -> lambda_.Function:
        options = self._options
        function = lambda_.Function(
            self,
            "Function",
            description="Takes Neptune DB cluster snapshots for CloudFormation",
            code=provider_code(self),
            handler=HANDLER,
            timeout=cdk.Duration.minutes(15),  # Lambda's longest
            memory_size=256,
            environment={"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "5"},
            **{**vars(options), "role": self.role, "log_group": self.log_group},
        )
        acknowledgements.runtime(function)
        acknowledgements.for_checkov(function, acknowledgements.CHECKOV_FUNCTION)
        return function


def permissions_of(provider: SnapshotProvider) -> permissions.SnapshotPermissions:
    """Give the permissions of a provider, to which each snapshot adds its own."""
    return provider._permissions  # noqa: SLF001 - internal to the package, not to the module
