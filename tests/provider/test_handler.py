"""Invocations with the real crhelper, responding over real TLS, on local AWS."""

import json
from collections.abc import Iterator

import pytest

from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider import handler as handler_module
from neptune_snapshot_provider.contract import ATTRIBUTES
from neptune_snapshot_provider.core.request import Event
from neptune_snapshot_provider.handler import handler
from neptune_snapshot_provider.logs import LogEvent
from support import events, functions
from support.functions import Context
from support.response_server import ResponseServer


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        functions.create(aws, functions.NOTHING, Context().function_name)
        yield aws


@pytest.fixture
def create(aws: LocalAws, server: ResponseServer) -> Iterator[Event]:
    """A request of a stack that is in progress, as it is while a request is fulfilled."""
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
    yield {**events.create(), "StackId": created["StackId"], "ResponseURL": server.url}
    client.delete_stack(StackName="Graph")


@pytest.fixture(autouse=True)
def environment(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of the function, and an account that is empty again afterwards."""
    for name, value in aws.settings.items():
        monkeypatch.setenv(name, value)
    handler_module._aws.cache_clear()
    handler_module._rules.cache_clear()
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


def test_a_create_gets_a_complete_response_and_needs_no_rule(
    aws: LocalAws, create: Event, server: ResponseServer
) -> None:
    handler(create, Context())
    response = server.last
    assert response["Status"] == "SUCCESS", response["Reason"]
    assert response["PhysicalResourceId"].startswith("my-graph-")
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        assert response[key] == create[key]
    assert set(response["Data"]) == set(ATTRIBUTES)
    assert response["Data"]["Status"] == "available"
    assert response["Data"]["DBClusterSnapshotArn"].endswith(response["PhysicalResourceId"])
    assert server.sizes[-1] <= 4096
    assert len(server.received) == 1
    assert not rules(aws)


def test_a_long_snapshot_is_finished_by_the_poll(
    aws: LocalAws, create: Event, server: ResponseServer
) -> None:
    """A second poll responds, too; a logical ID may have 255 characters."""
    create["LogicalResourceId"] = "L" * 255
    poll = hand_over(aws, create, seconds=4)
    assert not server.received
    assert len(json.dumps(poll)) <= 8192
    for _ in range(2):
        handler(json.loads(json.dumps(poll)), Context())
        assert server.last["Status"] == "SUCCESS", server.last["Reason"]
        assert server.last["LogicalResourceId"] == create["LogicalResourceId"]
        assert set(server.last["Data"]) == set(ATTRIBUTES)
        assert not rules(aws)
    assert len(server.received) == 2


def test_at_the_deadline_a_poll_responds_and_the_snapshot_is_retained(
    aws: LocalAws, create: Event, server: ResponseServer
) -> None:
    create["ResourceProperties"]["TimeoutSeconds"] = "3"
    handler(hand_over(aws, create, seconds=60), Context())
    response = server.last
    assert response["Status"] == "FAILED"
    assert response["Reason"].startswith("DeadlineExceeded: after 3 s snapshot my-graph-")
    assert "%" in response["Reason"]
    assert response["Data"] == {}
    assert not rules(aws)
    assert response["PhysicalResourceId"] in snapshots(aws)


def test_a_delete_removes_the_rule_of_the_create_it_cancels(
    aws: LocalAws, create: Event, server: ResponseServer
) -> None:
    hand_over(aws, create, seconds=60)
    handler({**create, "RequestType": "Delete", "PhysicalResourceId": "Invented_Id"}, Context())
    assert (server.last["Status"], server.last["PhysicalResourceId"]) == ("SUCCESS", "Invented_Id")
    assert not rules(aws)


def test_a_poll_of_version_0_1_0_removes_the_rule_that_it_came_from(
    aws: LocalAws, create: Event, server: ResponseServer
) -> None:
    poll = hand_over(aws, create, seconds=2)
    (current,) = rules(aws)
    named = f"{current}-AbCdEfGh"
    arn = aws.client("events").put_rule(Name=named, ScheduleExpression="rate(1 minute)")["RuleArn"]
    handler({**poll, "CrHelperRule": arn}, Context())
    assert server.last["Status"] == "SUCCESS", server.last["Reason"]
    assert rules(aws) == [current]
    remove_rules(aws)


@pytest.mark.parametrize(
    ("change", "reason", "physical_id"),
    [
        pytest.param(
            {"ResourceProperties": events.properties("nowhere")},
            "DBClusterNotFoundFault: there is no DB cluster nowhere",
            "nowhere-",
            id="missing cluster",
        ),
        pytest.param(
            {"ResourceProperties": events.properties("9--lives")},
            "InvalidRequest: DBClusterIdentifier must start with a letter; received '9--lives'",
            "never-made:request-1",
            id="bad property",
        ),
        pytest.param(
            {"RequestType": "Replace"},
            "InvalidRequest: RequestType must be Create, Update or Delete; received 'Replace'",
            "never-made:request-1",
            id="unknown type",
        ),
    ],
)
def test_a_failure_has_a_reason_and_a_physical_id(
    aws: LocalAws,
    create: Event,
    server: ResponseServer,
    change: Event,
    *,
    reason: str,
    physical_id: str,
) -> None:
    aws.clear_calls()
    handler({**create, **change}, Context())
    assert server.last["Status"] == "FAILED"
    assert server.last["Reason"].startswith(reason)
    assert server.last["PhysicalResourceId"].startswith(physical_id)
    assert bool(aws.calls(service="rds")) is not reason.startswith("InvalidRequest")
    assert server.last["Data"] == {}


@pytest.mark.parametrize("event", [{}, None, {"source": "aws.events"}])
def test_an_event_of_another_service_gets_no_response(
    aws: LocalAws,
    create: Event,
    server: ResponseServer,
    caplog: pytest.LogCaptureFixture,
    event: object,
) -> None:
    """Not even at the URL of the previous request, which a warm instance may still know."""
    handler(create, Context())
    server.received.clear()
    aws.clear_calls()
    handler(event, Context())
    assert not server.received
    assert not aws.calls(service="rds")
    assert "Not an event of a custom resource" in caplog.text


def test_an_unexpected_error_gets_a_response(
    create: Event, server: ResponseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(handler_module, "_aws", fail)
    handler(create, Context())
    assert server.last["Status"] == "FAILED"
    assert server.last["Reason"].startswith("UnexpectedError: ZeroDivisionError: by zero.")
    assert server.last["PhysicalResourceId"].startswith("my-graph-")


def test_logs_are_json_lines_and_hold_no_secret(
    create: Event, caplog: pytest.LogCaptureFixture
) -> None:
    handler(create, Context())
    lines = caplog.text.strip().splitlines()
    messages = [json.loads(line)["message"] for line in lines]
    assert any(message.startswith("Started snapshot my-graph-") for message in messages)
    assert any(message.startswith("Done: snapshot my-graph-") for message in messages)
    codes = [json.loads(line)["event"] for line in lines if "event" in json.loads(line)]
    assert codes == [
        LogEvent.SNAPSHOT_STARTED,
        LogEvent.SNAPSHOT_PROGRESS,
        LogEvent.REQUEST_SUCCEEDED,
        LogEvent.RESPONSE_SENT,
    ]
    assert "X-Amz-Signature" not in "".join(lines)
    assert "Traceback" not in "".join(lines)


def hand_over(aws: LocalAws, event: Event, *, seconds: float) -> Event:
    """Let the first invocation end with a poll; what its rule will deliver."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=seconds))
    handler(json.loads(json.dumps(event)), Context(remaining=91))
    (rule,) = rules(aws)
    (target,) = aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    poll: Event = json.loads(target["Input"])
    return poll


def rules(aws: LocalAws) -> list[str]:
    listed = aws.client("events").list_rules()["Rules"]
    return [rule["Name"] for rule in listed]


def remove_rules(aws: LocalAws) -> None:
    for rule in rules(aws):
        targets = aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]
        ids = [target["Id"] for target in targets]
        aws.client("events").remove_targets(Rule=rule, Ids=ids)
        aws.client("events").delete_rule(Name=rule)


def snapshots(aws: LocalAws) -> list[str]:
    listed = aws.client("neptune").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    return [snapshot["DBClusterSnapshotIdentifier"] for snapshot in listed]
