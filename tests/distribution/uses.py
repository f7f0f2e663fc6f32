"""How the library is used, for type checkers only: every public name, and what they must refuse.

``test_typing.py`` has mypy and pyright read it where the wheel is installed. Each wrong use is
marked with the error that is expected; a mark that is not needed is an error itself.
"""

from typing import assert_type

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_neptune_snapshot import (
    DatabaseClusterSnapshot,
    RequireSnapshotBeforeUpgrade,
    SnapshotProvider,
    SnapshotReference,
    SnapshotTrigger,
    WhenClusterMissing,
)


def every_property(stack: cdk.Stack) -> DatabaseClusterSnapshot:
    """Give each property a value of each type it takes."""
    DatabaseClusterSnapshot(stack, "Least", cluster="my-graph")
    DatabaseClusterSnapshot(
        stack,
        "Named",
        cluster="my-graph",
        snapshot_identifier="before",
        timeout=None,
        when_cluster_missing=WhenClusterMissing.FAIL,
    )
    return DatabaseClusterSnapshot(
        stack,
        "Most",
        cluster="my-graph",
        trigger=SnapshotTrigger.once(),
        identifier_prefix="graph",
        timeout=cdk.Duration.hours(6),
        removal_policy=cdk.RemovalPolicy.DESTROY,
        tags={"team": "graph"},
        keep_last=5,
        last_good_parameter="/graph/last-good",
        reuse_younger_than=cdk.Duration.days(1),
        when_cluster_missing=WhenClusterMissing.SKIP,
    )


def every_cluster(
    stack: cdk.Stack,
    l1: neptune.CfnDBCluster,
    l2: neptune_alpha.DatabaseCluster,
    imported: neptune_alpha.IDatabaseCluster,
) -> None:
    """Name the cluster in each of the ways there are."""
    DatabaseClusterSnapshot(stack, "L1", cluster=l1)
    DatabaseClusterSnapshot(stack, "L2", cluster=l2)
    DatabaseClusterSnapshot(stack, "Imported", cluster=imported)


def every_trigger(token: cdk.IResolvable) -> None:
    """Make each trigger."""
    assert_type(SnapshotTrigger.once(), SnapshotTrigger)
    assert_type(SnapshotTrigger.on_files_changed("migrations", "schema.json"), SnapshotTrigger)
    assert_type(SnapshotTrigger.on_value_changed("v2"), SnapshotTrigger)
    assert_type(SnapshotTrigger.on_value_changed({"a": [1, token]}), SnapshotTrigger)
    assert_type(SnapshotTrigger.every_deployment(), SnapshotTrigger)


def every_attribute(snapshot: DatabaseClusterSnapshot) -> None:
    """Read each attribute: texts, numbers and a list, all of them tokens."""
    assert_type(snapshot.snapshot_arn, str)
    assert_type(snapshot.snapshot_identifier, str)
    assert_type(snapshot.cluster_identifier, str)
    assert_type(snapshot.snapshot_create_time, str)
    assert_type(snapshot.cluster_create_time, str)
    assert_type(snapshot.engine, str)
    assert_type(snapshot.engine_version, str)
    assert_type(snapshot.allocated_storage, float)
    assert_type(snapshot.status, str)
    assert_type(snapshot.port, float)
    assert_type(snapshot.vpc_id, str)
    assert_type(snapshot.master_username, str)
    assert_type(snapshot.license_model, str)
    assert_type(snapshot.snapshot_type, str)
    assert_type(snapshot.percent_progress, float)
    assert_type(snapshot.storage_encrypted, str)
    assert_type(snapshot.kms_key_id, str)
    assert_type(snapshot.source_snapshot_arn, str)
    assert_type(snapshot.iam_database_authentication_enabled, str)
    assert_type(snapshot.storage_type, str)
    assert_type(snapshot.availability_zones, list[str])
    assert_type(snapshot.outcome, str)
    assert_type(snapshot.restore_command, str)
    assert_type(snapshot.pruned_snapshots, str)
    assert_type(snapshot.spared_snapshots, str)
    assert_type(snapshot.cdk_tag_manager, cdk.TagManager)


def ordering(snapshot: DatabaseClusterSnapshot, first: Construct, second: cdk.Stack) -> None:
    """Let others wait, and tag."""
    snapshot.before(first)
    snapshot.before(first, second)
    second.node.add_dependency(snapshot)
    cdk.Tags.of(snapshot).add("team", "graph")
    cdk.CfnOutput(second, "Arn", value=snapshot.snapshot_arn)


def existing(stack: cdk.Stack, cluster: neptune.CfnDBCluster) -> SnapshotReference:
    """Refer to snapshots that are there already, and restore from one."""
    by_name = DatabaseClusterSnapshot.from_snapshot_identifier(stack, "ByName", "before")
    by_arn = DatabaseClusterSnapshot.from_snapshot_arn(stack, "ByArn", by_name.snapshot_arn)
    assert_type(by_arn.snapshot_identifier, str)
    assert_type(by_arn, SnapshotReference)
    by_arn.restore_into(cluster)
    taken: SnapshotReference = every_property(stack)
    return taken


def provider(  # noqa: PLR0917 - one argument per kind of construct
    stack: cdk.Stack,
    vpc: ec2.IVpc,
    group: ec2.ISecurityGroup,
    role: iam.IRole,
    log_group: logs.ILogGroup,
    key: kms.IKey,
) -> None:
    """Choose how the function runs, and get at what is made."""
    made = SnapshotProvider.get_or_create(
        stack,
        runtime=lambda_.Runtime.PYTHON_3_12,
        architecture=lambda_.Architecture.X86_64,
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        security_groups=[group],
        role=role,
        log_group=log_group,
        environment_encryption=key,
        reserved_concurrent_executions=5,
    )
    assert_type(made, SnapshotProvider)
    made.function.add_environment("NAME", "value")
    assert_type(made.log_group.log_group_name, str)
    assert_type(made.role.role_arn, str)


def aspect(app: cdk.App) -> None:
    """Require a snapshot before each upgrade."""
    cdk.Aspects.of(app).add(RequireSnapshotBeforeUpgrade())


def wrong(stack: cdk.Stack, snapshot: DatabaseClusterSnapshot, bucket: s3.Bucket) -> None:
    """Do what must be refused."""
    new, trigger = DatabaseClusterSnapshot, SnapshotTrigger
    new(stack, "NoCluster")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    new(stack, "Bucket", cluster=bucket)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    new(stack, "Positional", "my-graph")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    new(stack, "Unknown", cluster="my-graph", snapshot_name="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    new(stack, "Seconds", cluster="my-graph", timeout=3600)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    new(stack, "Trigger", cluster="my-graph", trigger="v2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    new(stack, "Keep", cluster="my-graph", keep_last="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    new(stack, "Tags", cluster="my-graph", tags=["a"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    new(stack, "Missing", cluster="my-graph", when_cluster_missing="SKIP")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    new(stack, "Removal", cluster="my-graph", removal_policy="DESTROY")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    trigger.on_files_changed(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    trigger.once("v2")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    snapshot.before("Migration")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    snapshot.restore_into("my-graph")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = snapshot.arn  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    snapshot.engine = "neptune"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    imported = new.from_snapshot_arn(stack, "Imported", "arn")
    _ = imported.engine_version  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    RequireSnapshotBeforeUpgrade("my-graph")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    SnapshotProvider.get_or_create(stack, runtime="python3.13")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
