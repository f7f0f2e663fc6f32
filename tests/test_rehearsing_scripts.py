"""A migration that is a script is rehearsed on a fast clone, which is gone afterwards."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import LocalAws
from support import aws_cli
from support.deployment import ROOT

SCRIPT = ROOT / "examples" / "rehearsal" / "rehearse.sh"
CLUSTER = "my-graph"
LOOK = """import sys, boto3
neptune = boto3.client("neptune")
clusters = neptune.describe_db_clusters()["DBClusters"]
(found,) = [one for one in clusters if one["Endpoint"] == sys.argv[-1]]
(member,) = found["DBClusterMembers"]
(instance,) = neptune.describe_db_instances(DBInstanceIdentifier=member["DBInstanceIdentifier"])[
    "DBInstances"
]
groups = [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]]
print(found["DBClusterIdentifier"], found["EngineVersion"], found["DBSubnetGroup"], *groups)
print(instance["DBInstanceClass"])
sys.exit(int(sys.argv[1]))
"""
"""What the migration sees of the clone whose endpoint it gets."""


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        aws.client("neptune").create_db_cluster(
            DBClusterIdentifier=CLUSTER,
            Engine="neptune",
            EngineVersion="1.3.0.0",
            DBSubnetGroupName="graph-subnets",
            VpcSecurityGroupIds=["sg-1", "sg-2"],
        )
        yield aws


def rehearse(
    aws: LocalAws, folder: Path, cluster: str, status: int
) -> "subprocess.CompletedProcess[str]":
    program = folder / "aws"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/support/aws_cli.py "$@"\n')
    program.chmod(0o755)
    environment = {**aws.environment, "PATH": f"{folder}:/usr/bin:/bin"}
    command = [str(SCRIPT), cluster, sys.executable, "-c", LOOK, str(status)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def names(aws: LocalAws) -> list[str]:
    neptune = aws.client("neptune")
    assert neptune.describe_db_instances()["DBInstances"] == []
    return [one["DBClusterIdentifier"] for one in neptune.describe_db_clusters()["DBClusters"]]


@pytest.mark.parametrize("status", [0, 3])
def test_the_migration_runs_on_a_clone_like_the_cluster(
    aws: LocalAws, tmp_path: Path, status: int
) -> None:
    aws.clear_calls()
    done = rehearse(aws, tmp_path, CLUSTER, status)
    assert done.returncode == status, done.stderr
    clone, *about = done.stdout.split()
    assert clone.startswith(f"{CLUSTER}-rehearsal-")
    assert about == ["1.3.0.0", "graph-subnets", "sg-1", "sg-2", "db.r6g.large"]
    (made,) = aws.calls("RestoreDBClusterToPointInTime")
    assert made.parameters["RestoreType"] == "copy-on-write"
    assert made.parameters["UseLatestRestorableTime"] == "true"
    assert ("took" in done.stderr) is (status == 0)
    assert names(aws) == [CLUSTER]


def test_a_cluster_that_does_not_exist_is_not_cloned(aws: LocalAws, tmp_path: Path) -> None:
    done = rehearse(aws, tmp_path, "misspelt", 0)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "DBClusterNotFoundFault" in done.stderr
    assert names(aws) == [CLUSTER]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["describe-clusters"], "unknown operation"),
        (["describe-db-clusters", "--cluster", "my-graph"], "unknown option --cluster"),
        (["describe-db-clusters", "--output", "yaml"], "unknown output yaml"),
        (["describe-db-clusters", "my-graph"], "unknown argument my-graph"),
        (["modify-db-cluster", "--apply-immediately", "yes"], "a flag takes no value"),
    ],
)
def test_the_stand_in_for_the_command_line_is_strict(
    words: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr(sys, "argv", ["aws", "neptune", *words])
    with pytest.raises(SystemExit, match=complaint):
        aws_cli.main()
