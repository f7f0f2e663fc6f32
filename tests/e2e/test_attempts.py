"""A migration fails and is tried again: what it ran against stays, however it is deployed."""

import aws_cdk as cdk
import pytest

from local_aws import LocalAws
from support.clusters import parameter
from support.deployment import Deployment, Snapshots
from support.migrating_app import MigratingApp

pytestmark = pytest.mark.e2e


def test_of_several_attempts_the_first_snapshot_stays_and_the_parameter_names_it(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    """The retry of v5 retains the only snapshot from before v5's half-finished migration."""
    path = f"/{snapshots.cluster}/last-good"
    app = MigratingApp(deployment, snapshots.cluster, keep_last=1, last_good_parameter=path)
    app.deploy("v4")
    app.deploy("v5", fail=True)
    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    before_v4, before_v5 = snapshots.names()
    assert parameter(aws, path).endswith(f":{before_v5}")

    retried = app.deploy("v5")["Name"]
    assert retried not in (before_v4, before_v5)
    assert before_v5 in snapshots.names()
    assert parameter(aws, path).endswith(f":{before_v5}")

    app.deploy("v6")
    assert before_v5 not in snapshots.names()
    assert retried in snapshots.names()


def test_without_rollback_a_failed_migration_is_tried_again_with_the_same_snapshot(
    aws: LocalAws, deployment: Deployment, snapshots: Snapshots
) -> None:
    """Another reading of AWS than in the scenarios: the update may return another snapshot."""
    aws.allow_replacement_without_rollback(allowed=True)
    try:
        app = MigratingApp(deployment, snapshots.cluster, removal_policy=cdk.RemovalPolicy.DESTROY)
        first = app.deploy("v1")["Name"]
        app.deploy("v2", "--no-rollback", fail=True)
        assert deployment.status == "UPDATE_FAILED"
        kept, second = snapshots.names()
        assert kept == first
        assert app.deploy("v2", "--no-rollback")["Name"] == second
        assert deployment.status == "UPDATE_COMPLETE"
        assert snapshots.names() == [second]
    finally:
        aws.allow_replacement_without_rollback(allowed=False)
