"""Whole commands, on AWS emulated on this machine, with the real provider behind the stacks."""

import json
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local_aws import Fault, FaultKind, LocalAws, SnapshotBehaviour, SnapshotEnd
from support import small_stack
from support.shell import COMMAND, Shell


def take(aws: LocalAws, cluster: str, snapshot: str, seconds: float = 0) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=seconds))
    aws.client("neptune").create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=snapshot
    )


def versions(aws: LocalAws, name: str, version: str, **properties: str) -> dict[str, object]:
    """A snapshot, and a migration after it that fails but for the first version."""
    fail = version != "v1"
    return {
        "Before": small_stack.snapshot(aws, name, Trigger=version, **properties),
        "Migrate": small_stack.migration(aws, "Before", fail=fail, version=version),
    }


def test_watching_a_stack_ends_with_the_arn(aws: LocalAws, shell: Shell, name: str) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=6))
    small_stack.create(aws, name, {"Before": small_stack.snapshot(aws, name)})
    ran = shell("watch", "--stack", name)
    assert ran.status == 0, ran.err
    assert re.fullmatch(rf"arn:aws:rds:us-east-1:\d+:cluster-snapshot:{name}-\w+\n", ran.out)
    assert f"stack {name}: CREATE_IN_PROGRESS" in ran.err
    assert f"(cluster {name}: available)" in ran.err
    assert "✓ snapshot" in ran.err
    again = shell("watch", "--stack", name)
    assert (again.status, again.out) == (0, ran.out)
    assert "CREATE_COMPLETE: no operation is in progress" in again.err


def test_after_failed_attempts_the_first_snapshot_is_named_and_kept(
    aws: LocalAws, shell: Shell, name: str
) -> None:
    """Situation 13: the second snapshot holds data after a half-finished migration."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0))
    small_stack.create(aws, name, versions(aws, name, "v1", KeepLast="1"))
    assert shell("watch", "--stack", name, "--timeout", "1m").status == 0
    small_stack.update(aws, name, versions(aws, name, "v2", KeepLast="1"))
    ran = shell("watch", "--stack", name)
    assert (ran.status, ran.out) == (1, "")
    assert "Migrate (Custom::Migration) failed: MigrationFailed: " in ran.err
    assert f"Snapshot {name}-v2-" in ran.err
    assert f"Snapshot {name}-v1-" not in ran.err
    # The watch ends when the rollback begins.
    describe = aws.client("cloudformation").describe_stacks
    while describe(StackName=name)["Stacks"][0]["StackStatus"] != "UPDATE_ROLLBACK_COMPLETE":
        time.sleep(0.1)
    listed = shell("list", "--cluster", name)
    assert re.search(rf"{name}-v2-\w+ +available .* {name} / Before +kept: newest", listed.out)
    assert re.search(rf"{name}-v1-\w+ +available .* {name} / Before +kept: replaced", listed.out)
    # The provider's own tags make the plan.
    (snapshot,) = re.findall(rf"{name}-v2-\w+", listed.out)
    plan = shell("restore-plan", snapshot)
    assert f"--snapshot-identifier {snapshot} --engine neptune --engine-version 1.4.1.0" in plan.out
    assert "✓ Engine version 1.4.1.0 is offered." in plan.err
    assert "✓ Its tags hold the settings of its cluster." in plan.err

    small_stack.update(aws, name, versions(aws, name, "v2", KeepLast="1"))
    ran = shell("watch", "--stack", name)
    assert ran.status == 1
    listed = shell("list", "--cluster", name)
    second, first = re.findall(rf"{name}-v2-\w+", listed.out)
    assert first == snapshot
    assert f"Restore snapshot {first}, not a newer one" in ran.err
    assert f"half-migrated data: {second}." in ran.err
    assert ran.err.count("restore-plan") == 1
    assert f"restore-plan {first}" in ran.err
    assert re.search(rf"{first} .* kept: newer-than-replaced", listed.out)
    assert "prunable" not in listed.out


def test_watching_a_stack_whose_snapshot_fails_ends_with_the_providers_reason(
    aws: LocalAws, shell: Shell, name: str
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=1, outcome=SnapshotEnd.FAILED))
    small_stack.create(aws, name, {"Before": small_stack.snapshot(aws, name)})
    ran = shell("watch", "--stack", name)
    assert (ran.status, ran.out) == (1, "")
    assert "Before (Custom::NeptuneClusterSnapshot) failed: SnapshotFailed: snapshot" in ran.err


def test_watching_snapshots_by_name(aws: LocalAws, shell: Shell, name: str) -> None:
    names = [f"{name}-a", f"{name}-b"]
    for one in names:
        take(aws, name, one, seconds=1)
    # Throttling does not end it.
    aws.add_fault(Fault(FaultKind.THROTTLING, action="DescribeDBClusterSnapshots", count=1))
    ran = shell("watch", "--snapshot", *names)
    assert ran.status == 0, ran.err
    assert [line.rpartition(":")[2] for line in ran.out.splitlines()] == names


def test_watching_what_is_not_there(shell: Shell) -> None:
    for kind in ("stack", "snapshot"):
        ran = shell("watch", f"--{kind}", "none")
        assert ran.status == 4
        assert f"There is no {kind} none in us-east-1." in ran.err


def test_the_time_allowed_for_watching_and_ctrl_c(aws: LocalAws, shell: Shell, name: str) -> None:
    take(aws, name, f"{name}-slow", seconds=60)
    ran = shell("watch", "--snapshot", f"{name}-slow", "--timeout", "1")
    assert ran.status == 5
    assert f"1 s are over: snapshot {name}-slow: creating" in ran.err
    with shell.start(*COMMAND, "watch", "--snapshot", f"{name}-slow") as process:
        assert process.stderr
        assert "creating" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "No longer watching; the operation continues."


@pytest.mark.parametrize(
    "words", [["watch"], ["watch", "--stack", "a", "--snapshot", "b"], ["list", "--cluster", "_"]]
)
def test_a_wrong_command_line_is_told(shell: Shell, words: list[str]) -> None:
    assert shell(*words).status == 2


def test_hundreds_of_snapshots_are_listed_to_the_last(
    aws: LocalAws, shell: Shell, name: str
) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: take(aws, name, f"{name}-{n:03}"), range(105)))
    ran = shell("list", "--cluster", name, "--json")
    assert ran.status == 0, ran.err
    rows = json.loads(ran.out)
    assert {row["identifier"] for row in rows} == {f"{name}-{n:03}" for n in range(105)}
    assert {row["reason"] for row in rows} == {"foreign"}


def test_an_empty_list(shell: Shell, name: str) -> None:
    empty = shell("list", "--cluster", name, "--json")
    assert (empty.status, empty.out) == (0, "[]\n")
    assert f"There is no manual Neptune snapshot of cluster {name} in us-east-1." in empty.err
    wrong = shell("list", "--cluster", f"{name}-x")
    assert (wrong.status, wrong.out) == (4, "")
    assert "and no such cluster" in wrong.err


def test_snapshots_of_other_engines_are_not_listed(aws: LocalAws, shell: Shell, name: str) -> None:
    cluster = f"{name}-aurora"
    aws.client("rds").create_db_cluster(
        DBClusterIdentifier=cluster,
        Engine="aurora-postgresql",
        MasterUsername="admin1",
        MasterUserPassword="not-a-secret",
    )
    take(aws, cluster, "of-aurora")
    take(aws, name, "of-neptune")
    assert shell("list", "--cluster", cluster).out == ""
    listed = shell("list").out
    assert "of-neptune" in listed
    assert "of-aurora" not in listed


def test_a_missing_permission_is_named(aws: LocalAws, shell: Shell, name: str) -> None:
    take(aws, name, f"{name}-1")
    for action, words in (
        ("rds:DescribeDBClusterSnapshots", ["watch", "--snapshot", f"{name}-1"]),
        ("rds:ListTagsForResource", ["list", "--cluster", name]),
        ("cloudformation:DescribeStacks", ["watch", "--stack", name]),
        ("rds:DescribeDBClusterSnapshots", ["restore-plan", f"{name}-1"]),
    ):
        denied = Fault(FaultKind.ACCESS_DENIED, action=action.partition(":")[2], count=None)
        aws.add_fault(denied)
        ran = shell(*words)
        assert (ran.status, ran.out) == (3, "")
        assert f"✗ The permission {action} is missing." in ran.err
        aws.clear_faults()


@pytest.mark.parametrize(
    ("without", "words", "sentence"),
    [
        ({"AWS_REGION", "AWS_DEFAULT_REGION"}, (), "No region is set. Give --region"),
        ({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}, (), "No credentials were found"),
        ({"AWS_SECRET_ACCESS_KEY"}, (), "No credentials were found"),
        (set[str](), ("--profile", "nobody"), "The config profile (nobody) could not be found"),
    ],
)
def test_what_is_missing_to_ask_aws_is_told(
    shell: Shell, without: set[str], words: tuple[str, ...], sentence: str
) -> None:
    shell.without = without
    for order in (("list", *words), (*words, "list")):
        # Options before the command count, too.
        ran = shell(*order)
        assert (ran.status, ran.out) == (3, "")
        assert sentence in ran.err


def test_the_region_of_the_command_counts_most(shell: Shell) -> None:
    ran = shell("--region", "eu-west-1", "list")
    assert "no manual Neptune snapshot in eu-west-1" in ran.err
    assert "in eu-west-3" in shell("--region", "eu-west-1", "list", "--region", "eu-west-3").err


def test_an_aws_that_is_not_there_is_told(shell: Shell) -> None:
    shell.settings["AWS_ENDPOINT_URL"] = "https://127.0.0.1:9"
    started = time.monotonic()
    ran = shell("list")
    assert ran.status == 3
    assert "Could not connect to the endpoint URL" in ran.err
    assert time.monotonic() - started < 20
