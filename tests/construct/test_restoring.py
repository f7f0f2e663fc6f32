"""A cluster is made from a snapshot, and an upgrade waits for one."""

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_docdb as docdb
from aws_cdk import aws_neptune as neptune
from constructs import Construct

from cdk_neptune_snapshot import DatabaseClusterSnapshot, WhenClusterMissing
from construct.templates import (
    TWO_HOURS,
    Json,
    annotations,
    imported_cluster,
    l2_cluster,
    links,
    new_stack,
    only,
    resources,
    take,
)

ARN = "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:before-v2"
IRELAND = cdk.Environment(account="111122223333", region="eu-west-1")


def l1_cluster(scope: Construct) -> neptune.CfnDBCluster:
    return neptune.CfnDBCluster(scope, "Cluster")


def cluster_in(found: dict[str, Json]) -> Json:
    return only(found, "AWS::Neptune::DBCluster")


KINDS = pytest.mark.parametrize("make", [l1_cluster, l2_cluster])


@KINDS
@pytest.mark.parametrize("timeout", [None, TWO_HOURS], ids=["one resource", "a chain"])
def test_a_cluster_is_restored_from_the_snapshot_once_it_is_available(
    make: Callable[[Construct], Any], timeout: cdk.Duration | None
) -> None:
    stack = new_stack()
    snapshot, cluster = take(stack, timeout=timeout), make(stack)
    for _ in range(2):
        # The second time changes nothing.
        snapshot.restore_into(cluster)
    found = resources(stack)
    source = {"Fn::GetAtt": [links(found)[-1], "DBClusterSnapshotArn"]}
    assert cluster_in(found)["Properties"]["SnapshotIdentifier"] == source


def test_a_cluster_restored_from_a_snapshot_is_snapshotted_by_its_name() -> None:
    """By reference the provider's permissions, and so the first snapshot, would wait for it."""
    stack = new_stack()
    restored = neptune.CfnDBCluster(stack, "Restored", db_cluster_identifier="restored")
    take(stack).restore_into(restored)
    take(stack, "Second", cluster="restored").node.add_dependency(restored)
    assert len(links(resources(stack))) == 2


def test_a_cluster_that_is_restored_from_another_snapshot_is_refused() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Restored", snapshot_identifier="before-v1")
    refusal = "Invalid cluster 'Stack/Restored': is restored from 'before-v1' already"
    with pytest.raises(ValueError, match=refusal):
        take(stack).restore_into(cluster)


def test_what_is_no_neptune_cluster_of_this_app_is_refused() -> None:
    stack = new_stack()
    snapshot = take(stack)
    for cluster in (imported_cluster(stack), docdb.CfnDBCluster(stack, "Documents"), "graph"):
        with pytest.raises(ValueError, match=r"^Invalid cluster .*must be a Neptune cluster that"):
            snapshot.restore_into(cluster)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["L1", "L2", "a construct around it"])
def test_the_very_cluster_cannot_wait_for_its_own_snapshot(kind: str) -> None:
    stack = new_stack()
    holder = Construct(stack, "Holder")
    cluster = l2_cluster(holder) if kind == "L2" else l1_cluster(holder)
    snapshot = take(stack, cluster=cluster)
    waiting = holder if kind == "a construct around it" else cluster
    with pytest.raises(ValueError, match="as each would wait for the other") as caught:
        snapshot.before(waiting)
    assert str(caught.value).startswith(f"Invalid constructs '{waiting.node.path}': ")
    assert "the cluster's identifier as plain text" in str(caught.value)


@KINDS
def test_a_cluster_waits_for_the_snapshot_of_its_identifier(
    make: Callable[[Construct], Any],
) -> None:
    stack = new_stack()
    take(stack, when_cluster_missing=WhenClusterMissing.SKIP).before(make(stack))
    found = resources(stack)
    assert set(links(found)) <= set(cluster_in(found)["DependsOn"])


def restored(arn: str) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "Stack", env=IRELAND)
    DatabaseClusterSnapshot.from_snapshot_arn(stack, "Snapshot", arn).restore_into(
        l1_cluster(stack)
    )
    return stack


@pytest.mark.parametrize(
    "arn",
    [ARN, ARN.replace(IRELAND.account or "", cdk.Aws.ACCOUNT_ID), cdk.Fn.import_value("Snapshot")],
    ids=["own", "own by token", "unknown"],
)
def test_a_cluster_is_restored_from_what_may_be_an_own_snapshot(arn: str) -> None:
    stack = restored(arn)
    assert not annotations(stack, "warning")
    source = cluster_in(resources(stack))["Properties"]["SnapshotIdentifier"]
    assert source == stack.resolve(arn)


def test_a_shared_snapshot_may_have_to_be_copied() -> None:
    stack = restored(ARN.replace("111122223333", "444455556666"))
    (warning,) = annotations(stack, "warning")
    assert warning.startswith("The snapshot belongs to account 444455556666: that account must")
    assert "an encrypted snapshot must be copied into account 111122223333" in warning
    assert "SnapshotIdentifier" in str(resources(stack))


def test_a_snapshot_in_another_region_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Invalid snapshot 'arn:aws:rds:us-east-1:.*': is in"):
        restored(ARN.replace("eu-west-1", "us-east-1"))
    virginia = cdk.Environment(account=IRELAND.account, region="us-east-1")
    app = cdk.App()
    snapshot = take(cdk.Stack(app, "Graph", env=virginia))
    cluster = l1_cluster(cdk.Stack(app, "Copy", env=IRELAND))
    with pytest.raises(ValueError, match=r"Invalid snapshot .*is in region us-east-1 of account"):
        snapshot.restore_into(cluster)
