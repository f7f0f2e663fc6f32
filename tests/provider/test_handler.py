"""The Lambda's entry with unmodified crhelper, answering over real TLS, on local AWS."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local_aws import Fault, FaultKind, LocalAws, SnapshotBehaviour
from neptune_snapshot_provider import handler as handler_module
from neptune_snapshot_provider.contract import ATTRIBUTES
from neptune_snapshot_provider.handler import handler
from support import events
from support.answers import Answers

FUNCTION = "Provider"


@dataclass
class Context:
    """Lambda's context with some time left."""

    remaining: float = 900.0
    function_name: str = FUNCTION

    def get_remaining_time_in_millis(self) -> int:
        return int(self.remaining * 1000)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        _create_function(aws)
        yield aws


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    with Answers(tmp_path_factory.mktemp("answers")) as answers:
        yield answers


@pytest.fixture
def stack_id(aws: LocalAws) -> Iterator[str]:
    """A stack that is in progress, as it is while a request is answered."""
    template = {
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Wait": {
                "Type": "AWS::CloudFormation::WaitCondition",
                "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "600"},
            },
        }
    }
    client = aws.client("cloudformation")
    created = client.create_stack(StackName="Graph", TemplateBody=json.dumps(template))
    yield created["StackId"]
    client.delete_stack(StackName="Graph")


@pytest.fixture(autouse=True)
def environment(aws: LocalAws, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What Lambda's environment is for the function, and a world that is empty again after."""
    for name, value in aws.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SSL_CERT_FILE", str(answers.authority))
    handler_module._aws.cache_clear()
    handler_module._polls.cache_clear()
    answers.received.clear()
    answers.sizes.clear()
    neptune = aws.client("neptune")
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0))
    neptune.create_db_cluster(DBClusterIdentifier="my-graph", Engine="neptune")
    yield
    aws.clear_faults()
    for snapshot in neptune.describe_db_cluster_snapshots()["DBClusterSnapshots"]:
        name = snapshot["DBClusterSnapshotIdentifier"]
        if snapshot["Status"] == "available":
            neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
    neptune.delete_db_cluster(DBClusterIdentifier="my-graph", SkipFinalSnapshot=True)


@pytest.fixture
def create(stack_id: str, answers: Answers) -> dict[str, Any]:
    return {**events.create(), "StackId": stack_id, "ResponseURL": answers.url}


def test_a_create_is_answered_completely(create: dict[str, Any], answers: Answers) -> None:
    handler(create, Context())
    answer = answers.last
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    assert answer["PhysicalResourceId"].startswith("my-graph-")
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        assert answer[key] == create[key]
    assert tuple(answer["Data"]) == ATTRIBUTES
    assert answer["Data"]["Status"] == "available"
    assert answer["Data"]["DBClusterSnapshotArn"].endswith(answer["PhysicalResourceId"])
    assert answers.sizes[-1] <= 4096
    assert len(answers.received) == 1


def test_a_short_snapshot_needs_no_rule(aws: LocalAws, create: dict[str, Any]) -> None:
    handler(create, Context())
    assert not rules(aws)
    assert not permissions(aws)


def test_a_long_snapshot_is_finished_by_the_poll(
    aws: LocalAws, create: dict[str, Any], answers: Answers
) -> None:
    tick = hand_over(aws, create, seconds=4)
    assert not answers.received
    assert len(json.dumps(tick)) <= 8192
    handler(tick, Context())
    assert answers.last["Status"] == "SUCCESS", answers.last["Reason"]
    assert answers.last["LogicalResourceId"] == create["LogicalResourceId"]
    assert tuple(answers.last["Data"]) == ATTRIBUTES
    assert not rules(aws)
    assert not permissions(aws)


def test_a_tick_that_is_too_early_leaves_the_poll_alone(
    aws: LocalAws,
    create: dict[str, Any],
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tick = hand_over(aws, create, seconds=60)
    monkeypatch.setattr("neptune_snapshot_provider.core.schedule.TICK_LENGTH", 0.5)
    handler(tick, Context())
    assert not answers.received
    assert len(rules(aws)) == 1
    remove_rules(aws)


def test_a_second_tick_answers_success_too(
    aws: LocalAws, create: dict[str, Any], answers: Answers
) -> None:
    tick = hand_over(aws, create, seconds=2)
    handler(json.loads(json.dumps(tick)), Context())
    handler(json.loads(json.dumps(tick)), Context())
    assert [answer["Status"] for answer in answers.received] == ["SUCCESS", "SUCCESS"]


def test_a_logical_id_of_255_characters_is_no_problem(
    aws: LocalAws, create: dict[str, Any], answers: Answers
) -> None:
    create["LogicalResourceId"] = "L" * 255
    handler(hand_over(aws, create, seconds=2), Context())
    assert answers.last["Status"] == "SUCCESS", answers.last["Reason"]
    assert answers.last["LogicalResourceId"] == "L" * 255


def test_the_deadline_is_answered_by_a_tick_and_the_snapshot_is_kept(
    aws: LocalAws, create: dict[str, Any], answers: Answers
) -> None:
    create["ResourceProperties"]["TimeoutSeconds"] = "3"
    handler(hand_over(aws, create, seconds=60), Context())
    answer = answers.last
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("DeadlineExceeded: after 3 s snapshot my-graph-")
    assert "%" in answer["Reason"]
    assert answer["Data"] == {}
    assert not rules(aws)
    assert not permissions(aws)
    assert answer["PhysicalResourceId"] in snapshots(aws)


def test_a_poll_that_cannot_be_set_up_is_answered_and_leaves_nothing(
    aws: LocalAws, create: dict[str, Any], answers: Answers
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=60))
    aws.add_fault(Fault(FaultKind.ACCESS_DENIED, action="PutTargets", count=None))
    handler(create, Context(remaining=91))
    assert answers.last["Status"] == "FAILED"
    assert answers.last["PhysicalResourceId"].startswith("my-graph-")
    assert not rules(aws)
    assert not permissions(aws)


def test_a_delete_removes_the_poll_of_the_create_it_cancels(
    aws: LocalAws, create: dict[str, Any], answers: Answers
) -> None:
    hand_over(aws, create, seconds=60)
    delete = {**create, "RequestType": "Delete", "PhysicalResourceId": "Stack_Invented_Id"}
    handler(delete, Context())
    assert answers.last["Status"] == "SUCCESS"
    assert answers.last["PhysicalResourceId"] == "Stack_Invented_Id"
    assert not rules(aws)
    assert not permissions(aws)


def test_a_failure_is_answered_with_a_reason_and_an_id(
    create: dict[str, Any], answers: Answers
) -> None:
    create["ResourceProperties"]["DBClusterIdentifier"] = "nowhere"
    handler(create, Context())
    answer = answers.last
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("DBClusterNotFoundFault: no DB cluster nowhere")
    assert answer["PhysicalResourceId"].startswith("nowhere-")
    assert answer["Data"] == {}


def test_a_bad_property_is_answered_before_any_call(
    aws: LocalAws, create: dict[str, Any], answers: Answers
) -> None:
    aws.clear_calls()
    create["ResourceProperties"]["DBClusterIdentifier"] = "9--lives"
    handler(create, Context())
    assert answers.last["Status"] == "FAILED"
    assert (
        "DBClusterIdentifier must start with a letter; received '9--lives'"
        in (answers.last["Reason"])
    )
    assert answers.last["PhysicalResourceId"] == "never-made:request-1"
    assert not aws.calls(service="rds")


def test_an_unknown_request_type_is_answered(create: dict[str, Any], answers: Answers) -> None:
    handler({**create, "RequestType": "Replace"}, Context())
    assert answers.last["Status"] == "FAILED"
    assert (
        "RequestType must be Create, Update or Delete; received 'Replace'"
        in (answers.last["Reason"])
    )
    assert answers.last["PhysicalResourceId"]


@pytest.mark.parametrize("event", [{}, None, {"source": "aws.events"}])
def test_an_event_of_somebody_else_is_not_answered(
    aws: LocalAws,
    create: dict[str, Any],
    answers: Answers,
    caplog: pytest.LogCaptureFixture,
    event: object,
) -> None:
    """Not even at the address of the request before, which a warm instance still knows."""
    handler(create, Context())
    answers.received.clear()
    aws.clear_calls()
    handler(event, Context())
    assert not answers.received
    assert not aws.calls(service="rds")
    assert "Not an event of a custom resource" in caplog.text


def test_a_defect_of_ours_is_answered_too(
    create: dict[str, Any], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(handler_module, "_aws", fail)
    handler(create, Context())
    assert answers.last["Status"] == "FAILED"
    assert answers.last["Reason"].startswith("UnexpectedError: ZeroDivisionError: by zero.")
    assert answers.last["PhysicalResourceId"].startswith("my-graph-")


def test_logs_are_json_lines_and_hold_no_secret(
    create: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    handler(create, Context())
    lines = caplog.text.strip().splitlines()
    messages = [json.loads(line)["message"] for line in lines]
    assert any(message.startswith("Started snapshot my-graph-") for message in messages)
    assert any(message.startswith("Done: snapshot my-graph-") for message in messages)
    assert "X-Amz-Signature" not in "".join(lines)
    assert "Traceback" not in "".join(lines)


def hand_over(aws: LocalAws, event: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Let the first invocation end with a poll; what the poll's rule will deliver."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=seconds))
    handler(json.loads(json.dumps(event)), Context(remaining=91))
    (rule,) = rules(aws)
    (target,) = aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    tick: dict[str, Any] = json.loads(target["Input"])
    return tick


def rules(aws: LocalAws) -> list[str]:
    listed = aws.client("events").list_rules()["Rules"]
    return [rule["Name"] for rule in listed]


def remove_rules(aws: LocalAws) -> None:
    for rule in rules(aws):
        aws.client("events").remove_targets(Rule=rule, Ids=["1"])
        aws.client("events").delete_rule(Name=rule)
    for statement in permissions(aws):
        aws.client("lambda").remove_permission(FunctionName=FUNCTION, StatementId=statement)


def permissions(aws: LocalAws) -> list[str]:
    client = aws.client("lambda")
    try:
        policy = client.get_policy(FunctionName=FUNCTION)["Policy"]
    except client.exceptions.ResourceNotFoundException:
        return []
    return [statement["Sid"] for statement in json.loads(policy)["Statement"]]


def snapshots(aws: LocalAws) -> list[str]:
    listed = aws.client("neptune").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    return [snapshot["DBClusterSnapshotIdentifier"] for snapshot in listed]


def _create_function(aws: LocalAws) -> None:
    """A function that does nothing, so that a poll can be set up for it."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass\n")
    aws.client("lambda").create_function(
        FunctionName=FUNCTION,
        Runtime="python3.13",
        Handler="index.handler",
        Role=f"arn:aws:iam::{aws.account_id}:role/none",
        Code={"ZipFile": code.getvalue()},
    )
