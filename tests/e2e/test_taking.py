"""A deployment takes a snapshot and waits for it, or fails with what a person needs to know."""

import time

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS
from support.deployment import Deployment, Snapshots, shorten_invocations

pytestmark = pytest.mark.e2e


def test_a_snapshot_is_taken_and_waited_for(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    """All 21 attributes arrive as outputs, and what they say is true."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=8), cluster=snapshots.cluster)

    def define(stack: cdk.Stack) -> None:
        snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster)
        resource = snapshot.node.find_child("Resource")
        assert isinstance(resource, cdk.CustomResource)
        cdk.CfnOutput(stack, "Ref", value=snapshot.snapshot_identifier)
        for field in SNAPSHOT_FIELDS:
            cdk.CfnOutput(
                stack, field, value=cdk.Fn.join("", ["=", resource.get_att_string(field)])
            )

    began = time.monotonic()
    result = deployment.deploy(define)
    assert result.succeeded, result.output
    assert time.monotonic() - began > 8
    (name,) = snapshots.names()
    assert result.outputs.pop("Ref") == name
    values = {key: value.removeprefix("=") for key, value in result.outputs.items()}
    assert set(values) == set(SNAPSHOT_FIELDS)
    record = snapshots.record(name)
    assert values["Status"] == record["Status"] == "available"
    assert values["PercentProgress"] == "100"
    assert values["DBClusterSnapshotArn"] == record["DBClusterSnapshotArn"]
    assert values["DBClusterIdentifier"] == snapshots.cluster
    assert values["Engine"] == "neptune"
    assert values["AllocatedStorage"] == str(record["AllocatedStorage"])
    assert not aws.calls(action="PutRule")


def test_a_snapshot_that_outlives_the_invocation_is_finished_by_the_poll(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=15), cluster=snapshots.cluster)

    def define(stack: cdk.Stack) -> None:
        snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster)
        shorten_invocations(stack, 93)
        cdk.CfnOutput(stack, "Status", value=snapshot.status)

    result = deployment.deploy(define)
    assert result.succeeded, result.output
    assert result.outputs == {"Status": "available"}
    assert len(snapshots.names()) == 1
    assert aws.calls(action="PutRule")


def test_a_busy_cluster_is_waited_for(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    aws.set_cluster_status(snapshots.cluster, "modifying", seconds=15)

    def define(stack: cdk.Stack) -> None:
        snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster)
        cdk.CfnOutput(stack, "Status", value=snapshot.status)

    result = deployment.deploy(define)
    assert result.succeeded, result.output
    assert result.outputs == {"Status": "available"}


def test_a_cluster_that_is_not_there_fails_the_stack(
    deployment: Deployment, snapshots: Snapshots
) -> None:
    result = deployment.deploy(
        lambda stack: _snapshot(stack, cluster="no-such-graph"),
    )
    assert not result.succeeded
    assert "DBClusterNotFoundFault: no DB cluster no-such-graph" in result.output
    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not snapshots.names()


def test_a_full_quota_fails_the_stack(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    aws.set_snapshot_quota(0)
    try:
        result = deployment.deploy(lambda stack: _snapshot(stack, cluster=snapshots.cluster))
    finally:
        aws.set_snapshot_quota(100)
    assert not result.succeeded
    assert "SnapshotQuotaExceeded: no snapshot of" in result.output
    assert "Service Quotas" in result.output
    assert not snapshots.names()


def test_a_foreign_name_fails_the_stack_and_is_untouched(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    taken = f"{snapshots.cluster}-x"
    aws.client("neptune").create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier=taken,
        DBClusterIdentifier=snapshots.cluster,
        Tags=[{"Key": "owner", "Value": "somebody"}],
    )
    result = deployment.deploy(
        lambda stack: _snapshot(
            stack,
            cluster=snapshots.cluster,
            snapshot_identifier=taken,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
    )
    assert not result.succeeded
    assert f"snapshot {taken} exists" in result.output
    assert "untouched" in result.output
    assert snapshots.names() == [taken]
    assert snapshots.tags(taken) == {"owner": "somebody"}


def _snapshot(stack: cdk.Stack, **properties: object) -> None:
    DatabaseClusterSnapshot(stack, "Snapshot", **properties)  # type: ignore[arg-type]
