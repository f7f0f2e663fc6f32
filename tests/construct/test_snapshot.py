"""What a snapshot sends to its provider, what it offers, and what waits for what."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_neptune as neptune
from aws_cdk import aws_neptune_alpha as neptune_alpha

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotReference, SnapshotTrigger
from construct.templates import Json, new_stack, of_type, resources, wire
from neptune_snapshot_provider import contract

TYPE = contract.RESOURCE_TYPE

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


def only_snapshot(stack: cdk.Stack) -> Json:
    (snapshot,) = of_type(resources(stack), TYPE)
    return snapshot


def test_only_what_is_given_is_sent() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    assert wire(stack) == {"DBClusterIdentifier": "graph", "TimeoutSeconds": 3300}


def test_everything_given_is_sent() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster="My-Graph",
        trigger=SnapshotTrigger.on_value_changed("v7"),
        identifier_prefix="Nightly",
        timeout=cdk.Duration.minutes(30),
        tags={"team": "graph"},
    )
    assert wire(stack) == {
        "DBClusterIdentifier": "my-graph",
        "SnapshotIdentifierPrefix": "nightly",
        "Trigger": "v7",
        "Tags": [{"Key": "team", "Value": "graph"}],
        "TimeoutSeconds": 1800,
    }


def test_an_explicit_name_is_sent_in_lower_case() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", snapshot_identifier="Before-V2")
    assert wire(stack)["DBClusterSnapshotIdentifier"] == "before-v2"


def test_a_long_prefix_is_sent_shortened() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", identifier_prefix="p" * 63)
    assert wire(stack)["SnapshotIdentifierPrefix"] == "p" * contract.PREFIX_MAX


def test_an_explicit_name_goes_with_the_trigger_once() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster="graph",
        snapshot_identifier="name",
        trigger=SnapshotTrigger.once(),
    )
    assert "Trigger" not in wire(stack)


def test_cloudformation_waits_longer_than_the_provider() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot(
        stack, "Snapshot", cluster="graph", timeout=cdk.Duration.seconds(contract.TIMEOUT_MIN)
    )
    properties = only_snapshot(stack)["Properties"]
    assert int(properties["ServiceTimeout"]) == contract.TIMEOUT_MIN + contract.RESPONSE_MARGIN


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, "Retain"),
        (cdk.RemovalPolicy.RETAIN, "Retain"),
        (cdk.RemovalPolicy.DESTROY, "Delete"),
        (cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, "RetainExceptOnCreate"),
    ],
)
def test_the_snapshot_is_kept_unless_told_otherwise(
    policy: cdk.RemovalPolicy | None, expected: str
) -> None:
    stack = new_stack()
    if policy is None:
        DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    else:
        DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", removal_policy=policy)
    assert only_snapshot(stack)["DeletionPolicy"] == expected


def test_every_field_of_the_api_is_an_attribute() -> None:
    fields = {*ATTRIBUTES.values(), "DBClusterSnapshotIdentifier", "AvailabilityZones"}
    assert fields == set(contract.SNAPSHOT_FIELDS)


def test_attributes_are_tokens_of_the_right_type() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    (logical_id,) = (name for name, found in resources(stack).items() if found["Type"] == TYPE)
    for name, field in ATTRIBUTES.items():
        value = getattr(snapshot, name)
        number = name in {"allocated_storage", "port", "percent_progress"}
        assert isinstance(value, float if number else str), name
        assert stack.resolve(value) == {"Fn::GetAtt": [logical_id, field]}
    assert stack.resolve(snapshot.snapshot_identifier) == {"Ref": logical_id}
    assert stack.resolve(snapshot.availability_zones) == {
        "Fn::Split": [",", {"Fn::GetAtt": [logical_id, "AvailabilityZones"]}]
    }


def test_another_construct_waits_for_the_snapshot() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    migrations = [cdk.CfnResource(stack, f"M{i}", type="AWS::SNS::Topic") for i in range(2)]
    snapshot.before(*migrations)
    found = resources(stack)
    (logical_id,) = (name for name, resource in found.items() if resource["Type"] == TYPE)
    for migration in of_type(found, "AWS::SNS::Topic"):
        assert migration["DependsOn"] == [logical_id]


def test_the_cluster_itself_waits_when_it_is_named_by_text() -> None:
    """By reference the two would wait for each other."""
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster", db_cluster_identifier="graph")
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph").before(cluster)
    assert "DependsOn" in resources(stack)["Cluster"]


def test_a_cluster_restored_from_a_snapshot_is_snapshotted_by_its_name() -> None:
    """By reference the provider's rights, and with them the first snapshot, would wait for it."""
    stack = new_stack()
    first = DatabaseClusterSnapshot(stack, "First", cluster="graph")
    restored = neptune.CfnDBCluster(
        stack,
        "Restored",
        db_cluster_identifier="restored",
        snapshot_identifier=first.snapshot_arn,
    )
    DatabaseClusterSnapshot(stack, "Second", cluster="restored").node.add_dependency(restored)
    assert len(of_type(resources(stack), TYPE)) == 2


def test_an_l1_cluster_is_taken_by_reference() -> None:
    stack = new_stack()
    cluster = neptune.CfnDBCluster(stack, "Cluster")
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster)
    assert wire(stack)["DBClusterIdentifier"] == {"Ref": "Cluster"}


def test_an_imported_l2_cluster_is_taken_by_its_identifier() -> None:
    stack = new_stack()
    cluster = neptune_alpha.DatabaseCluster.from_database_cluster_attributes(
        stack,
        "Cluster",
        cluster_identifier="My-Graph",
        cluster_resource_identifier="cluster-1",
        cluster_endpoint_address="writer",
        reader_endpoint_address="reader",
        port=8182,
        security_group=cdk.aws_ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1"),
    )
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster)
    assert wire(stack)["DBClusterIdentifier"] == "my-graph"


def test_an_l2_cluster_is_taken_by_reference() -> None:
    stack = new_stack()
    cluster = neptune_alpha.DatabaseCluster(
        stack,
        "Cluster",
        vpc=cdk.aws_ec2.Vpc(stack, "Vpc"),
        instance_type=neptune_alpha.InstanceType.R5_LARGE,
    )
    DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster)
    identifier = wire(stack)["DBClusterIdentifier"]
    assert identifier["Ref"].startswith("Cluster")


def test_a_cluster_of_another_stack_is_taken() -> None:
    app = cdk.App()
    cluster = neptune.CfnDBCluster(cdk.Stack(app, "Producer"), "Cluster")
    consumer = cdk.Stack(app, "Consumer")
    DatabaseClusterSnapshot(consumer, "Snapshot", cluster=cluster)
    assert "Producer:ExportsOutputRefCluster" in str(wire(consumer)["DBClusterIdentifier"])


def test_a_snapshot_is_imported_by_identifier() -> None:
    stack = new_stack()
    snapshot: SnapshotReference = DatabaseClusterSnapshot.from_snapshot_identifier(
        stack, "Snapshot", "rds:my-graph-2026-01-01-00-00"
    )
    assert snapshot.snapshot_identifier == "rds:my-graph-2026-01-01-00-00"
    assert stack.resolve(snapshot.snapshot_arn)["Fn::Join"][1][-1] == (
        ":cluster-snapshot:rds:my-graph-2026-01-01-00-00"
    )


@pytest.mark.parametrize("name", ["before-v2", "rds:my-graph-2026-01-01-00-00"])
def test_a_snapshot_is_imported_by_arn(name: str) -> None:
    arn = f"arn:aws-cn:rds:cn-north-1:123456789012:cluster-snapshot:{name}"
    snapshot = DatabaseClusterSnapshot.from_snapshot_arn(new_stack(), "Snapshot", arn)
    assert (snapshot.snapshot_identifier, snapshot.snapshot_arn) == (name, arn)


def test_a_snapshot_is_imported_by_an_arn_known_when_deployed() -> None:
    stack = new_stack()
    parameter = cdk.CfnParameter(stack, "Arn")
    snapshot = DatabaseClusterSnapshot.from_snapshot_arn(
        stack, "Snapshot", parameter.value_as_string
    )
    assert stack.resolve(snapshot.snapshot_identifier) == {
        "Fn::Select": [1, {"Fn::Split": [":cluster-snapshot:", {"Ref": "Arn"}]}]
    }


def test_importing_makes_no_resource() -> None:
    stack = new_stack()
    DatabaseClusterSnapshot.from_snapshot_identifier(stack, "Snapshot", "before-v2")
    assert "Resources" not in cdk.assertions.Template.from_stack(stack).to_json()
