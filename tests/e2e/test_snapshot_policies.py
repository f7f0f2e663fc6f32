"""Policies over several deployments: retention, publishing, reuse, skipping, and ordering."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import aws_cdk as cdk
import pytest
from aws_cdk import aws_neptune as neptune

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger, WhenClusterMissing
from deployment.migration import Migration
from local_aws import LocalAws
from support.clusters import parameter, remove, versions
from support.deployment import Deployment, Snapshots
from support.migrating_app import MigratingApp

pytestmark = pytest.mark.e2e


@pytest.fixture
def made(aws: LocalAws) -> Iterator[Callable[[str], None]]:
    """Says that a cluster will be made, so that it does not outlive the test."""
    names: list[str] = []
    yield names.append
    for name in names:
        remove(aws, name)


@contextmanager
def full_quota(aws: LocalAws) -> Iterator[None]:
    """Leave no room for another snapshot."""
    found = aws.client("neptune").describe_db_cluster_snapshots(SnapshotType="manual")
    aws.set_snapshot_quota(len(found["DBClusterSnapshots"]))
    try:
        yield
    finally:
        aws.set_snapshot_quota(100)


def test_keeping_the_last_and_naming_the_newest(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    """Over good deployments, a failing one, and one that first has to make room in the quota."""
    path = f"/{snapshots.cluster}/last-good"
    app = MigratingApp(deployment, snapshots.cluster, keep_last=2, last_good_parameter=path)
    app.deploy("v1")
    (first,) = snapshots.names()
    assert parameter(aws, path) == snapshots.record(first)["DBClusterSnapshotArn"]
    second = app.deploy("v2")["Name"]
    assert snapshots.names() == [first, second]

    app.deploy("v3", fail=True)
    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    *kept, failed = snapshots.names()
    # The failed deployment had pruned before its migration ran; the one it replaced was spared.
    assert kept == [second]
    assert parameter(aws, path) == snapshots.record(failed)["DBClusterSnapshotArn"]

    outputs = app.deploy("v4")
    fourth = outputs["Name"]
    assert outputs["Outcome"] == "created"
    assert outputs["Retained"] == f"{second}=replaced"
    assert snapshots.names() == [second, failed, fourth]
    # The first snapshot since the last good deployment is the one to go back to.
    assert parameter(aws, path) == snapshots.record(failed)["DBClusterSnapshotArn"]
    outputs = app.deploy("v5")
    fifth = outputs["Name"]
    assert parameter(aws, path) == outputs["Arn"]
    assert outputs["Deleted"].split(",") == [failed, second]
    assert snapshots.names() == [fourth, fifth]

    with full_quota(aws):
        sixth = app.deploy("v6")["Name"]
    assert snapshots.names() == [fifth, sixth]


def test_a_young_snapshot_is_reused(deployment: Deployment, snapshots: Snapshots) -> None:
    """A migration that failed is deployed again within the hour: its snapshot still does."""
    app = MigratingApp(deployment, snapshots.cluster, reuse_younger_than=cdk.Duration.hours(1))
    app.deploy("v1")
    app.deploy("v2", fail=True)
    before = snapshots.names()
    outputs = app.deploy("v2")
    assert outputs["Outcome"] == "reused"
    assert outputs["Name"] == before[-1]
    assert snapshots.names() == before


def test_without_a_cluster_the_snapshot_is_skipped_until_there_is_one(
    aws: LocalAws, deployment: Deployment, name: str, made: Callable[[str], None]
) -> None:
    made(name)
    app = MigratingApp(deployment, name, when_cluster_missing=WhenClusterMissing.SKIP)
    outputs = app.deploy("v1")
    assert outputs["Outcome"] == "skipped"
    assert outputs["Arn"] == ""
    assert not Snapshots(aws, name).names()
    aws.client("neptune").create_db_cluster(DBClusterIdentifier=name, Engine="neptune")
    outputs = app.deploy("v2")
    assert outputs["Outcome"] == "created"
    assert outputs["Name"] == Snapshots(aws, name).names()[0]


def test_an_upgrade_waits_for_the_snapshot_also_when_the_wait_is_a_chain(
    aws: LocalAws, deployment: Deployment, name: str, made: Callable[[str], None]
) -> None:
    """Cluster and snapshot in one stack: made, upgraded, and upgraded again in vain."""
    made(name)

    def define(stack: cdk.Stack, engine_version: str, *, fail: bool = False) -> None:
        cluster = neptune.CfnDBCluster(
            stack, "Cluster", db_cluster_identifier=name, engine_version=engine_version
        )
        snapshot = DatabaseClusterSnapshot(
            stack,
            "Snapshot",
            cluster=name,
            when_cluster_missing=WhenClusterMissing.SKIP,
            trigger=SnapshotTrigger.on_value_changed(engine_version),
            timeout=cdk.Duration.hours(2),
        )
        snapshot.before(cluster)
        migration = Migration(stack, "Migration", version=engine_version, fail=fail)
        migration.node.add_dependency(cluster)
        cdk.CfnOutput(stack, "Outcome", value=snapshot.outcome)

    result = deployment.deploy(partial(define, engine_version="1.3.0.0")).require()
    assert result.outputs["Outcome"] == "skipped"
    assert versions(aws)[name] == "1.3.0.0"
    result = deployment.deploy(partial(define, engine_version="1.4.1.0")).require()
    (before_upgrade,) = Snapshots(aws, name).names()
    assert Snapshots(aws, name).record(before_upgrade)["EngineVersion"] == "1.3.0.0"
    assert versions(aws)[name] == "1.4.1.0"
    result = deployment.deploy(partial(define, engine_version="1.4.5.0", fail=True))
    assert not result.succeeded
    _, kept = Snapshots(aws, name).names()
    assert Snapshots(aws, name).record(kept)["EngineVersion"] == "1.4.1.0"


def test_a_migration_in_another_stack_runs_after_the_snapshots_stack(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    """When it fails, only its own stack rolls back."""

    def define(stack: cdk.Stack) -> None:
        snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster)
        second = cdk.Stack(cdk.App.of(stack), f"{stack.stack_name}-migration")
        snapshot.before(Migration(second, "Migration", version="v1", fail=True))

    result = deployment.deploy(define)
    assert not result.succeeded
    assert deployment.status == "CREATE_COMPLETE"
    stacks = aws.client("cloudformation")
    second = f"{deployment.name}-migration"
    (found,) = stacks.describe_stacks(StackName=second)["Stacks"]
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert len(snapshots.names()) == 1
    stacks.delete_stack(StackName=second)
