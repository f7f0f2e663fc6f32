"""``take`` and ``confirm`` as a shell calls them, on AWS emulated on this machine."""

import json
import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider.contract import ATTRIBUTES, SNAPSHOT_FIELDS, CallerTag
from support.shell import COMMAND, Shell

MIGRATE = """\
set -e
ARN=$({take})
./migrate "$ARN"
"""


def snapshots(aws: LocalAws, cluster: str) -> dict[str, dict[str, str]]:
    """The tags of a cluster's snapshots, by ARN."""
    neptune = aws.client("neptune")
    found = neptune.describe_db_cluster_snapshots(DBClusterIdentifier=cluster)
    arns = [one["DBClusterSnapshotArn"] for one in found["DBClusterSnapshots"]]
    listed = {arn: neptune.list_tags_for_resource(ResourceName=arn)["TagList"] for arn in arns}
    return {arn: {tag["Key"]: tag["Value"] for tag in tags} for arn, tags in listed.items()}


def test_the_arn_alone_goes_to_the_standard_output(aws: LocalAws, shell: Shell, name: str) -> None:
    command = ("take", name, "--request", "ci-7", "--tag", "team=graph", "--trigger", "v2")
    ran = shell(*command)
    assert ran.status == 0, ran.err
    assert re.fullmatch(rf"arn:aws:rds:us-east-1:\d+:cluster-snapshot:{name}-v2-\w+\n", ran.out)
    assert "creating" in ran.err
    assert "✓ snapshot" in ran.err
    ((arn, tags),) = snapshots(aws, name).items()
    assert arn == ran.out.strip()
    assert tags["team"] == "graph"
    assert tags[CallerTag.TAKEN_BY].startswith("arn:aws:")
    again = shell(*command)
    assert (again.status, again.out) == (0, ran.out)
    assert list(snapshots(aws, name)) == [arn]


def test_json_has_all_attributes(shell: Shell, name: str) -> None:
    ran = shell("take", name, "--owner", "ci", "--json")
    found = json.loads(ran.out)
    assert set(found) == {*ATTRIBUTES, "TakenBy", "RequestId"}
    assert found["TakenBy"] == "ci"
    assert f"--request {found['RequestId']}" in ran.err
    plan = shell("restore-plan", found["DBClusterSnapshotIdentifier"])
    assert plan.out.strip() == found["RestoreCommand"]
    arn = found["DBClusterSnapshotArn"]
    read = json.loads(shell("restore-plan", arn, "--json").out)
    assert (read["command"], read["good"]) == (found["RestoreCommand"], True)
    assert {"result", "text"} == set(read["checks"][0])
    (watched,) = json.loads(shell("watch", "--snapshot", arn, "--json").out)
    assert watched == {key: found[key] for key in SNAPSHOT_FIELDS}


def test_older_snapshots_are_deleted_after_a_confirmation(
    aws: LocalAws, shell: Shell, name: str
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0))
    arns = [shell("take", name, "--request", f"{n}").out.strip() for n in range(3)]
    kept = shell("take", name, "--request", "3", "--keep-last", "1")
    assert len(snapshots(aws, name)) == 4
    assert "no migration is known to have succeeded" in kept.err
    confirmed = shell("confirm", kept.out.strip())
    assert (confirmed.status, confirmed.out) == (0, "")
    assert "its migration has succeeded" in confirmed.err
    publish = ("--last-good-parameter", f"/{name}")
    last = shell("take", name, "--request", "4", "--keep-last", "1", *publish)
    assert last.status == 0, last.err
    deadline = time.monotonic() + 20
    while set(snapshots(aws, name)) & set(arns) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert set(snapshots(aws, name)) == {kept.out.strip(), last.out.strip()}
    value = aws.client("ssm").get_parameter(Name=f"/{name}")["Parameter"]["Value"]
    assert value == last.out.strip()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("my_graph",), "CLUSTER 'my_graph': must contain only"),
        (("g", "--prefix", "1st"), "--prefix '1st': must start with a letter"),
        (("g", "--tag", "team"), "--tag 'team' must be KEY=VALUE"),
        (("g", "--tag", "aws:x=y"), "--tag 'aws:x=y': neither key nor value may start"),
        (("g", "--keep-last", "0"), "--keep-last 0 must be a whole number from 1 to 1000"),
        (("g", "--reuse-younger-than", "soon"), "--reuse-younger-than 'soon' is no duration"),
        (("g", "--reuse-younger-than", "999d"), "--reuse-younger-than '999d' must be at most 366d"),
        (("g", "--last-good-parameter", "/aws/x"), "--last-good-parameter '/aws/x': must not"),
        (("g", "--request", "a;b"), "--request 'a;b': must contain only"),
        (("g", "--owner", "a;b"), "--owner 'a;b': must contain only"),
        (("g", "--timeout", "1w"), "--timeout '1w' is no duration"),
    ],
)
def test_a_wrong_value_is_named_with_its_option_and_the_rule(
    words: tuple[str, ...], message: str
) -> None:
    ran = Shell({})("take", *words)
    assert ran.status == 2
    assert message in " ".join(ran.err.split())


def test_there_are_at_most_41_tags() -> None:
    tags = [word for number in range(42) for word in ("--tag", f"k{number}=v")]
    assert "42 tags; must be at most 41" in " ".join(Shell({})("take", "g", *tags).err.split())


def test_exit_statuses_are_the_usual_ones(aws: LocalAws, shell: Shell, name: str) -> None:
    assert shell("take", f"no-{name}").status == 4
    assert shell("confirm", f"no-{name}").status == 4
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=600))
    late = shell("take", name, "--request", "late", "--timeout", "3s", "--tag", "a=b c")
    assert late.status == 5
    command = f"neptune-snapshot take {name} --request late --tag 'a=b c' --timeout 3s"
    assert f"To continue: {command}" in late.err
    # Options before the command belong to the command that continues.
    late = shell("--region", "us-east-1", "take", name, "--request", "r", "--timeout", "1s")
    assert f"take {name} --request r --timeout 1s --region us-east-1" in late.err
    aws.set_snapshot_quota(1)
    full = shell("take", name, "--request", "full")
    assert full.status == 1
    assert "quota of manual cluster snapshots is used up" in full.err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_are_explained(
    aws: LocalAws, shell: Shell, name: str, number: signal.Signals, status: int
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=6))
    with shell.start(*COMMAND, "take", name, "--request", "r") as process:
        while not snapshots(aws, name):
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(1)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (status, "")
    (arn,) = snapshots(aws, name)
    identifier = arn.rpartition(":")[2]
    assert f"Interrupted. Snapshot {identifier} continues and is retained." in err
    (resume,) = re.findall(r"To continue: neptune-snapshot (.+)", err)
    ran = shell(*shlex.split(resume))
    assert (ran.status, ran.out.strip()) == (0, arn)


def test_a_script_of_three_lines_survives_being_killed(
    aws: LocalAws, shell: Shell, name: str, tmp_path: Path
) -> None:
    """It is killed ever later, with the command, until it ends before that."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=3))
    take = shlex.join([*COMMAND, "take", name, "--request", "ci-7", "--keep-last", "1"])
    script, migrate = tmp_path / "script", tmp_path / "migrate"
    script.write_text(MIGRATE.format(take=take))
    migrate.write_text('#!/bin/sh\necho "$1" >> migrated\n')
    migrate.chmod(0o755)
    kills, status = 0, -1
    for delay in (0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 60):
        with shell.start("bash", str(script), cwd=tmp_path) as process:
            try:
                status = process.wait(timeout=delay)
                break
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
    assert status == 0
    assert kills >= 3
    (arn,) = snapshots(aws, name)
    assert (tmp_path / "migrated").read_text() == f"{arn}\n"
