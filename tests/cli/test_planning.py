"""The plan to restore a snapshot."""

from collections.abc import Callable
from typing import Any

import pytest

from neptune_snapshot_cli.errors import Denied, NotFound
from neptune_snapshot_cli.planning import CheckResult, Plan, Planner
from neptune_snapshot_provider.contract import CallerTag
from neptune_snapshot_provider.core import restore
from support.fake_aws import FakeAws, owned
from support.taking import put_taken

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
FIELDS: dict[str, Any] = {
    "EngineVersion": "1.4.1.0",
    "DBSubnetGroup": "graph-subnets",
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}, {"VpcSecurityGroupId": "sg-2"}],
    "DBClusterParameterGroup": "graph-parameters",
    "KmsKeyId": KEY,
    "AssociatedRoles": [{"RoleArn": "arn:aws:iam::123456789012:role/path/loader"}],
}


@pytest.fixture
def fake(fake: FakeAws) -> FakeAws:
    fake.put_cluster(**FIELDS)
    tags = {**owned(), **restore.settings_tags(fake.clusters["my-graph"].record(0))}
    fake.put("before", tags=tags, KmsKeyId=KEY)
    fake.groups |= {"graph-subnets", "graph-parameters"}
    return fake


def plan(fake: FakeAws) -> Plan:
    return Planner(fake, "before").plan()


def texts(fake: FakeAws, result: CheckResult) -> str:
    return "\n".join(one.text for one in plan(fake).checks if one.result is result)


def test_all_is_good_while_the_old_cluster_is_there(fake: FakeAws) -> None:
    found = plan(fake)
    assert found.is_good
    assert found.command == restore.command(
        "before", "my-graph", fake.tags(fake.all_snapshots["before"].arn)
    )
    assert [one.result for one in found.checks] == [CheckResult.GOOD] * 8 + [CheckResult.UNSEEN]
    assert "aws iam get-role --role-name loader" in texts(fake, CheckResult.UNSEEN)


def test_a_snapshot_that_is_not_there_is_an_error(fake: FakeAws) -> None:
    with pytest.raises(NotFound, match="no snapshot gone in eu-west-1"):
        Planner(fake, "gone")


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        (lambda fake: fake.put("before", "creating", 40), ["watch --snapshot before"]),
        (lambda fake: fake.put("before", "failed", 40), ["cannot be restored"]),
        (lambda fake: fake.versions.clear(), ["1.4.1.0 is not offered any more: give a newer"]),
        (
            lambda fake: fake.put_cluster("my-graph-restored"),
            ["a cluster my-graph-restored already"],
        ),
        (
            lambda fake: fake.groups.clear(),
            [
                "Subnet group graph-subnets is not there",
                "Cluster parameter group graph-parameters is not there",
            ],
        ),
        (
            lambda fake: fake.put_cluster(status="inaccessible-encryption-credentials", **FIELDS),
            ["Enable the key again"],
        ),
    ],
    ids=["creating", "failed", "version", "cluster", "groups", "key"],
)
def test_what_would_make_the_restore_fail_is_told(
    fake: FakeAws, change: Callable[[FakeAws], object], complaints: list[str]
) -> None:
    change(fake)
    assert not plan(fake).is_good
    said = texts(fake, CheckResult.BAD)
    assert [one for one in complaints if one not in said] == []


def test_without_the_old_cluster_one_has_to_look_oneself(fake: FakeAws) -> None:
    del fake.clusters["my-graph"]
    said = texts(fake, CheckResult.UNSEEN)
    assert "aws ec2 describe-security-groups --group-ids sg-1 sg-2" in said
    assert f"aws kms describe-key --key-id {KEY}" in said
    assert plan(fake).is_good


def test_a_snapshot_of_somebody_elses_has_a_command_without_settings(fake: FakeAws) -> None:
    fake.put("by-hand")
    found = Planner(fake, "by-hand").plan()
    assert found.command.endswith("--snapshot-identifier by-hand --engine neptune")
    assert found.is_good
    assert any("gets the defaults" in one.text for one in found.checks)


def test_what_may_not_be_seen_is_said_and_does_not_end_it(fake: FakeAws) -> None:
    for question in ("has_subnet_group", "offers_version", "cluster"):
        fake.refuse(Denied(f"rds:{question}", "no"), question)
        assert f"rds:{question} is missing" in texts(fake, CheckResult.UNSEEN)
        assert plan(fake).is_good


def test_settings_that_did_not_fit_the_tags_are_reported(fake: FakeAws) -> None:
    roles = [{"RoleArn": f"arn:aws:iam::123456789012:role/{n}{'r' * 60}"} for n in range(20)]
    fake.put("crowded", tags=restore.settings_tags({"AssociatedRoles": roles}))
    found = Planner(fake, "crowded").plan()
    assert found.is_good
    (check,) = (one for one in found.checks if "settings" in one.text)
    assert check.result is CheckResult.UNSEEN
    assert "roles did not fit" in check.text


def test_a_later_attempt_without_a_stack_may_hold_half_migrated_data(fake: FakeAws) -> None:
    good = put_taken(fake, "1", 90, **{CallerTag.CONFIRMED: "now"})
    first, second = put_taken(fake, "2", 80), put_taken(fake, "3", 70)
    put_taken(fake, "1", 85, "other")

    def warned(name: str) -> bool:
        checks = Planner(fake, name).plan().checks
        return any("may hold half-migrated data" in one.text for one in checks)

    assert [warned(name) for name in (good, first, second)] == [False, False, True]
    (text,) = [one.text for one in Planner(fake, second).plan().checks if "half" in one.text]
    assert f"snapshot {first} was taken before" in text
    fake.all_snapshots[second].tags[CallerTag.CONFIRMED] = "now"
    assert not warned(second)
