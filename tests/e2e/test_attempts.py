"""A migration fails and is tried again: what it ran against stays, however it is deployed."""

from functools import partial

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from deployment.migration import Migration
from local_aws import LocalAws
from support.deployment import Deployment, Result, Snapshots

pytestmark = pytest.mark.e2e


class App:
    """A stack with a snapshot and a migration, deployed version by version."""

    def __init__(self, deployment: Deployment, cluster: str, **properties: object) -> None:
        self.deployment = deployment
        self._cluster = cluster
        self._properties = properties

    def deploy(self, version: str, *options: str, fail: bool = False) -> Result:
        define = partial(self._define, version=version, fail=fail)
        result = self.deployment.deploy(define, *options)
        assert result.succeeded is not fail, result.output
        return result

    def _define(self, stack: cdk.Stack, *, version: str, fail: bool) -> None:
        snapshot = DatabaseClusterSnapshot(
            stack,
            "Snapshot",
            cluster=self._cluster,
            trigger=SnapshotTrigger.on_value_changed(version),
            **self._properties,  # type: ignore[arg-type] # a test names them
        )
        # A version fails the same migration that succeeds without a failure.
        snapshot.before(Migration(stack, "Migration", version=f"{version}-{fail}", fail=fail))
        cdk.CfnOutput(stack, "Name", value=snapshot.snapshot_identifier)


def parameter(aws: LocalAws, name: str) -> str:
    value: str = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return value


def test_of_several_attempts_the_first_snapshot_stays_and_the_parameter_names_it(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    """The retry of v5 retains the only snapshot from before v5's half-finished migration."""
    path = f"/{snapshots.cluster}/last-good"
    app = App(deployment, snapshots.cluster, keep_last=1, last_good_parameter=path)
    app.deploy("v4")
    app.deploy("v5", fail=True)
    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    before_v4, before_v5 = snapshots.names()
    assert parameter(aws, path).endswith(f":{before_v5}")

    retried = app.deploy("v5").outputs["Name"]
    assert retried not in (before_v4, before_v5)
    assert before_v5 in snapshots.names()
    assert parameter(aws, path).endswith(f":{before_v5}")

    app.deploy("v6")
    assert before_v5 not in snapshots.names()
    assert retried in snapshots.names()


def test_without_rollback_a_refused_replacement_is_put_back_and_succeeds_with_rollback(
    deployment: Deployment, snapshots: Snapshots
) -> None:
    """One reading of AWS: an update without rollback may not return another snapshot."""
    app = App(deployment, snapshots.cluster, removal_policy=cdk.RemovalPolicy.DESTROY)
    first = app.deploy("v1").outputs["Name"]
    refused = deployment.deploy(partial(app._define, version="v2", fail=False), "--no-rollback")
    assert not refused.succeeded
    assert "Replacement type updates not supported" in refused.output
    assert deployment.status == "UPDATE_FAILED"
    # Nothing migrated; the one that the stack refers to is there, and at most one more.
    assert snapshots.names()[0] == first
    assert len(snapshots.names()) == 2

    second = app.deploy("v2", "--force").outputs["Name"]
    assert deployment.status == "UPDATE_COMPLETE"
    assert second != first
    assert first not in snapshots.names()
    assert snapshots.record(second)["Status"] == "available"


def test_without_rollback_a_failed_migration_is_tried_again_with_the_same_snapshot(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    """The other reading: the update may, and its retry must not take the data once more."""
    aws.allow_replacement_without_rollback(allowed=True)
    try:
        app = App(deployment, snapshots.cluster, removal_policy=cdk.RemovalPolicy.DESTROY)
        first = app.deploy("v1").outputs["Name"]
        app.deploy("v2", "--no-rollback", fail=True)
        assert deployment.status == "UPDATE_FAILED"
        kept, second = snapshots.names()
        assert kept == first
        assert app.deploy("v2", "--no-rollback").outputs["Name"] == second
        assert deployment.status == "UPDATE_COMPLETE"
        assert snapshots.names() == [second]
    finally:
        aws.allow_replacement_without_rollback(allowed=False)
