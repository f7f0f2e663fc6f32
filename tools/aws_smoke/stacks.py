"""The stacks of the scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds

from aws_smoke.authorization import ACTIONS
from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from cdk_neptune_snapshot.provider import SnapshotProvider
from deployment.migration import Probe


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One definition of a stack.

    Attributes:
        version: Value of the trigger, and version of the migration.
        policy: Removal policy of the snapshot.
        migrates: Whether a migration, and a resource beside it that is replaced, follow.
        fails: Whether that migration fails.
        tags: Of the snapshot.
        name: Explicit name of the snapshot; a prefix and the trigger are used without.
        denied: Actions that the provider may not do.
        invocation: Seconds that the provider's invocations last; its own choice without.
        snapshots: Whether there is a snapshot at all.
        rollback: Whether CloudFormation rolls back when the deployment fails.
        role: Whether there is a role for calls under session policies, and nothing else.
        native: Whether CloudFormation's own resource type takes the snapshot, and nothing else is
            in the stack.
    """

    version: str = "v1"
    policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN
    migrates: bool = False
    fails: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    name: str = ""
    denied: tuple[str, ...] = ()
    invocation: int | None = None
    snapshots: bool = True
    rollback: bool = True
    role: bool = False
    native: bool = False


def define(stack: cdk.Stack, recipe: Recipe, cluster: str, prefix: str) -> None:
    """Put into a stack what a recipe says.

    Args:
        stack: The stack.
        recipe: What is wanted.
        cluster: Identifier of the cluster.
        prefix: What the names of generated snapshots start with.
    """
    if recipe.role:
        return _role(stack)
    if recipe.native:
        return _native_snapshot(stack, cluster, f"{prefix}-{recipe.version}")
    return _scenario(stack, recipe, cluster, prefix)


def _scenario(stack: cdk.Stack, recipe: Recipe, cluster: str, prefix: str) -> None:
    snapshot = _snapshot(stack, recipe, cluster, prefix) if recipe.snapshots else None
    if not (recipe.migrates or snapshot is None):
        return
    probe = Probe(stack, "Probe")
    outlive(probe.log_group, f"{stack.stack_name}-probe")
    cdk.CfnOutput(stack, "Function", value=probe.function.function_name)
    if snapshot is None:
        return
    made, version = f"made-{recipe.version}", recipe.version
    replaced = probe.resource("Replaced", version=version, physical_id=made, observe=True)
    migration = probe.resource(
        "Migration", version=version, fail=recipe.fails, physical_id=made, observe=True
    )
    snapshot.before(migration)
    migration.node.add_dependency(replaced)


def _role(stack: cdk.Stack) -> None:
    """Define a role that the account's own principals may assume."""
    # The cast is for pyright: jsii names a parameter of class and interface differently.
    principal = cast("iam.IPrincipal", iam.AccountPrincipal(stack.account))
    role = iam.Role(stack, "Role", assumed_by=principal)
    role.add_to_policy(iam.PolicyStatement(actions=list(ACTIONS), resources=["*"]))
    cdk.CfnOutput(stack, "RoleArn", value=role.role_arn)


def _native_snapshot(stack: cdk.Stack, cluster: str, name: str) -> None:
    snapshot = rds.CfnClusterSnapshot(
        stack, "Native", db_cluster_identifier=cluster, db_cluster_snapshot_identifier=name
    )
    snapshot.apply_removal_policy(cdk.RemovalPolicy.DESTROY)


def _snapshot(
    stack: cdk.Stack, recipe: Recipe, cluster: str, prefix: str
) -> DatabaseClusterSnapshot:
    provider = SnapshotProvider.get_or_create(stack)
    outlive(provider.log_group, f"{stack.stack_name}-provider")
    if recipe.denied:
        provider.role.add_to_principal_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY, actions=list(recipe.denied), resources=["*"]
            )
        )
    if recipe.invocation is not None:
        shorten_invocations(stack, recipe.invocation)
    snapshot = DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster=cluster,
        snapshot_identifier=recipe.name or None,
        identifier_prefix=None if recipe.name else prefix,
        trigger=None if recipe.name else SnapshotTrigger.on_value_changed(recipe.version),
        removal_policy=recipe.policy,
        tags=recipe.tags,
    )
    for name, value in {
        "Name": snapshot.snapshot_identifier,
        "Arn": snapshot.snapshot_arn,
        "Status": snapshot.status,
        "CreateTime": snapshot.snapshot_create_time,
    }.items():
        cdk.CfnOutput(stack, name, value=value)
    return snapshot


def outlive(log_group: logs.ILogGroup, name: str) -> None:
    """Keep a log group when its stack is gone, to be read then, under a name that is known."""
    log_group.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    resource = log_group.node.default_child
    if not isinstance(resource, logs.CfnLogGroup):
        raise TypeError("The log group is not what the CDK makes of one")
    resource.log_group_name = name


def shorten_invocations(stack: cdk.Stack, seconds: int) -> None:
    """Give the provider's invocations less time, so that the poll has something to do."""
    function = SnapshotProvider.get_or_create(stack).function.node.default_child
    if not isinstance(function, lambda_.CfnFunction):
        raise TypeError("The provider's function is not what the CDK makes of one")
    function.timeout = seconds
