"""Stacks to try things in, and what they are synthesised to."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import assertions

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotProvider
from cdk_neptune_snapshot.permissions import NETWORK_ACTIONS
from neptune_snapshot_provider import contract
from support import intrinsics

Json = dict[str, Any]

EXPLICIT_STACK_TAGS = "@aws-cdk/core:explicitStackTags"
MINIMIZE_POLICIES = "@aws-cdk/aws-iam:minimizePolicies"

LONG_ID = "arn:aws-us-gov:cloudformation:us-gov-west-1:123456789012:stack/" + "S" * 128
PSEUDO = {
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "us-gov-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackId": f"{LONG_ID}/51af3dc0-da77-11e4-872e-1234567db123",
}
"""Realistic values, on the long side."""


def python(
    *arguments: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run another interpreter like this one and say how it ended."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def new_stack(**context: object) -> cdk.Stack:
    app = cdk.App(analytics_reporting=False, context=context)
    return cdk.Stack(app, "Stack")


def flagged_stack(flag: str, *, enabled: bool = True) -> cdk.Stack:
    return new_stack(**{flag: enabled})


def resources(stack: cdk.Stack) -> dict[str, Json]:
    """Synthesise; fails on dependency cycles too."""
    found: dict[str, Json] = assertions.Template.from_stack(stack).to_json()["Resources"]
    return found


def annotations(stack: cdk.Stack, level: str) -> list[str]:
    """Give what the app says of a stack: each ``error``, ``warning`` or ``info``."""
    found = assertions.Annotations.from_stack(stack)
    listed = getattr(found, f"find_{level}")("*", assertions.Match.any_value())
    return [str(one.entry.data) for one in listed]


def of_type(found: Mapping[str, Json], kind: str) -> list[Json]:
    return [resource for resource in found.values() if resource["Type"] == kind]


def wire(stack: cdk.Stack) -> Json:
    """Give the properties of the only snapshot in a stack, without CloudFormation's own."""
    (snapshot,) = of_type(resources(stack), contract.RESOURCE_TYPE)
    return {
        key: value
        for key, value in snapshot["Properties"].items()
        if key not in {"ServiceToken", "ServiceTimeout"}
    }


def tags_on_the_wire(stack: cdk.Stack) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in wire(stack).get("Tags", [])}


def rendered(value: Any) -> Any:  # noqa: ANN401 - any JSON goes in and comes out
    """Do what CloudFormation does with the functions that policies are made of."""
    return intrinsics.rendered(
        value,
        lambda name: PSEUDO.get(name, f"id-of-{name}"),
        lambda name, wanted: f"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:{name}:{wanted}",
    )


def statements(stack: cdk.Stack) -> list[Json]:
    """List all the provider may do, rendered, with actions and resources as lists."""
    found = resources(stack)
    policies = [*of_type(found, "AWS::IAM::Policy"), *of_type(found, "AWS::IAM::ManagedPolicy")]
    listed = []
    for policy in policies:
        for statement in rendered(policy["Properties"]["PolicyDocument"]["Statement"]):
            for key in ("Action", "Resource"):
                if isinstance(statement[key], str):
                    statement[key] = [statement[key]]
            listed.append(statement)
    return listed


def resources_for(stack: cdk.Stack, action: str) -> set[str]:
    """Name the resources, without the start of their ARNs, on which an action is allowed."""
    return {
        resource.removeprefix("arn:aws-us-gov:rds:us-gov-west-1:123456789012:")
        for statement in statements(stack)
        if statement["Effect"] == "Allow" and action in statement["Action"]
        for resource in statement["Resource"]
    }


def snapshot_in(stack: cdk.Stack, **options: Any) -> dict[str, Json]:  # noqa: ANN401 - of every type
    """Define a snapshot behind a provider with options; what is synthesised."""
    SnapshotProvider.get_or_create(stack, **options)
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    return resources(stack)


def only(found: Mapping[str, Json], kind: str) -> Json:
    (resource,) = of_type(found, kind)
    return resource


def network_of(stack: cdk.Stack) -> list[tuple[str, str]]:
    """List effect and resource of the statements about network interfaces."""
    return [
        (one["Effect"], *one["Resource"])
        for one in statements(stack)
        if set(one["Action"]) == set(NETWORK_ACTIONS)
    ]
