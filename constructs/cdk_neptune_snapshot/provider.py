"""The one Lambda of a stack that all its snapshots share."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import acknowledgements, permissions, validation
from cdk_neptune_snapshot.bundling import provider_code
from cdk_neptune_snapshot.habits import Habits

HANDLER = "neptune_snapshot_provider.entry.handler"


class SnapshotProvider(Construct):
    """The function behind the snapshots of a stack, with its role and log group.

    Made with ``get_or_create``. Lambda's default of two asynchronous retries is kept on purpose:
    an invocation that was killed is delivered again and carries on where it was.

    Attributes:
        function: Handles the requests; not in a VPC, as it only talks to AWS APIs.
        role: The function's own role; has no managed policy of AWS's.
        log_group: Where the function logs; kept for a month, deleted with the stack.
    """

    ID = "NeptuneSnapshotProvider"
    """The construct id. It makes the service token, which CloudFormation never lets change."""

    def __init__(
        self,
        scope: cdk.Stack,
        id: str,  # noqa: A002 - the CDK's own name for it
        *,
        runtime: lambda_.Runtime,
        architecture: lambda_.Architecture,
    ) -> None:
        super().__init__(scope, id)
        # The casts are for pyright: jsii names some parameters of class and interface differently.
        lambda_principal = iam.ServicePrincipal("lambda.amazonaws.com")
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=cast("iam.IPrincipal", lambda_principal),
            description="Takes Neptune DB cluster snapshots for CloudFormation",
        )
        # Lambda would make a group that never expires and outlives the stack; what the logs say
        # is of use while a deployment is looked into.
        self.log_group = logs.LogGroup(
            self,
            "LogGroup",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        for statement in permissions.constant_statements(scope, self.log_group):
            self.role.add_to_policy(statement)
            acknowledgements.wildcards(self, statement.resources)
        self._rights = permissions.SnapshotRights(self.role)
        role = cast("iam.IRole", self.role)
        self._runtime = runtime
        self._architecture = architecture
        self.function = self._make_function(role)
        # Not in the role's default policy, on which the function depends: a circle.
        # A managed one, as the CDK fills the role's inline policies up to IAM's limit itself.
        iam.ManagedPolicy(
            self,
            "PollPolicy",
            roles=[role],
            statements=permissions.poll_statements(self.function),
        )
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
        acknowledgements.runtime(self.function)
        acknowledgements.for_checkov(self.function, acknowledgements.CHECKOV_FUNCTION)
        acknowledgements.for_checkov(self.log_group, acknowledgements.CHECKOV_LOG_GROUP)

    @classmethod
    def get_or_create(
        cls,
        scope: IConstruct,
        *,
        runtime: lambda_.Runtime | None = None,
        architecture: lambda_.Architecture | None = None,
    ) -> "SnapshotProvider":
        """Find the provider of a stack, or make it; a nested stack has its own.

        To choose runtime or architecture, call it before the first snapshot is defined.

        Args:
            scope: The stack, or any construct in it.
            runtime: A Python runtime; 3.13 when the provider is made without.
            architecture: ARM64 when the provider is made without.

        Raises:
            ValueError: The runtime is not Python's, or the provider exists with another choice.
        """
        stack = cdk.Stack.of(scope)
        existing = stack.node.try_find_child(cls.ID)
        if isinstance(existing, SnapshotProvider):
            existing.require_same(runtime, architecture)
            return existing
        if runtime is not None and runtime.family is not lambda_.RuntimeFamily.PYTHON:
            raise validation.invalid("runtime", runtime.name, "must be a Python runtime")
        return cls(
            stack,
            cls.ID,
            runtime=runtime or lambda_.Runtime.PYTHON_3_13,
            architecture=architecture or lambda_.Architecture.ARM_64,
        )

    def allow_snapshots(self, cluster_identifier: str, snapshot_pattern: str) -> None:
        """Allow taking snapshots of a cluster under names of a pattern.

        Args:
            cluster_identifier: In lower case, or a token.
            snapshot_pattern: A snapshot identifier, in which ``*`` stands for any characters.
        """
        self._rights.allow(cluster_identifier, snapshot_pattern)

    def allow_habits(self, habits: Habits) -> None:
        """Allow what the habits of a snapshot need; nothing for those not asked for."""
        self._rights.allow_habits(
            prunes=habits.keep_last is not None, parameter=habits.last_good_parameter
        )

    def require_same(
        self, runtime: lambda_.Runtime | None, architecture: lambda_.Architecture | None
    ) -> None:
        """Refuse another runtime or architecture than the function has.

        Raises:
            ValueError: One of them is given and differs.
        """
        choices = (
            ("runtime", runtime, self._runtime),
            ("architecture", architecture, self._architecture),
        )
        for name, wanted, existing in choices:
            if wanted is not None and wanted.name != existing.name:
                rule = (
                    f"the provider of this stack already has {existing.name}; "
                    "choose before the first snapshot is defined"
                )
                raise validation.invalid(name, wanted.name, rule)

    def _make_function(self, role: iam.IRole) -> lambda_.Function:
        return lambda_.Function(
            self,
            "Function",
            description="Takes Neptune DB cluster snapshots for CloudFormation",
            code=provider_code(self),
            handler=HANDLER,
            runtime=self._runtime,
            architecture=self._architecture,
            timeout=cdk.Duration.minutes(15),  # Lambda's longest
            memory_size=256,
            role=role,
            log_group=self.log_group,
            environment={"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "5"},
        )
