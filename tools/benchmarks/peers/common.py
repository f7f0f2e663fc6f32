"""What the peers' stacks share."""

import importlib.util
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

CODE: Final = Path(__file__).parent / "code"
RUNTIME: Final = lambda_.Runtime.PYTHON_3_13
TOKEN_OUTPUT: Final = "ServiceToken"  # noqa: S105 - a name, no secret
"""Output of each stack: whom CloudFormation sends requests to."""


def function(
    stack: cdk.Stack, name: str, code: lambda_.Code, handler: str, minutes: float = 1
) -> lambda_.Function:
    """Make a function with the settings that all peers have."""
    return lambda_.Function(
        stack,
        name,
        code=code,
        handler=handler,
        runtime=RUNTIME,
        timeout=cdk.Duration.minutes(minutes),
        memory_size=256,
    )


def folder(name: str) -> lambda_.Code:
    """Give a peer's code as it is."""
    return lambda_.Code.from_asset(str(CODE / name))


def folder_with_crhelper(name: str) -> lambda_.Code:
    """Put a peer's code together with crhelper."""
    spec = importlib.util.find_spec("crhelper")
    if spec is None or spec.origin is None:
        raise RuntimeError("crhelper is not installed")
    target = Path(tempfile.mkdtemp(prefix="benchmark-peer-"))
    shutil.copytree(CODE / name, target, dirs_exist_ok=True)
    shutil.copytree(
        Path(spec.origin).parent,
        target / "crhelper",
        ignore=shutil.ignore_patterns("__pycache__", "tests"),
    )
    return lambda_.Code.from_asset(str(target))


def neptune_permissions() -> iam.PolicyStatement:
    """Allow what a snapshot needs."""
    return iam.PolicyStatement(
        actions=["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusterSnapshots"],
        resources=["arn:*:rds:*:*:cluster:*", "arn:*:rds:*:*:cluster-snapshot:*"],
    )


def resources(stack: cdk.Stack, token: str, clusters: Sequence[str]) -> None:
    """Ask a provider for one snapshot of each cluster."""
    for number, cluster in enumerate(clusters):
        cdk.CustomResource(
            stack,
            f"Snapshot{number}",
            service_token=token,
            resource_type="Custom::Snapshot",
            properties={"DBClusterIdentifier": cluster},
        )
    output(stack, token)


def output(stack: cdk.Stack, token: str) -> None:
    """Say whom CloudFormation sends requests to."""
    cdk.CfnOutput(stack, TOKEN_OUTPUT, value=token)
