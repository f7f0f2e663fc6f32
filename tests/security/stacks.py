"""Stacks with snapshots as CloudFormation would deploy them: the role's policies, and events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import aws_cdk as cdk
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_neptune as neptune

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotProvider, SnapshotTrigger
from neptune_snapshot_provider import contract
from security.iam import ACCOUNT, PRINCIPAL_ROLE, REGION, Policy, arn
from support import intrinsics

FUNCTION = "Provider"
LOG_GROUP = "ProviderLogs"
CLUSTER = "my-graph"
STACK_ID = arn("cloudformation", "stack/Graph/51af3dc0-da77-11e4-872e-1234567db123")
OUTER_STACK_ID = arn("cloudformation", "stack/Outer/99999999-da77-11e4-872e-1234567db123")


@dataclass(frozen=True)
class Deployed:
    """What CloudFormation makes of a stack: what its function may do, and what it is asked."""

    policies: tuple[Policy, ...]
    snapshot: dict[str, Any]
    wait: dict[str, Any] | None


def literal(stack: cdk.Stack) -> None:
    """The app's own: everything by default, and the cluster by its name."""
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="My-Graph")


def destroyed(stack: cdk.Stack) -> None:
    DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster="my-graph",
        trigger=SnapshotTrigger.on_value_changed("v1"),
        removal_policy=cdk.RemovalPolicy.DESTROY,
        tags={"team": "graph"},
    )


def prefixed(stack: cdk.Stack) -> None:
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="my-graph", identifier_prefix="Nightly")


def named(stack: cdk.Stack) -> None:
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="my-graph", snapshot_identifier="Before-V2")


def of_token(stack: cdk.Stack) -> None:
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=neptune.CfnDBCluster(stack, "Cluster"))


def nested(stack: cdk.Stack) -> None:
    literal(cdk.NestedStack(stack, "Nested"))


def chained(stack: cdk.Stack) -> None:
    hours = cdk.Duration.hours(3)
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="my-graph", timeout=hours)


def habitual(stack: cdk.Stack) -> None:
    DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster="my-graph",
        trigger=SnapshotTrigger.on_value_changed("v1"),
        keep_last=1,
        last_good_parameter="/graph/last-good",
    )


def networked(stack: cdk.Stack) -> None:
    """In a VPC, with a role that exists already."""
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
    )
    role = iam.Role.from_role_arn(stack, "Role", f"arn:aws:iam::{ACCOUNT}:role/{PRINCIPAL_ROLE}")
    SnapshotProvider.get_or_create(stack, vpc=vpc, role=role)
    literal(stack)


ALL: Mapping[str, Callable[[cdk.Stack], None]] = {
    "literal": literal,
    "destroyed": destroyed,
    "prefixed": prefixed,
    "named": named,
    "token": of_token,
    "nested": nested,
    "chained": chained,
    "habitual": habitual,
    "networked": networked,
}


@cache
def deployed(name: str) -> Deployed:
    """Synthesise one of the stacks and put in what CloudFormation would."""
    stack = cdk.Stack(cdk.App(analytics_reporting=False), "Stack")
    ALL[name](stack)
    inner = [child for child in stack.node.children if isinstance(child, cdk.NestedStack)]
    template = assertions.Template.from_stack(inner[0] if inner else stack).to_json()
    resources = template["Resources"]
    found = {kind: _of_type(resources, kind) for kind in _INTERESTING}
    policies = [*found["AWS::IAM::Policy"], *found["AWS::IAM::ManagedPolicy"]]
    (snapshot,) = found[contract.RESOURCE_TYPE]
    waits = found[contract.WAIT_RESOURCE_TYPE]
    return Deployed(
        policies=tuple(_rendered(each["PolicyDocument"], resources) for each in policies),
        snapshot=_on_the_wire(_rendered(snapshot, resources)),
        wait=_on_the_wire(_rendered(waits[-1], resources)) if waits else None,
    )


_INTERESTING = (
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    contract.RESOURCE_TYPE,
    contract.WAIT_RESOURCE_TYPE,
)
_REFS = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackId": STACK_ID,
    "Cluster": CLUSTER,
}
_ARNS = {
    "AWS::Lambda::Function": arn("lambda", f"function:{FUNCTION}"),
    "AWS::Logs::LogGroup": arn("logs", f"log-group:{LOG_GROUP}:*"),
}


def _of_type(resources: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def _rendered(value: Any, resources: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    return intrinsics.rendered(
        value,
        # A nested stack gets the id of the stack around it as a parameter.
        lambda name: _REFS.get(name, OUTER_STACK_ID if name.startswith("reference") else name),
        lambda name, _: _ARNS[resources[name]["Type"]],
    )


def _on_the_wire(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """CloudFormation sends every value as a string."""
    match value:
        case dict():
            return {key: _on_the_wire(item) for key, item in value.items()}
        case list():
            return [_on_the_wire(item) for item in value]
        case bool():
            return str(value).lower()
    return str(value)
