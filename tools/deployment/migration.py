"""A migration that runs after the snapshot, and fails if told to."""

from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from deployment import migration_function

CODE: Final = Path(migration_function.__file__).read_text()


class Probe(Construct):
    """The function of migrations; it may describe its own stack."""

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 - the CDK's own name for it
        """Define function and log group."""
        super().__init__(scope, id)
        self.log_group = logs.LogGroup(self, "LogGroup", retention=logs.RetentionDays.ONE_WEEK)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime(
                migration_function.RUNTIME, lambda_.RuntimeFamily.PYTHON, supports_inline_code=True
            ),
            handler="index.handler",
            code=lambda_.Code.from_inline(CODE),
            timeout=cdk.Duration.minutes(1),
            log_group=self.log_group,
        )
        self.function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["cloudformation:DescribeStacks"], resources=[cdk.Aws.STACK_ID]
            )
        )

    def resource(  # noqa: PLR0913 - the resource's properties
        self,
        id: str,  # noqa: A002 - the CDK's own name for it
        *,
        version: str,
        fail: bool = False,
        harm: str = "",
        physical_id: str = "migration",
        observe: bool = False,
    ) -> cdk.CustomResource:
        """Make a custom resource; a number is among its properties.

        Another version updates it, another physical ID replaces it. A failing Create or Update may
        damage the cluster that ``harm`` names. If observed, it logs requests and stack status.
        """
        return cdk.CustomResource(
            self,
            id,
            resource_type=f"Custom::{id}",
            service_token=self.function.function_arn,
            properties={
                "Version": version,
                "Fail": str(fail).lower(),
                "Harm": harm,
                "Id": physical_id,
                "Observe": str(observe).lower(),
                "Number": 7,
            },
        )


class Migration(Construct):
    """One migration; see ``Probe.resource`` for the arguments."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - the CDK's own name for it
        *,
        version: str,
        fail: bool,
        harm: str = "",
    ) -> None:
        """Define function and resource."""
        super().__init__(scope, id)
        Probe(self, "Probe").resource("Migration", version=version, fail=fail, harm=harm)
