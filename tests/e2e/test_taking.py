"""A deployment takes a snapshot and waits for it, or fails with what a person needs to know."""

import time
from functools import partial

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS
from support.deployment import Deployment, Snapshots

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
    result = deployment.deploy(define).require()
    assert time.monotonic() - began > 8
    (name,) = snapshots.names()
    values = {key: value.removeprefix("=") for key, value in result.outputs.items()}
    assert values.pop("Ref") == name
    assert set(values) == set(SNAPSHOT_FIELDS)
    record = snapshots.record(name)
    assert values["Status"] == record["Status"] == "available"
    assert values["PercentProgress"] == "100"
    assert values["DBClusterSnapshotArn"] == record["DBClusterSnapshotArn"]
    assert values["DBClusterIdentifier"] == snapshots.cluster
    assert values["Engine"] == "neptune"
    assert values["AllocatedStorage"] == str(record["AllocatedStorage"])
    assert not aws.calls(action="PutRule")


def test_a_wait_longer_than_one_resource_has_is_a_chain(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hours of eight seconds: three resources wait, attributes come from the last."""
    monkeypatch.setattr("neptune_snapshot_provider.contract.TIMEOUT_MAX", 8)
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=17), cluster=snapshots.cluster)

    def define(stack: cdk.Stack, version: str) -> None:
        snapshot = DatabaseClusterSnapshot(
            stack,
            "Snapshot",
            cluster=snapshots.cluster,
            trigger=SnapshotTrigger.on_value_changed(version),
            timeout=cdk.Duration.seconds(24),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        cdk.CfnOutput(stack, "Name", value=snapshot.snapshot_identifier)
        cdk.CfnOutput(stack, "Status", value=snapshot.status)

    names = []
    for version in ("v1", "v2"):
        result = deployment.deploy(partial(define, version=version)).require()
        assert result.outputs["Status"] == "available"
        names.append(result.outputs["Name"])
        assert snapshots.names() == names[-1:]
    assert names[0] != names[1]
    deployment.destroy().require()
    assert not snapshots.names()


def test_only_the_end_of_a_chain_fails_at_the_deadline(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neptune_snapshot_provider.contract.TIMEOUT_MAX", 4)
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=20), cluster=snapshots.cluster)

    def define(stack: cdk.Stack) -> None:
        timeout = cdk.Duration.seconds(8)
        DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster, timeout=timeout)

    result = deployment.deploy(define)
    assert not result.succeeded
    assert "DeadlineExceeded: after 4 s snapshot" in result.output
    assert "Wait2" in result.output
    assert len(snapshots.names()) == 1
    while snapshots.record(snapshots.names()[0])["Status"] != "available":
        time.sleep(1)


def test_a_busy_cluster_is_waited_for(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    aws.set_cluster_status(snapshots.cluster, "modifying", seconds=15)

    def define(stack: cdk.Stack) -> None:
        snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster)
        cdk.CfnOutput(stack, "Status", value=snapshot.status)

    result = deployment.deploy(define).require()
    assert result.outputs == {"Status": "available"}


def test_a_cluster_that_is_not_there_fails_the_stack(
    deployment: Deployment, snapshots: Snapshots
) -> None:
    result = deployment.deploy(
        lambda stack: DatabaseClusterSnapshot(stack, "Snapshot", cluster="no-such-graph")
    )
    assert not result.succeeded
    assert "DBClusterNotFoundFault: there is no DB cluster no-such-graph" in result.output
    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not snapshots.names()


def test_a_full_quota_fails_the_stack(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    aws.set_snapshot_quota(0)
    try:
        result = deployment.deploy(
            lambda stack: DatabaseClusterSnapshot(stack, "Snapshot", cluster=snapshots.cluster)
        )
    finally:
        aws.set_snapshot_quota(100)
    assert not result.succeeded
    assert "SnapshotQuotaExceeded: no snapshot of" in result.output
    assert "Service Quotas" in result.output
    assert not snapshots.names()
