"""The settings that a snapshot does not hold are stored in its tags and rendered as a command."""

import shlex
from dataclasses import fields, replace
from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import example, given
from hypothesis import strategies as st

from neptune_snapshot_provider.contract import RESTORE_TAGS
from neptune_snapshot_provider.core.restore import RestoreSettings, command, settings_tags
from neptune_snapshot_provider.name_rules import identifier_problem, tag_problem

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
    "NetworkType": "DUAL",
    "IAMDatabaseAuthenticationEnabled": True,
    "DeletionProtection": True,
    "CopyTagsToSnapshot": True,
    "ServerlessV2ScalingConfiguration": {"MinCapacity": 1.0, "MaxCapacity": 8.0},
    "StorageType": "iopt1",
    "EnabledCloudwatchLogsExports": ["audit", "slowquery"],
    "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
    "AssociatedRoles": [{"RoleArn": "arn:aws:iam::123456789012:role/loader", "Status": "ACTIVE"}],
}
ROLE = "arn:aws:iam::123456789012:role/"
NOT_SETTINGS = {
    *("DBClusterIdentifier", "SnapshotIdentifier", "Engine"),
    "AvailabilityZones",  # follow from the subnet group
    *("DatabaseName", "OptionGroupName"),  # Neptune's API reference says "Not supported"
    "Tags",  # not in the record
}


def with_roles(*names: str) -> dict[str, Any]:
    return {**CLUSTER, "AssociatedRoles": [{"RoleArn": ROLE + name} for name in names]}


def rendered(cluster: dict[str, Any]) -> str:
    return command("before", "my-graph", settings_tags(cluster))


def words_of(text: str) -> list[str]:
    return shlex.split(text)


def test_the_command_has_every_setting_that_a_snapshot_does_not_hold() -> None:
    assert rendered(CLUSTER) == (
        "aws neptune restore-db-cluster-from-snapshot "
        "--db-cluster-identifier my-graph-restored --snapshot-identifier before --engine neptune "
        "--engine-version 1.4.1.0 --db-subnet-group-name graph-subnets "
        "--vpc-security-group-ids sg-1 sg-2 "
        "--db-cluster-parameter-group-name graph-parameters --port 8182 --network-type DUAL "
        "--enable-iam-database-authentication --deletion-protection "
        "--serverless-v2-scaling-configuration MinCapacity=1.0,MaxCapacity=8.0 "
        "--copy-tags-to-snapshot --storage-type iopt1 "
        "--enable-cloudwatch-logs-exports audit slowquery "
        "--kms-key-id arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f "
        "&& aws rds wait db-cluster-available --db-cluster-identifier my-graph-restored "
        "&& aws neptune add-role-to-db-cluster --db-cluster-identifier my-graph-restored "
        "--role-arn arn:aws:iam::123456789012:role/loader"
    )


def test_the_command_uses_every_option_that_a_clusters_record_can_fill() -> None:
    model = get_session().get_service_model("neptune")
    operation = model.operation_model("RestoreDBClusterFromSnapshot")
    offered = set(operation.input_shape.members) if operation.input_shape else set[str]()
    used = {word for word in words_of(rendered(CLUSTER)) if word.startswith("--")}
    left_over = offered - NOT_SETTINGS
    options = {one.metadata["option"] for one in fields(RestoreSettings) if one.metadata["option"]}
    assert len(left_over) == len(options)
    assert options <= used


def test_the_record_has_each_key_that_a_setting_is_read_from() -> None:
    record = get_session().get_service_model("neptune").shape_for("DBCluster")
    keys = {one.metadata["record_key"] for one in fields(RestoreSettings)} - {""}
    assert keys <= set(record.members)  # type: ignore[attr-defined]  # a structure


def test_a_command_can_be_rendered_without_settings() -> None:
    assert command("s", "my-graph", {}).endswith("--snapshot-identifier s --engine neptune")


def test_tags_of_version_0_1_0_are_read() -> None:
    tags = {
        RESTORE_TAGS[0]: "version=1.4.1.0 / subnet-group=my group / security-groups=sg-1 sg-2"
        " / parameter-group=p / port=8182 / iam=on / protected=on / capacity=1.0 8.0",
        RESTORE_TAGS[1]: "copy-tags=on / storage=iopt1 / logs=audit slowquery",
        RESTORE_TAGS[2]: f"kms=arn:aws:kms:r:1:key/k / roles={ROLE}a {ROLE}path/b",
    }
    assert RestoreSettings.from_tags(tags) == RestoreSettings(
        engine_version="1.4.1.0",
        subnet_group="my group",
        security_groups=("sg-1", "sg-2"),
        parameter_group="p",
        port="8182",
        iam_authentication=True,
        deletion_protection=True,
        capacity="1.0 8.0",
        copy_tags=True,
        storage_type="iopt1",
        logs=("audit", "slowquery"),
        kms_key="arn:aws:kms:r:1:key/k",
        roles=(f"{ROLE}a", f"{ROLE}path/b"),
    )


def test_an_ipv4_cluster_is_restored_without_the_option_that_old_command_lines_refuse() -> None:
    assert "--network-type" not in rendered({**CLUSTER, "NetworkType": "IPV4"})


def test_what_a_shell_would_interpret_is_quoted() -> None:
    words = words_of(rendered({"DBSubnetGroup": "my group"}))
    assert words[-2:] == ["--db-subnet-group-name", "my group"]
    words = words_of(command("s", "c", {RESTORE_TAGS[0]: "roles=arn:x/$(reboot)"}))
    assert words[-1] == "arn:x/$(reboot)"


def roles_in(words: list[str]) -> list[str]:
    return [words[n + 1] for n, word in enumerate(words) if word == "--role-arn"]


def test_five_ordinary_roles_fit() -> None:
    names = [f"GraphStack-NeptuneLoaderRole{number}0A1B2C3D-{'x' * 12}" for number in range(5)]
    groups = [{"VpcSecurityGroupId": f"sg-{number:017x}"} for number in range(5)]
    cluster = {**with_roles(*names), "VpcSecurityGroups": groups}
    settings = RestoreSettings.from_tags(settings_tags(cluster))
    assert settings.roles == tuple(ROLE + name for name in names)
    assert settings == RestoreSettings.from_cluster(cluster)
    assert not settings.missing


def test_roles_keep_their_paths_accounts_and_features() -> None:
    arns = [*(ROLE + name for name in ("path/a", "path/b", "c")), "arn:aws-cn:iam::2:role/d"]
    roles: list[dict[str, str]] = [{"RoleArn": arn} for arn in arns]
    roles[1]["FeatureName"] = "Feature"
    words = words_of(rendered({"AssociatedRoles": roles}))
    assert roles_in(words) == arns
    assert words[words.index("--feature-name") - 1 :][:3] == [arns[1], "--feature-name", "Feature"]


@pytest.mark.parametrize("name", ["s" * 255, "a / b", " a"])
def test_a_setting_that_no_tag_can_hold_is_reported_and_drops_no_other(name: str) -> None:
    cluster = {**CLUSTER, "DBSubnetGroup": name}
    expected = RestoreSettings.from_cluster({**CLUSTER, "DBSubnetGroup": None})
    settings = RestoreSettings.from_tags(settings_tags(cluster))
    assert settings.missing == ("subnet-group",)
    assert replace(settings, missing=()) == replace(expected, kms_key="")
    assert words_of(rendered(cluster))[-3:] == ["&&", "echo", "Not in the tags: subnet-group"]


@pytest.mark.parametrize("name", ["comma,comma", "team@example"])
def test_a_role_that_no_tag_can_hold_drops_no_other(name: str) -> None:
    """Neptune's documentation does not have the @, so creation must not depend on it."""
    words = words_of(rendered(with_roles("a", name, "b")))
    assert roles_in(words) == [ROLE + "a", ROLE + "b"]
    assert words[-1] == "Not in the tags: roles"


def test_roles_that_exceed_all_tags_are_reported() -> None:
    cluster = with_roles(*(f"{number}{'r' * 60}" for number in range(20)))
    settings = RestoreSettings.from_tags(settings_tags(cluster))
    assert settings.missing == ("roles",)
    assert 0 < len(settings.roles) < 20
    assert settings.storage_type == CLUSTER["StorageType"]


def test_a_list_may_continue_in_the_next_tag() -> None:
    groups = [{"VpcSecurityGroupId": f"sg-{number:017x}"} for number in range(14)]
    cluster = {**CLUSTER, "VpcSecurityGroups": groups}
    assert rendered(cluster).count("sg-") == 14
    assert "Not in the tags" not in rendered(cluster)


def a_list_of(key: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.lists(st.fixed_dictionaries({key: values}), max_size=12)


TEXTS = st.text(max_size=300) | st.text("ab1/:=@,. -", max_size=300)
ANYTHING = st.none() | TEXTS | st.integers() | st.lists(TEXTS) | st.dictionaries(TEXTS, TEXTS)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(CLUSTER, ANYTHING),
        "EngineVersion": TEXTS,
        "DBSubnetGroup": TEXTS,
        "DBClusterParameterGroup": TEXTS,
        "EnabledCloudwatchLogsExports": st.lists(TEXTS, max_size=9),
        "VpcSecurityGroups": a_list_of("VpcSecurityGroupId", TEXTS),
        "AssociatedRoles": a_list_of("RoleArn", TEXTS.map(ROLE.__add__) | TEXTS),
    },
)


@given(RECORDS | st.dictionaries(st.sampled_from(sorted(CLUSTER)), ANYTHING))
@example({"EngineVersion": "/0"})
def test_every_record_round_trips_but_for_what_is_reported(record: dict[str, object]) -> None:
    tags = settings_tags(record)
    assert set(tags) <= set(RESTORE_TAGS)
    assert all(tag_problem("key", value) is None and value for value in tags.values())
    before, after = RestoreSettings.from_cluster(record), RestoreSettings.from_tags(tags)
    for one in fields(RestoreSettings)[:-1]:
        stored, wanted = getattr(after, one.name), getattr(before, one.name)
        if one.name == "kms_key" and after.missing:
            assert not stored
        elif one.metadata["tag_name"] not in after.missing:
            assert stored == wanted
        elif isinstance(wanted, tuple):
            rest = iter(wanted)
            assert all(word in rest for word in stored)
        else:
            assert stored in (wanted, "")
    assert after == RestoreSettings.from_tags(after.to_tags())
    assert words_of(after.command("s", "my-graph"))[0] == "aws"


@given(st.dictionaries(st.sampled_from(RESTORE_TAGS), TEXTS))
def test_tags_that_somebody_changed_break_nothing(tags: dict[str, str]) -> None:
    words = words_of(command("s", "my-graph", tags))
    assert words[:3] == ["aws", "neptune", "restore-db-cluster-from-snapshot"]
    RestoreSettings.from_tags(tags).to_tags()


def test_the_new_clusters_name_obeys_the_rules() -> None:
    for cluster in ("a" * 63, "a" * 53 + "-" + "b" * 9, "my-graph"):
        name = command("s", cluster, {}).split("--db-cluster-identifier ")[1].split()[0]
        assert identifier_problem(name) is None
