"""What cannot work is said while the app is synthesized."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_servicecatalog as servicecatalog

from cdk_neptune_snapshot import SnapshotTrigger
from construct.templates import annotations, new_stack, only, stack_with, take, topic

Policy = cdk.RemovalPolicy


def without_bootstrap(app: cdk.App) -> cdk.Stack:
    return cdk.Stack(app, "Stack", synthesizer=cdk.BootstraplessSynthesizer())


def nested_without_bootstrap(app: cdk.App) -> cdk.Stack:
    return cdk.NestedStack(without_bootstrap(app), "Nested")


def product(app: cdk.App) -> cdk.Stack:
    return servicecatalog.ProductStack(cdk.Stack(app, "Stack"), "Product")


@pytest.mark.parametrize("make", [without_bootstrap, nested_without_bootstrap, product])
def test_a_stack_that_cannot_publish_code_is_refused(make: Callable[[cdk.App], cdk.Stack]) -> None:
    with pytest.raises(ValueError, match=r"Invalid scope 'Stack.*': its synthesizer cannot pub"):
        take(make(cdk.App()))


def test_a_product_with_a_bucket_can_publish() -> None:
    stack = new_stack()
    bucket = s3.Bucket.from_bucket_name(stack, "Assets", "assets-of-products")
    one = servicecatalog.ProductStack(stack, "Product", asset_bucket=bucket)
    take(one)
    folder = cdk.App.of(stack).synth().directory  # type: ignore[union-attr]
    template = json.loads(Path(folder, one.template_file).read_text())
    function = only(template["Resources"], "AWS::Lambda::Function")
    assert function["Properties"]["Code"]["S3Bucket"] == "assets-of-products"


def test_another_error_stays_as_it_is() -> None:
    stack = new_stack()
    topic(stack, "NeptuneSnapshotProvider")
    with pytest.raises(RuntimeError, match="already a Construct with name"):
        take(stack)


@pytest.mark.parametrize(("policy", "count"), [(Policy.DESTROY, 1), (Policy.RETAIN, 0)])
def test_a_stack_set_that_deletes_is_warned_of(
    policy: cdk.RemovalPolicy, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package is no dependency; its class is known by the name of its module.
    monkeypatch.setitem(sys.modules, "cdk_stacksets", ModuleType("cdk_stacksets"))
    stack_of_set = type("StackSetStack", (cdk.Stack,), {"__module__": "cdk_stacksets"})
    stack = stack_of_set(cdk.App(), "Stack")
    take(stack, removal_policy=policy)
    assert sum("A StackSet deletes" in one for one in annotations(stack, "warning")) == count


@pytest.mark.parametrize(
    ("trigger", "count"),
    [(SnapshotTrigger.every_deployment(), 1), (SnapshotTrigger.on_value_changed("v2"), 0)],
    ids=["every deployment", "a value"],
)
def test_a_stage_is_told_what_every_deployment_means(trigger: SnapshotTrigger, count: int) -> None:
    stage = cdk.Stage(cdk.App(), "Production")
    take(cdk.Stack(stage, "Stack"), trigger=trigger)
    (artifact,) = stage.synth().stacks
    told = [str(one.entry.data) for one in artifact.messages if "INFO" in one.level.value]
    assert len(told) == count
    assert all("is the time of synthesis" in one for one in told)


def test_outside_a_stage_it_is_not_told() -> None:
    assert not annotations(stack_with(trigger=SnapshotTrigger.every_deployment()), "info")
