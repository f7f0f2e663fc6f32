"""The page for companies: what each of its rules does to the template."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from cdk_neptune_snapshot import SnapshotProvider
from cdk_neptune_snapshot.permissions import NETWORK_ACTIONS
from construct.templates import (
    Json,
    actions,
    annotations,
    ids,
    new_stack,
    of_type,
    only,
    rendered,
    resources,
    run,
    stack_with,
    take,
)
from security.authorisations import KNOWN
from support.documents import DOCS, blocks

PAGE = DOCS / "company.md"


def chapter(title: str) -> str:
    """Give the chapter of the page under a title."""
    return PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]


def applied(mark: str) -> cdk.Stack:
    """Run the only snippet that contains a text."""
    (code,) = [code for code in blocks(PAGE, "python") if mark in code]
    return run(code)


def test_the_boundary() -> None:
    role = only(resources(applied("PermissionsBoundary")), "AWS::IAM::Role")
    assert "policy/company-boundary" in str(role["Properties"]["PermissionsBoundary"])


def test_the_page_lists_every_action() -> None:
    ordinary, network = (set(json.loads(block)) for block in blocks(PAGE, "json"))
    assert actions(stack_with()) == ordinary
    assert set(NETWORK_ACTIONS) == network
    everything = new_stack()
    SnapshotProvider.get_or_create(everything, vpc=ec2.Vpc(everything, "Vpc"))
    take(everything, keep_last=1, last_good_parameter="/graph")
    further = actions(everything) - ordinary - network
    assert {action for action in further if f"`{action}`" in PAGE.read_text()} == further


def test_the_own_role() -> None:
    found = resources(applied("from_role_arn"))
    function = only(found, "AWS::Lambda::Function")
    assert function["Properties"]["Role"].endswith(":role/neptune-snapshots")
    policies = of_type(found, "AWS::IAM::Policy")
    assert [one["Properties"]["Roles"] for one in policies] == [["neptune-snapshots"]] * 2


def test_the_page_lists_an_endpoint_for_every_service_that_is_called() -> None:
    services = {operation.partition(":")[0] for operation in KNOWN}
    # Neptune's API has RDS's endpoint; responses go to S3.
    services = services - {"neptune"} | {"rds", "s3"}
    listed = chapter("VPC and its endpoints")
    assert {name for name in services if f"`com.amazonaws.<region>.{name}`" in listed} == services
    found = resources(applied("add_gateway_endpoint"))
    endpoints = [
        str(one["Properties"]["ServiceName"]) for one in of_type(found, "AWS::EC2::VPCEndpoint")
    ]
    assert len(endpoints) == len(services)
    for name in services:
        assert [one for one in endpoints if f".{name}'" in one], name
    # A request waits for the endpoints.
    waits = only(found, "AWS::Lambda::Function")["DependsOn"]
    assert set(ids(found, "AWS::EC2::VPCEndpoint")) <= set(waits)


def test_the_log_group_and_the_keys() -> None:
    found = resources(applied("encryption_key=key"))
    group = only(found, "AWS::Logs::LogGroup")["Properties"]
    assert group["RetentionInDays"] == 365
    assert group["KmsKeyId"] == only(found, "AWS::Lambda::Function")["Properties"]["KmsKeyArn"]
    assert "logs." in str(only(found, "AWS::KMS::Key")["Properties"]["KeyPolicy"])


def test_the_names() -> None:
    found = resources(applied("NamePrefix"))
    names = {
        "AWS::Lambda::Function": "FunctionName",
        "AWS::IAM::Role": "RoleName",
        "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
        "AWS::Logs::LogGroup": "LogGroupName",
    }
    for kind, key in names.items():
        assert only(found, kind)["Properties"][key] == "acme-Stack-neptune-snapshots"
    # All else refers to them by `Ref` and `GetAtt`.
    assert "Fn::GetAtt" in only(found, "AWS::Lambda::Permission")["Properties"]["FunctionName"]
    assert sum("'acme-" in str(one) for one in found.values()) == 5
    snapshot = only(found, "Custom::NeptuneClusterSnapshot")["Properties"]
    assert snapshot["SnapshotIdentifierPrefix"] == "acme-my-graph"


def test_no_policy_is_inline() -> None:
    found = resources(applied("NoInlinePolicies"))
    assert not of_type(found, "AWS::IAM::Policy")
    policies = of_type(found, "AWS::IAM::ManagedPolicy")
    assert len(policies) == 2
    for policy in policies:
        # All that a managed policy may have, with its roles.
        allowed = {"PolicyDocument", "Roles", "Description", "Path"}
        assert {"PolicyDocument", "Roles"} <= policy["Properties"].keys() <= allowed


@pytest.mark.parametrize(
    ("clusters", "limit", "kind"), [(30, 10_240, "imported"), (15, 6_144, "managed")]
)
def test_as_many_clusters_as_the_page_says_fit(clusters: int, limit: int, kind: str) -> None:
    """Names are as long as names of clusters usually are."""
    stack = new_stack()
    if kind == "imported":
        role = cdk.aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::111122223333:role/r")
        SnapshotProvider.get_or_create(stack, role=role)
    for number in range(clusters):
        take(stack, f"S{number}", cluster=f"production-graph-{number:03}")
    assert size(resources(stack)) < limit
    assert f"about {clusters}\n" in PAGE.read_text() or f"about {clusters} " in PAGE.read_text()


def size(found: dict[str, Json]) -> int:
    documents = [one["Properties"]["PolicyDocument"] for one in of_type(found, "AWS::IAM::Policy")]
    return sum(len(json.dumps(rendered(one), separators=(",", ":"))) for one in documents)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("reserved_concurrent_executions=", {"ReservedConcurrentExecutions": 10}),
        ("X86_64", {"Runtime": "python3.12", "Architectures": ["x86_64"]}),
    ],
)
def test_the_options_of_the_function(mark: str, expected: Json) -> None:
    properties = only(resources(applied(mark)), "AWS::Lambda::Function")["Properties"]
    assert expected.items() <= properties.items()


def test_what_is_tagged_and_what_is_not() -> None:
    found = resources(applied("Tags.of(stack)"))
    tagged = {
        one["Type"] for one in found.values() if "Owner" in str(one["Properties"].get("Tags"))
    }
    untagged = {one["Type"] for one in found.values()} - tagged
    assert untagged == {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::Lambda::Permission"}


def test_a_prefix_restricts_the_names() -> None:
    assert not annotations(applied("nightly-graph"), "warning")
