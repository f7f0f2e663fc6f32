"""What one would otherwise use, as a competent person would write it with each one's defaults.

Every peer puts any number of snapshots into a stack, one per cluster.
"""

import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias, cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import custom_resources

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from cdk_neptune_snapshot.provider import SnapshotProvider

CODE: Final = Path(__file__).parent / "code"
TOKEN_OUTPUT: Final = "ServiceToken"  # noqa: S105 - a name, no secret
"""Output of each stack: whom CloudFormation sends requests to."""
_EVENTS_AND_PERMISSIONS: Final = (
    *("events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:DeleteRule"),
    *("lambda:AddPermission", "lambda:RemovePermission"),
)


def _ours(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    for number, cluster in enumerate(clusters):
        DatabaseClusterSnapshot(stack, f"Snapshot{number}", cluster=cluster)
    token = SnapshotProvider.get_or_create(stack).function.function_arn
    cdk.CfnOutput(stack, TOKEN_OUTPUT, value=token)


def _provider_framework(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """The CDK's Provider framework with its defaults: it polls every 5 seconds."""
    code = CODE / "provider_framework"
    on_event = _function(stack, "OnEvent", code, "index.on_event")
    is_complete = _function(stack, "IsComplete", code, "index.is_complete")
    for each in (on_event, is_complete):
        each.add_to_role_policy(_neptune_permissions())
    # The casts are for pyright: jsii names some parameters of class and interface differently.
    provider = custom_resources.Provider(
        stack,
        "Provider",
        on_event_handler=cast("lambda_.IFunction", on_event),
        is_complete_handler=cast("lambda_.IFunction", is_complete),
    )
    _resources(stack, provider.service_token, clusters)


def _plain_crhelper(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """Plain crhelper with its defaults: an EventBridge rule polls every 2 minutes."""
    spec = importlib.util.find_spec("crhelper")
    if spec is None or spec.origin is None:
        raise RuntimeError("crhelper is not installed")
    code = Path(tempfile.mkdtemp(prefix="benchmark-peer-"))
    ignored = shutil.ignore_patterns("__pycache__", "tests")
    shutil.copytree(CODE / "plain_crhelper", code, dirs_exist_ok=True)
    shutil.copytree(Path(spec.origin).parent, code / "crhelper", ignore=ignored)
    provider = _function(stack, "Provider", code, "index.handler")
    provider.add_to_role_policy(_neptune_permissions())
    polling = iam.PolicyStatement(actions=list(_EVENTS_AND_PERMISSIONS), resources=["*"])
    provider.add_to_role_policy(polling)
    _resources(stack, provider.function_arn, clusters)


def _waiter_loop(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """A Lambda that waits with boto3's waiter: it polls every 30 seconds, for up to 15 minutes."""
    provider = _function(stack, "Provider", CODE / "waiter_loop", "index.handler", minutes=15)
    provider.add_to_role_policy(_neptune_permissions())
    _resources(stack, provider.function_arn, clusters)


def _no_op(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """A custom resource that does nothing: what any custom resource costs at least."""
    provider = _function(stack, "Provider", CODE / "no_op", "index.handler")
    _resources(stack, provider.function_arn, clusters)


def _function(
    stack: cdk.Stack, name: str, code: Path, handler: str, minutes: float = 1
) -> lambda_.Function:
    """Make a function with the settings that all peers have."""
    return lambda_.Function(
        stack,
        name,
        code=lambda_.Code.from_asset(str(code)),
        handler=handler,
        runtime=lambda_.Runtime.PYTHON_3_13,
        timeout=cdk.Duration.minutes(minutes),
        memory_size=256,
    )


def _neptune_permissions() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusterSnapshots"],
        resources=["arn:*:rds:*:*:cluster:*", "arn:*:rds:*:*:cluster-snapshot:*"],
    )


def _resources(stack: cdk.Stack, token: str, clusters: Sequence[str]) -> None:
    """Ask a provider for one snapshot of each cluster."""
    for number, cluster in enumerate(clusters):
        cdk.CustomResource(
            stack,
            f"Snapshot{number}",
            service_token=token,
            resource_type="Custom::Snapshot",
            properties={"DBClusterIdentifier": cluster},
        )
    cdk.CfnOutput(stack, TOKEN_OUTPUT, value=token)


Define: TypeAlias = Callable[[cdk.Stack, Sequence[str]], object]

OURS: Final = "ours"
PROVIDER_FRAMEWORK: Final = "CDK Provider framework"
PLAIN_CRHELPER: Final = "plain crhelper"
WAITER_LOOP: Final = "waiter, every 30 s"
NO_OP: Final = "no-op custom resource"

PEERS: Final[Mapping[str, Define]] = {
    OURS: _ours,
    PROVIDER_FRAMEWORK: _provider_framework,
    PLAIN_CRHELPER: _plain_crhelper,
    WAITER_LOOP: _waiter_loop,
}
"""Those that take snapshots."""

ALL: Final[Mapping[str, Define]] = {**PEERS, NO_OP: _no_op}
