"""Stacks to try things in, and the templates that they are synthesized to."""

import re
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha
from constructs import Construct

import cdk_neptune_snapshot
from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotProvider
from cdk_neptune_snapshot.permissions import NETWORK_ACTIONS
from neptune_snapshot_provider import contract
from support import intrinsics

Json = dict[str, Any]

TWO_HOURS = cdk.Duration.hours(2)
"""A time limit for which a snapshot is a chain of three resources."""

LONG_ID = "arn:aws-us-gov:cloudformation:us-gov-west-1:123456789012:stack/" + "S" * 128
PSEUDO = {
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "us-gov-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackId": f"{LONG_ID}/51af3dc0-da77-11e4-872e-1234567db123",
}
"""Realistic values, on the long side."""


def new_stack(**context: object) -> cdk.Stack:
    return cdk.Stack(cdk.App(analytics_reporting=False, context=context), "Stack")


def take(
    scope: Construct,
    name: str = "Snapshot",
    **properties: Any,  # noqa: ANN401 - properties of every type
) -> DatabaseClusterSnapshot:
    """Define a snapshot of a cluster ``graph``, or of another one."""
    return DatabaseClusterSnapshot(scope, name, **{"cluster": "graph", **properties})


def stack_with(**properties: Any) -> cdk.Stack:  # noqa: ANN401 - likewise
    """Define a stack with one snapshot."""
    stack = new_stack()
    take(stack, **properties)
    return stack


def topic(scope: Construct, name: str = "Topic") -> cdk.CfnResource:
    """Define a resource that may wait, or be waited for."""
    return cdk.CfnResource(scope, name, type="AWS::SNS::Topic")


def l2_cluster(
    scope: Construct,
    name: str = "Cluster",
    **properties: Any,  # noqa: ANN401 - likewise
) -> neptune_alpha.DatabaseCluster:
    small = neptune_alpha.InstanceType.R5_LARGE
    vpc = ec2.Vpc(scope, f"{name}Vpc")
    return neptune_alpha.DatabaseCluster(scope, name, vpc=vpc, instance_type=small, **properties)


def imported_cluster(
    scope: Construct, identifier: str = "My-Graph"
) -> neptune_alpha.IDatabaseCluster:
    return neptune_alpha.DatabaseCluster.from_database_cluster_attributes(
        scope,
        "Imported",
        cluster_identifier=identifier,
        cluster_resource_identifier="cluster-1",
        cluster_endpoint_address="writer.example.com",
        reader_endpoint_address="reader.example.com",
        port=8182,
        security_group=ec2.SecurityGroup.from_security_group_id(scope, "Group", "sg-1"),
    )


def run(code: str) -> cdk.Stack:
    """Run code as a reader would in an app; a whole app brings a stack of its own."""
    stack = new_stack()
    public = {name: getattr(cdk_neptune_snapshot, name) for name in cdk_neptune_snapshot.__all__}
    names: Json = {"cdk": cdk, "lambda_": lambda_, "neptune": neptune, "stack": stack, **public}
    if re.search(r"\bmigration\b", code):
        names["migration"] = cdk.CfnResource(stack, "Migration", type="Custom::Migration")
    exec(code, names)  # noqa: S102 - the project's own documents
    used = names["stack"]
    assert isinstance(used, cdk.Stack)
    return used


def resources(stack: cdk.Stack) -> dict[str, Json]:
    """Synthesize; fails on dependency cycles too."""
    found: dict[str, Json] = assertions.Template.from_stack(stack).to_json()["Resources"]
    return found


def annotations(stack: cdk.Stack, level: str) -> list[str]:
    """Give the messages of a stack: each ``error``, ``warning`` or ``info``."""
    found = assertions.Annotations.from_stack(stack)
    listed = getattr(found, f"find_{level}")("*", assertions.Match.any_value())
    return [str(one.entry.data) for one in listed]


def of_type(found: Mapping[str, Json], *kinds: str) -> list[Json]:
    return [resource for resource in found.values() if resource["Type"] in kinds]


def only(found: Mapping[str, Json], kind: str) -> Json:
    (resource,) = of_type(found, kind)
    return resource


def ids(found: Mapping[str, Json], *kinds: str) -> list[str]:
    return [name for name, resource in found.items() if resource["Type"] in kinds]


def links(found: Mapping[str, Json]) -> list[str]:
    """List the ids of the resources that wait for a snapshot; the last sees it available."""
    return ids(found, contract.RESOURCE_TYPE, contract.WAIT_RESOURCE_TYPE)


def wire(stack: cdk.Stack) -> Json:
    """Give the properties of the only snapshot in a stack, without CloudFormation's own."""
    properties = only(resources(stack), contract.RESOURCE_TYPE)["Properties"]
    return {k: v for k, v in properties.items() if k not in {"ServiceToken", "ServiceTimeout"}}


def rendered(value: Any) -> Any:  # noqa: ANN401 - any JSON goes in and comes out
    """Do what CloudFormation does with the functions that policies are made of."""
    return intrinsics.rendered(
        value,
        lambda name: PSEUDO.get(name, f"id-of-{name}"),
        lambda name, wanted: f"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:{name}:{wanted}",
    )


def statements(stack: cdk.Stack) -> list[Json]:
    """List all the provider may do, rendered, with actions and resources as lists."""
    listed = []
    for policy in of_type(resources(stack), "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for statement in rendered(policy["Properties"]["PolicyDocument"]["Statement"]):
            for key in ("Action", "Resource"):
                if isinstance(statement[key], str):
                    statement[key] = [statement[key]]
            listed.append(statement)
    return listed


def actions(stack: cdk.Stack) -> set[str]:
    return {action for statement in statements(stack) for action in statement["Action"]}


def with_action(allowed: list[Json], action: str) -> list[Json]:
    return [statement for statement in allowed if action in statement["Action"]]


def resources_for(stack: cdk.Stack, action: str) -> set[str]:
    """Name the resources, without the start of their ARNs, on which an action is allowed."""
    return {
        resource.removeprefix("arn:aws-us-gov:rds:us-gov-west-1:123456789012:")
        for statement in with_action(statements(stack), action)
        if statement["Effect"] == "Allow"
        for resource in statement["Resource"]
    }


def provider_in(stack: cdk.Stack, **options: Any) -> dict[str, Json]:  # noqa: ANN401 - likewise
    """Synthesize a snapshot behind a provider with options."""
    SnapshotProvider.get_or_create(stack, **options)
    take(stack)
    return resources(stack)


def network_of(stack: cdk.Stack) -> list[tuple[str, str]]:
    """List effect and resource of the statements about network interfaces."""
    return [
        (one["Effect"], *one["Resource"])
        for one in statements(stack)
        if set(one["Action"]) == set(NETWORK_ACTIONS)
    ]
