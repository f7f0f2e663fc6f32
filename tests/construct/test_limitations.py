"""What cannot work is said while the app is synthesized."""

import sys
from collections.abc import Callable
from types import ModuleType

import aws_cdk as cdk
import pytest
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_servicecatalog as servicecatalog

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from construct.templates import annotations, new_stack, resources

DESTROY = cdk.RemovalPolicy.DESTROY
IRELAND = cdk.Environment(account="111122223333", region="eu-west-1")


def without_bootstrap(app: cdk.App) -> cdk.Stack:
    return cdk.Stack(app, "Stack", synthesizer=cdk.BootstraplessSynthesizer())


def nested_without_bootstrap(app: cdk.App) -> cdk.Stack:
    return cdk.NestedStack(without_bootstrap(app), "Nested")


def product(app: cdk.App) -> cdk.Stack:
    return servicecatalog.ProductStack(cdk.Stack(app, "Stack"), "Product")


@pytest.mark.parametrize("make", [without_bootstrap, nested_without_bootstrap, product])
def test_a_stack_that_cannot_publish_code_is_refused(make: Callable[[cdk.App], cdk.Stack]) -> None:
    stack = make(cdk.App())
    with pytest.raises(
        ValueError, match=r"Invalid scope 'Stack.*': its synthesizer cannot publish"
    ):
        DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")


def test_a_product_with_a_bucket_can_publish() -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    bucket = s3.Bucket.from_bucket_name(stack, "Assets", "assets-of-products")
    one = servicecatalog.ProductStack(stack, "Product", asset_bucket=bucket)
    DatabaseClusterSnapshot(one, "Snapshot", cluster="graph")


def test_another_error_stays_as_it_is() -> None:
    stack = new_stack()
    cdk.CfnResource(stack, "NeptuneSnapshotProvider", type="AWS::SNS::Topic")
    with pytest.raises(RuntimeError, match="already a Construct with name"):
        DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")


@pytest.mark.parametrize(("policy", "count"), [(DESTROY, 1), (cdk.RemovalPolicy.RETAIN, 0)])
def test_a_stack_set_that_deletes_is_warned_of(
    policy: cdk.RemovalPolicy, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package is no dependency; its class is known by the name of its module.
    monkeypatch.setitem(sys.modules, "cdk_stacksets", ModuleType("cdk_stacksets"))
    stack_of_set = type("StackSetStack", (cdk.Stack,), {"__module__": "cdk_stacksets"})
    stack = stack_of_set(cdk.App(), "Stack")
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", removal_policy=policy)
    assert sum("A StackSet deletes" in one for one in annotations(stack, "warning")) == count


@pytest.mark.parametrize(
    ("trigger", "count"),
    [(SnapshotTrigger.every_deployment(), 1), (SnapshotTrigger.on_value_changed("v2"), 0)],
    ids=["every deployment", "a value"],
)
def test_a_stage_is_told_what_every_deployment_means(trigger: SnapshotTrigger, count: int) -> None:
    stage = cdk.Stage(cdk.App(), "Production")
    stack = cdk.Stack(stage, "Stack")
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", trigger=trigger)
    (artifact,) = stage.synth().stacks
    told = [str(one.entry.data) for one in artifact.messages if "time of synthesis" in str(one)]
    assert len([one for one in artifact.messages if "INFO" in one.level.value]) == count, told


def test_outside_a_stage_it_is_not_told() -> None:
    stack = new_stack()
    trigger = SnapshotTrigger.every_deployment()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", trigger=trigger)
    assert not annotations(stack, "info")


def restored(arn: str) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "Stack", env=IRELAND)
    snapshot = DatabaseClusterSnapshot.from_snapshot_arn(stack, "Snapshot", arn)
    snapshot.restore_into(neptune.CfnDBCluster(stack, "Restored"))
    return stack


def test_a_shared_snapshot_may_have_to_be_copied() -> None:
    stack = restored("arn:aws:rds:eu-west-1:444455556666:cluster-snapshot:before-v2")
    (warning,) = annotations(stack, "warning")
    assert warning.startswith("The snapshot belongs to account 444455556666: that account must")
    assert "an encrypted snapshot must be copied into account 111122223333" in warning
    assert "SnapshotIdentifier" in str(resources(stack)["Restored"])


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:before-v2",
        f"arn:aws:rds:eu-west-1:{cdk.Aws.ACCOUNT_ID}:cluster-snapshot:before-v2",
        cdk.Fn.import_value("Snapshot"),
    ],
    ids=["own", "own by token", "unknown"],
)
def test_what_may_be_an_own_snapshot_passes(arn: str) -> None:
    assert not annotations(restored(arn), "warning")


def test_a_snapshot_in_another_region_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Invalid snapshot 'arn:aws:rds:us-east-1:.*': is in"):
        restored("arn:aws:rds:us-east-1:111122223333:cluster-snapshot:before-v2")


def test_a_snapshot_that_a_stack_in_another_region_takes_is_refused() -> None:
    app = cdk.App()
    virginia = cdk.Environment(account=IRELAND.account, region="us-east-1")
    snapshot = DatabaseClusterSnapshot(
        cdk.Stack(app, "Graph", env=virginia), "Snapshot", cluster="graph"
    )
    cluster = neptune.CfnDBCluster(cdk.Stack(app, "Copy", env=IRELAND), "Restored")
    with pytest.raises(ValueError, match=r"Invalid snapshot .*is in region us-east-1 of account"):
        snapshot.restore_into(cluster)
