"""The program itself, on local AWS with the real CDK command line."""

import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from aws_smoke import assumptions
from aws_smoke.naming import TAG
from aws_smoke.scenarios import LANES
from local_aws import Caller, Fault, FaultKind, ProgressCurve, SnapshotBehaviour
from smoke.program import Program
from support.clusters import remove

if TYPE_CHECKING:
    from types_boto3_neptune.type_defs import TagTypeDef

pytestmark = pytest.mark.e2e


EMULATOR_DIFFERS = set(re.findall(r"^- ([A-Z]+\d+): ", assumptions.PAGE.read_text(), re.MULTILINE))
"""What the page says of the emulator."""
CONFIRMED = ("N1", "N9", "N11", "N30", "CFN2", "CFN3", "CFN5", "CFN8", "CFN13", "CFN16", "CFN17")
CONFIRMED_TOO = ("CFN21", "CFN26", "CFN27", "E1", "E6", "IAM2", "IAM6", "L8", "CDK4")


def _only(lane: str) -> list[str]:
    return [word for one in LANES if one != lane for word in ("--skip", one)]


def _verdicts(report: str) -> dict[str, str]:
    rows = re.findall(
        r"^\| ([A-Z]+\d+) \| .+? \| \**(confirmed|refuted|not seen)\** \|", report, re.MULTILINE
    )
    return dict(rows)


def test_every_scenario_is_run_every_assumption_is_judged_and_nothing_is_left(
    program: Program,
) -> None:
    """All but Lambda's retries, which take four minutes."""
    program.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=6, progress=ProgressCurve.JUMP))
    # The emulator does not look at policies: the right that the stack denies is refused here.
    program.aws.add_fault(
        Fault(
            FaultKind.ACCESS_DENIED,
            action="CreateDBClusterSnapshot",
            caller=Caller.LAMBDA,
            count=None,
            about="-denied-",
        )
    )
    # So old is the status that functions read.
    program.aws.set_stale_reads(6)
    ended = program.run("--yes", "--skip", "retries")
    # The emulator is not AWS, and is reported so.
    assert ended.returncode == 1, ended.stdout + program.report
    assert "caller   arn:aws:iam::111122223333:root" in ended.stdout
    assert "without instances" in ended.stdout
    assert "https://aws.amazon.com/neptune/pricing/" in ended.stdout
    head = program.report[:400]
    assert program.aws.endpoint_url in head
    assert "not AWS" in head
    assert "10 of 10 as they should be" in program.report
    verdicts = _verdicts(program.report)
    assert set(verdicts) == {one.id for one in assumptions.read()}
    refuted = {name for name, verdict in verdicts.items() if verdict == "refuted"}
    assert refuted == EMULATOR_DIFFERS
    for seen in (*CONFIRMED, *CONFIRMED_TOO):
        assert verdicts[seen] == "confirmed", seen
    # Whether a request comes so soon that it reads the operation before, depends on the machine.
    assert verdicts["CFN29"] in ("confirmed", "not seen")
    for blind in ("L1", "N28", "IAM14"):
        assert verdicts[blind] == "not seen", blind
    assert "policies are not in effect here" in program.report
    assert "AWS::RDS::ClusterSnapshot is not known here" in program.report
    assert re.search(r"Update ProbeMigration\w* .*UPDATE_ROLLBACK_IN_PROGRESS", program.report)


def test_creation_is_tried_under_session_policies(program: Program) -> None:
    """The emulator evaluates none: it refuses here what a policy would, with one reading."""
    for action, name in (
        ("CreateDBClusterSnapshot", "-create-denied"),
        ("CreateDBClusterSnapshot", "-create-untagged-only"),
        ("CreateDBClusterSnapshot", "-create-tags-supplied"),
        ("DescribeDBClusterSnapshots", "-another"),
    ):
        fault = Fault(FaultKind.ACCESS_DENIED, action=action, count=None, about=name)
        program.aws.add_fault(fault)
    ended = program.run("--yes", *_only("policies"))
    verdicts = _verdicts(program.report)
    assert {verdicts[one] for one in ("IAM3", "IAM4", "IAM7", "IAM14")} == {"confirmed"}
    assert "RDS does not supply aws:RequestTag with the creation" in program.report
    assert "allowed for this snapshot, denied for another" in program.report
    assert "nothing is left behind" in ended.stdout


def test_an_assumption_that_does_not_hold_is_reported_and_a_given_cluster_untouched(
    program: Program,
) -> None:
    """Here Neptune reports no progress while a snapshot is taken."""
    neptune = program.aws.client("neptune")
    neptune.create_db_cluster(
        DBClusterIdentifier="my-graph", Engine="neptune", Tags=[{"Key": "whose", "Value": "mine"}]
    )
    (before,) = neptune.describe_db_clusters(DBClusterIdentifier="my-graph")["DBClusters"]
    program.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=6, progress=ProgressCurve.ABSENT))
    ended = program.run("--yes", "--cluster", "my-graph", *_only("first"))
    assert ended.returncode == 1, ended.stdout
    assert re.search(r"^refuted: .*\bN9\b", ended.stdout, re.MULTILINE)
    assert _verdicts(program.report)["N9"] == "refuted"
    assert "None > 100" in program.report
    (after,) = neptune.describe_db_clusters(DBClusterIdentifier="my-graph")["DBClusters"]
    assert after == before
    tags = neptune.list_tags_for_resource(ResourceName=after["DBClusterArn"])["TagList"]
    assert tags == [{"Key": "whose", "Value": "mine"}]
    neptune.delete_db_cluster(DBClusterIdentifier="my-graph", SkipFinalSnapshot=True)


def test_an_interrupted_run_cleans_up_and_reports(program: Program) -> None:
    """It is interrupted while a stack is created and its snapshot taken."""
    program.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=8))
    process = subprocess.Popen(
        program.command("--yes", *_only("first")),
        cwd=program.directory,
        env=program.aws.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 300
        while not any("-first-v1-" in name for name in program.left()):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == 130, output
    assert "removing stack" in output
    assert "nothing is left behind" in output
    assert "It ended early: it was interrupted" in program.report
    program.settle()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "Nothing was created"),
        (("--yes", "--cluster", "no-such-graph"), "--cluster no-such-graph cannot be used"),
    ],
    ids=["consent", "a cluster that can be used"],
)
def test_nothing_is_made_without(program: Program, arguments: tuple[str, ...], reason: str) -> None:
    ended = program.run(*arguments)
    assert ended.returncode == 2
    assert reason in ended.stdout
    assert not program.aws.calls(action="CreateDBCluster")


OURS: list["TagTypeDef"] = [{"Key": TAG, "Value": "0a1b2c3d"}]
STRANGERS: list["TagTypeDef"] = [{"Key": "whose", "Value": "mine"}]
LEFT = "neptune-smoke-0a1b2c3d-cluster"


def test_a_clean_up_removes_what_carries_the_tag_and_nothing_else(program: Program) -> None:
    neptune = program.aws.client("neptune")
    for name, tags in ((LEFT, OURS), ("my-graph", STRANGERS)):
        neptune.create_db_cluster(DBClusterIdentifier=name, Engine="neptune", Tags=tags)
    for name, of, tags in (
        ("neptune-smoke-0a1b2c3d-taken", LEFT, OURS),
        ("neptune-smoke-but-mine", "my-graph", STRANGERS),
        ("my-own", "my-graph", OURS),
    ):
        neptune.create_db_cluster_snapshot(
            DBClusterSnapshotIdentifier=name, DBClusterIdentifier=of, Tags=tags
        )
    refused = program.run("--clean-up")
    assert refused.returncode == 2
    assert "snapshot neptune-smoke-0a1b2c3d-taken" in refused.stdout
    assert len(program.left()) == 3
    ended = program.run("--clean-up", "--yes")
    assert ended.returncode == 0, ended.stdout
    assert program.left() == ["neptune-smoke-but-mine"]
    assert "not touched, as it does not carry the tag: neptune-smoke-but-mine" in ended.stdout
    remove(program.aws, "my-graph")
    assert "have left nothing" in program.run("--clean-up").stdout


@pytest.mark.parametrize(
    ("action", "told", "command", "left"),
    [
        (
            "DeleteDBCluster",
            f"LEFT BEHIND: cluster {LEFT}",
            f"aws neptune delete-db-cluster --db-cluster-identifier {LEFT} --skip-final-snapshot",
            [LEFT],
        ),
        (
            "ListRules",
            "LEFT BEHIND: rules neptune-smoke-…: could not be looked for",
            "make smoke-aws ARGS=--clean-up",
            [],
        ),
    ],
    ids=["cannot be removed", "cannot be looked for"],
)
def test_what_is_left_behind_is_told_with_a_command_and_the_rest_removed(
    program: Program, action: str, told: str, command: str, left: list[str]
) -> None:
    neptune = program.aws.client("neptune")
    neptune.create_db_cluster(DBClusterIdentifier=LEFT, Engine="neptune", Tags=OURS)
    program.aws.add_fault(Fault(FaultKind.ACCESS_DENIED, action=action, count=None))
    ended = program.run("--clean-up", "--yes")
    assert ended.returncode == 1, ended.stdout
    assert told in ended.stdout
    assert command in ended.stdout
    program.aws.clear_faults()
    assert program.left() == left
    assert program.run("--clean-up", "--yes").returncode == 0
