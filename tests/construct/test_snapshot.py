"""What a snapshot sends to its provider, and what it offers."""

from typing import Any

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotReference, SnapshotTrigger
from construct.templates import links, new_stack, resources, take, wire
from neptune_snapshot_provider import contract

ATTRIBUTES = {
    "snapshot_arn": "DBClusterSnapshotArn",
    "cluster_identifier": "DBClusterIdentifier",
    "snapshot_create_time": "SnapshotCreateTime",
    "cluster_create_time": "ClusterCreateTime",
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "allocated_storage": "AllocatedStorage",
    "status": "Status",
    "port": "Port",
    "vpc_id": "VpcId",
    "master_username": "MasterUsername",
    "license_model": "LicenseModel",
    "snapshot_type": "SnapshotType",
    "percent_progress": "PercentProgress",
    "storage_encrypted": "StorageEncrypted",
    "kms_key_id": "KmsKeyId",
    "source_snapshot_arn": "SourceDBClusterSnapshotArn",
    "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
    "storage_type": "StorageType",
}
LEAST = {"DBClusterIdentifier": "graph", "TimeoutSeconds": 3300}
TEXT, NUMBER = cdk.Fn.ref("Text"), cdk.Token.as_number(cdk.Fn.ref("Number"))


@pytest.mark.parametrize(
    ("properties", "sent"),
    [
        ({}, LEAST),
        (
            {
                "cluster": "My-Graph",
                "trigger": SnapshotTrigger.on_value_changed("v7"),
                "identifier_prefix": "Nightly",
                "timeout": cdk.Duration.minutes(30),
                "tags": {"team": "graph"},
            },
            {
                "DBClusterIdentifier": "my-graph",
                "SnapshotIdentifierPrefix": "nightly",
                "Trigger": "v7",
                "Tags": [{"Key": "team", "Value": "graph"}],
                "TimeoutSeconds": 1800,
            },
        ),
        (
            {"snapshot_identifier": "Before-V2", "trigger": SnapshotTrigger.once()},
            {**LEAST, "DBClusterSnapshotIdentifier": "before-v2"},
        ),
        (
            {"identifier_prefix": "p" * 63},
            {**LEAST, "SnapshotIdentifierPrefix": "p" * contract.PREFIX_MAX},
        ),
        (
            {
                "cluster": TEXT,
                "identifier_prefix": f"{TEXT}--",
                "timeout": cdk.Duration.seconds(NUMBER),
                "tags": {"team": TEXT},
                "keep_last": NUMBER,
                "reuse_younger_than": cdk.Duration.seconds(NUMBER),
            },
            {
                "DBClusterIdentifier": {"Ref": "Text"},
                "SnapshotIdentifierPrefix": {"Fn::Join": ["", [{"Ref": "Text"}, "--"]]},
                "Tags": [{"Key": "team", "Value": {"Ref": "Text"}}],
                "TimeoutSeconds": {"Ref": "Number"},
                "KeepLast": {"Ref": "Number"},
                "ReuseYoungerThanSeconds": {"Ref": "Number"},
            },
        ),
        (
            {"snapshot_identifier": TEXT},
            {**LEAST, "DBClusterSnapshotIdentifier": {"Ref": "Text"}},
        ),
    ],
    ids=["nothing", "everything", "a name", "a long prefix", "tokens", "a name by token"],
)
def test_what_is_given_is_sent(properties: dict[str, Any], sent: dict[str, Any]) -> None:
    stack = new_stack()
    cdk.CfnParameter(stack, "Text")
    cdk.CfnParameter(stack, "Number", type="Number")
    take(stack, **properties)
    assert wire(stack) == sent


def test_every_field_of_the_api_is_an_attribute() -> None:
    fields = {*ATTRIBUTES.values(), "DBClusterSnapshotIdentifier", "AvailabilityZones"}
    assert fields == set(contract.SNAPSHOT_FIELDS)


def test_attributes_are_tokens_of_the_right_type() -> None:
    stack = new_stack()
    snapshot = take(stack)
    (logical_id,) = links(resources(stack))
    for name, field in ATTRIBUTES.items():
        value = getattr(snapshot, name)
        number = name in {"allocated_storage", "port", "percent_progress"}
        assert isinstance(value, float if number else str), name
        assert stack.resolve(value) == {"Fn::GetAtt": [logical_id, field]}
    assert stack.resolve(snapshot.snapshot_identifier) == {"Ref": logical_id}
    assert stack.resolve(snapshot.availability_zones) == {
        "Fn::Split": [",", {"Fn::GetAtt": [logical_id, "AvailabilityZones"]}]
    }


def test_a_snapshot_is_imported_by_identifier() -> None:
    stack = new_stack()
    name = "rds:my-graph-2026-01-01-00-00"
    snapshot: SnapshotReference = DatabaseClusterSnapshot.from_snapshot_identifier(
        stack, "Snapshot", name
    )
    assert snapshot.snapshot_identifier == name
    *_, end = stack.resolve(snapshot.snapshot_arn)["Fn::Join"][1]
    assert end == f":cluster-snapshot:{name}"
    # It makes no resource.
    assert "Resources" not in cdk.assertions.Template.from_stack(stack).to_json()


@pytest.mark.parametrize("name", ["before-v2", "rds:my-graph-2026-01-01-00-00"])
def test_a_snapshot_is_imported_by_arn(name: str) -> None:
    arn = f"arn:aws-cn:rds:cn-north-1:123456789012:cluster-snapshot:{name}"
    snapshot = DatabaseClusterSnapshot.from_snapshot_arn(new_stack(), "Snapshot", arn)
    assert (snapshot.snapshot_identifier, snapshot.snapshot_arn) == (name, arn)


def test_a_snapshot_is_imported_by_an_arn_known_when_deployed() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot.from_snapshot_arn(stack, "Snapshot", TEXT)
    assert stack.resolve(snapshot.snapshot_identifier) == {
        "Fn::Select": [1, {"Fn::Split": [":cluster-snapshot:", {"Ref": "Text"}]}]
    }
