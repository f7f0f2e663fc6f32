"""The way back is written down with the snapshot."""

import shlex
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider.contract import OwnerTag, identifier_problem
from neptune_snapshot_provider.core.restore import recipe, restore_command

CLUSTER: dict[str, Any] = {
    "DBClusterIdentifier": "my-graph",
    "EngineVersion": "1.4.1.0",
    "DBSubnetGroup": "graph-subnets",
    "VpcSecurityGroups": [
        {"VpcSecurityGroupId": "sg-1", "Status": "active"},
        {"VpcSecurityGroupId": "sg-2", "Status": "active"},
    ],
    "DBClusterParameterGroup": "graph-parameters",
    "Port": 8182,
    "IAMDatabaseAuthenticationEnabled": True,
    "DeletionProtection": True,
    "CopyTagsToSnapshot": False,
    "StorageType": "iopt1",
    "EnabledCloudwatchLogsExports": ["audit"],
    "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
    "AssociatedRoles": [{"RoleArn": "arn:aws:iam::123456789012:role/loader"}],
}


def test_the_command_has_all_that_a_snapshot_does_not_hold() -> None:
    command = restore_command("before", "my-graph", recipe(CLUSTER))
    assert command == (
        "aws neptune restore-db-cluster-from-snapshot "
        "--db-cluster-identifier my-graph-restored --snapshot-identifier before --engine neptune "
        "--engine-version 1.4.1.0 --db-subnet-group-name graph-subnets "
        "--vpc-security-group-ids sg-1 sg-2 "
        "--db-cluster-parameter-group-name graph-parameters --port 8182 "
        "--kms-key-id arn:aws:kms:eu-west-1:123456789012:key/0a1b --storage-type iopt1 "
        "--enable-cloudwatch-logs-exports audit --enable-iam-database-authentication "
        "--deletion-protection && "
        "aws neptune add-role-to-db-cluster --db-cluster-identifier my-graph-restored "
        "--role-arn arn:aws:iam::123456789012:role/loader"
    )


def test_a_command_can_be_made_of_no_settings() -> None:
    assert restore_command("s", "my-graph", {}).endswith("--snapshot-identifier s --engine neptune")


def test_what_a_shell_would_read_is_quoted() -> None:
    tags = recipe({"DBSubnetGroup": "my group"})
    words = shlex.split(restore_command("s", "c", tags))
    assert words[-2:] == ["--db-subnet-group-name", "my group"]


def test_a_serverless_cluster_gets_its_capacity_back() -> None:
    scaling = {"MinCapacity": 1.0, "MaxCapacity": 8.0}
    tags = recipe({"ServerlessV2ScalingConfiguration": scaling})
    command = restore_command("s", "c", tags)
    assert command.endswith("--serverless-v2-scaling-configuration MinCapacity=1.0,MaxCapacity=8.0")


def test_what_no_tag_can_hold_is_left_out() -> None:
    roles = [{"RoleArn": "arn:aws:iam::123456789012:role/a@b"}]
    tags = recipe({"Port": 8182, "AssociatedRoles": roles})
    assert tags == {OwnerTag.RESTORE[0]: "port=8182"}


def test_a_long_list_is_spread_over_three_tags_and_the_least_important_goes() -> None:
    roles = [{"RoleArn": f"arn:aws:iam::123456789012:role/{'r' * 40}{n}"} for n in range(3)]
    groups = [{"VpcSecurityGroupId": f"sg-{n:017x}"} for n in range(11)]
    cluster = {**CLUSTER, "VpcSecurityGroups": groups, "AssociatedRoles": roles}
    tags = recipe(cluster)
    assert set(tags) <= set(OwnerTag.RESTORE)
    assert all(len(value) <= 256 for value in tags.values())
    assert restore_command("s", "c", tags).count("sg-") == 11


@given(st.dictionaries(st.sampled_from(sorted(CLUSTER)), st.none() | st.text() | st.integers()))
def test_no_record_breaks_it(cluster: dict[str, object]) -> None:
    tags = recipe(cluster)
    assert all(len(value) <= 256 for value in tags.values())
    shlex.split(restore_command("s", "my-graph", tags))


def test_the_new_clusters_name_obeys_the_rules() -> None:
    for cluster in ("a" * 63, "a" * 53 + "-" + "b" * 9, "my-graph"):
        command = restore_command("s", cluster, {})
        name = command.split("--db-cluster-identifier ")[1].split()[0]
        assert identifier_problem(name) is None
