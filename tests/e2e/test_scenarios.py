"""What happens to a stack with a snapshot and a migration; ``make smoke-aws`` runs it on AWS too.

A mark names the scenario in an account, where all of them run side by side.
"""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from cdk_neptune_snapshot.provider import SnapshotProvider
from deployment.migration_function import FAILURE
from local_aws import LocalAws, SnapshotBehaviour
from support.deployment import Deployment, Snapshots, shorten_invocations
from support.migrating_app import MigratingApp

pytestmark = pytest.mark.e2e

DESTROY = cdk.RemovalPolicy.DESTROY


@pytest.mark.account("keep")
def test_every_trigger_takes_a_snapshot_and_all_outlive_the_stack(
    deployment: Deployment, snapshots: Snapshots
) -> None:
    """Tags are changed in place; a deployment that changes nothing takes no snapshot."""
    app = MigratingApp(deployment, snapshots.cluster, observed=True)
    first = app.deploy("v1")["Name"]
    assert app.deploy("v1")["Name"] == first
    second = app.deploy("v2", tags={"team": "graph", "cost": "7"})["Name"]
    assert snapshots.names() == [first, second]
    assert snapshots.tags(second)["team"] == "graph"
    assert app.deploy("v2", tags={"team": "data"}, step="tags only")["Name"] == second
    tags = snapshots.tags(second)
    assert tags["team"] == "data"
    assert "cost" not in tags
    assert "neptune-snapshot:stack" in tags
    deployment.destroy().require()
    assert snapshots.names() == [first, second]


@pytest.mark.account("undo")
@pytest.mark.usefixtures("stale_reads")
def test_a_failed_migration_keeps_its_snapshot_and_the_stack_can_be_used_afterwards(
    deployment: Deployment, snapshots: Snapshots
) -> None:
    """Also with DESTROY, which deletes what an update that succeeded has replaced."""
    app = MigratingApp(deployment, snapshots.cluster, observed=True, removal_policy=DESTROY)
    first = app.deploy("v1")["Name"]
    app.deploy("v2", fail=True, step="failure")
    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    old, failed = snapshots.names()
    assert old == first
    assert snapshots.record(failed)["Status"] == "available"
    third = app.deploy("v3")["Name"]
    assert snapshots.names() == [failed, third]
    deployment.destroy().require()
    assert snapshots.names() == [failed]


@pytest.mark.account("first")
@pytest.mark.usefixtures("stale_reads")
def test_a_failed_first_deployment_keeps_the_snapshot(
    deployment: Deployment, snapshots: Snapshots
) -> None:
    app = MigratingApp(deployment, snapshots.cluster, observed=True, removal_policy=DESTROY)
    result = app.attempt("v1", fail=True)
    assert not result.succeeded
    assert FAILURE in result.output
    assert deployment.status == "ROLLBACK_COMPLETE"
    assert len(snapshots.names()) == 1


@pytest.mark.account("unrolled")
def test_without_rollback_a_refused_replacement_is_put_back_and_succeeds_with_rollback(
    local: LocalAws | None, deployment: Deployment, snapshots: Snapshots
) -> None:
    """One reading of AWS is that an update without rollback may not return another snapshot."""
    app = MigratingApp(deployment, snapshots.cluster, observed=True, removal_policy=DESTROY)
    first = app.deploy("v1")["Name"]
    result = app.attempt("v2", "--no-rollback", fail=True, step="failure")
    assert not result.succeeded
    assert not local or "Replacement type updates not supported" in result.output
    assert deployment.status == "UPDATE_FAILED"
    # What the stack refers to is there, and at most one more.
    assert snapshots.names()[0] == first
    assert len(snapshots.names()) <= 2
    second = app.deploy("v2", "--force")["Name"]
    assert deployment.status == "UPDATE_COMPLETE"
    assert second != first
    assert first not in snapshots.names()
    assert snapshots.record(second)["Status"] == "available"


@pytest.mark.account("name")
def test_a_foreign_name_fails_the_stack_and_is_untouched(
    deployment: Deployment, snapshots: Snapshots, foreign_snapshot: str
) -> None:
    tags, names = snapshots.tags(foreign_snapshot), snapshots.names()
    result = deployment.deploy(
        lambda stack: DatabaseClusterSnapshot(
            stack,
            "Snapshot",
            cluster=snapshots.cluster,
            snapshot_identifier=foreign_snapshot,
            removal_policy=DESTROY,
        )
    )
    assert not result.succeeded
    assert "DBClusterSnapshotAlreadyExistsFault" in result.output
    assert f"snapshot {foreign_snapshot} exists" in result.output
    assert deployment.status == "ROLLBACK_COMPLETE"
    assert snapshots.names() == names
    assert snapshots.tags(foreign_snapshot) == tags


@pytest.mark.account("denied")
@pytest.mark.usefixtures("creation_denied")
def test_a_denied_permission_is_named(deployment: Deployment, snapshots: Snapshots) -> None:
    def define(stack: cdk.Stack) -> None:
        action = "rds:CreateDBClusterSnapshot"
        deny = iam.PolicyStatement(effect=iam.Effect.DENY, actions=[action], resources=["*"])
        SnapshotProvider.get_or_create(stack).role.add_to_principal_policy(deny)
        DatabaseClusterSnapshot(
            stack, "Snapshot", cluster=snapshots.cluster, identifier_prefix=deployment.name
        )

    result = deployment.deploy(define)
    assert not result.succeeded
    assert "AccessDenied" in result.output
    assert "CreateDBClusterSnapshot" in result.output
    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not snapshots.names()


@pytest.mark.account("poll")
def test_a_snapshot_that_outlives_the_invocation_is_finished_by_the_poll(
    local: LocalAws | None, deployment: Deployment, snapshots: Snapshots
) -> None:
    if local:
        local.set_minute(10)
        local.set_snapshot_behaviour(SnapshotBehaviour(seconds=15), cluster=snapshots.cluster)

    def define(stack: cdk.Stack) -> None:
        # An invocation hands over 90 s before its end.
        shorten_invocations(stack, 93)
        DatabaseClusterSnapshot(
            stack, "Snapshot", cluster=snapshots.cluster, identifier_prefix=deployment.name
        )

    deployment.deploy(define).require()
    (name,) = snapshots.names()
    assert snapshots.record(name)["Status"] == "available"
    assert not local or local.calls(action="PutRule")
