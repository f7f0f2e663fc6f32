"""The emulated CloudFormation sends what AWS sends, in the status in which AWS sends it."""

import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.exceptions import ClientError

from local_aws.custom_resources import response_problem, signed
from support.probe import Probe

CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
ROLLBACK_CLEANUP = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"


def begin(probe: Probe, **properties: str) -> None:
    """Create a stack with one resource, whose creation is not looked at."""
    assert probe.deploy(A=probe.resource(**properties)) == "CREATE_COMPLETE"
    probe.seen()


def test_what_an_update_replaced_is_deleted_in_its_cleanup(probe: Probe) -> None:
    assert probe.deploy(A=probe.resource(Id="one"), B=probe.resource(Id="other")) == (
        "CREATE_COMPLETE"
    )
    probe.seen()
    assert probe.deploy(A=probe.resource(Id="two")) == "UPDATE_COMPLETE"
    assert probe.requests() == [
        ("Update", "A", "one", "UPDATE_IN_PROGRESS"),
        ("Delete", "A", "one", CLEANUP),
        ("Delete", "B", "other", CLEANUP),
    ]


def test_a_cleanup_that_fails_is_tried_three_times(probe: Probe) -> None:
    begin(probe, Id="one", Fails="Delete")
    assert probe.deploy(A=probe.resource(Id="two")) == "UPDATE_COMPLETE"
    assert [one["request"] for one in probe.seen()] == ["Update", "Delete", "Delete", "Delete"]


def test_a_failed_create_is_deleted_by_the_id_of_its_response(probe: Probe) -> None:
    assert probe.deploy(A=probe.resource(Id="half", Fails="Create")) == "ROLLBACK_COMPLETE"
    assert probe.requests() == [
        ("Create", "A", "", "CREATE_IN_PROGRESS"),
        ("Delete", "A", "half", "ROLLBACK_IN_PROGRESS"),
    ]
    assert "DeletionTime" in probe.stack()


def test_a_create_without_a_response_is_deleted_by_an_invented_id(probe: Probe) -> None:
    probe.deploy(A=probe.resource(ServiceTimeout="1", Silent="Create"))
    (_, deletion) = probe.seen()
    assert deletion["request"] == "Delete"
    assert deletion["id"].startswith(f"{probe.name}-A-")


def test_a_rollback_sends_a_replaced_resource_only_a_delete_of_the_new_id(probe: Probe) -> None:
    begin(probe, Id="one", Version="1")
    ended = probe.deploy(
        A=probe.resource(Id="two", Version="2"), B=probe.resource("A", Id="b", Fails="Create")
    )
    assert ended == "UPDATE_ROLLBACK_COMPLETE"
    assert probe.requests() == [
        ("Update", "A", "one", "UPDATE_IN_PROGRESS"),
        ("Create", "B", "", "UPDATE_IN_PROGRESS"),
        ("Delete", "B", "b", ROLLBACK_CLEANUP),
        ("Delete", "A", "two", ROLLBACK_CLEANUP),
    ]


def test_a_rollback_sends_a_changed_resource_an_update_back(probe: Probe) -> None:
    begin(probe, Id="one", Version="1")
    probe.deploy(A=probe.resource(Id="one", Version="2", Fails="Update"))
    there, back = probe.seen()
    assert (there["old"], there["version"]) == ("1", "2")
    assert (back["old"], back["version"], back["status"]) == (
        *("2", "1"),
        "UPDATE_ROLLBACK_IN_PROGRESS",
    )


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Filling": "4096"}, "Response object is too long."),
        ({"Without": "PhysicalResourceId"}, "Invalid PhysicalResourceId"),
        ({"Without": "RequestId"}, "Vendor response doesn't contain RequestId key in object"),
    ],
)
def test_a_response_that_aws_refuses_fails_the_resource(
    probe: Probe, properties: dict[str, str], reason: str
) -> None:
    # The response to the Delete of the rollback is refused too.
    assert probe.deploy(A=probe.resource(**properties)) == "ROLLBACK_FAILED"
    events = probe.aws.client("cloudformation").describe_stack_events(StackName=probe.name)
    reasons = [one.get("ResourceStatusReason", "") for one in events["StackEvents"]]
    assert reason in reasons


@pytest.mark.parametrize("body", [b"no", b"[]", b"x" * 4097])
def test_what_is_no_response_is_refused(body: bytes) -> None:
    assert response_problem(body)


def test_the_address_of_a_response_says_when_the_request_was_sent() -> None:
    address = signed("https://127.0.0.1:1/_ministack/cfn-response/token")
    query = dict(parse_qsl(urlsplit(address).query))
    sent = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(time.time() - sent.timestamp()) < 5
    assert query["X-Amz-Expires"] == "7200"
    assert 1500 < len(address) < 2000


def test_times_are_those_of_the_operations(probe: Probe) -> None:
    began = time.time()
    probe.deploy(A=probe.resource(Id="one"))
    assert "LastUpdatedTime" not in probe.stack()
    created = probe.stack()["CreationTime"]
    probe.deploy(A=probe.resource(Id="two"))
    stack = probe.stack()
    assert stack["CreationTime"] == created
    assert began - 0.001 <= created.timestamp() < stack["LastUpdatedTime"].timestamp()
    assert "DeletionTime" not in stack
    assert probe.delete() == "DELETE_COMPLETE"
    assert probe.stack(stack["StackId"])["DeletionTime"] > stack["LastUpdatedTime"]


def test_a_stack_in_an_operation_takes_no_other(probe: Probe) -> None:
    probe.deploy(A=probe.resource(Id="one"))
    probe.start(A=probe.resource(Id="one", Version="2", Seconds="1.5"))
    with pytest.raises(ClientError, match="UPDATE_IN_PROGRESS state and can not be updated"):
        probe.start(A=probe.resource(Id="one", Version="3"))
    client = probe.aws.client("cloudformation")
    with pytest.raises(ClientError, match="UPDATE_IN_PROGRESS state and can not be updated"):
        client.create_change_set(
            StackName=probe.name, ChangeSetName="second", UsePreviousTemplate=True
        )
    with pytest.raises(ClientError, match="cannot be deleted while in UPDATE_IN_PROGRESS"):
        client.delete_stack(StackName=probe.name)
    assert probe.settled() == "UPDATE_COMPLETE"


def test_of_two_change_sets_one_is_executed(probe: Probe) -> None:
    probe.deploy(A=probe.resource(Id="one"))
    client = probe.aws.client("cloudformation")
    for name in ("first", "second"):
        client.create_change_set(
            StackName=probe.name,
            ChangeSetName=name,
            TemplateBody=probe.template(A=probe.resource(Id="one", Version=name, Seconds="1")),
        )
    client.execute_change_set(StackName=probe.name, ChangeSetName="first")
    with pytest.raises(ClientError):
        client.execute_change_set(StackName=probe.name, ChangeSetName="second")
    assert probe.settled() == "UPDATE_COMPLETE"


def test_a_service_token_may_not_change(probe: Probe) -> None:
    begin(probe, Id="one")
    changed = probe.resource(Id="one", Version="2")
    changed["Properties"]["ServiceToken"] = Probe.create(probe.aws).token
    assert probe.deploy(A=changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert probe.seen() == []


def test_without_rollback_a_failed_update_is_put_back_at_once_and_can_be_retried(
    probe: Probe,
) -> None:
    begin(probe, Id="one", Version="1")
    failing = probe.resource(Id="one", Version="2", Fails="Update")
    assert probe.deploy(disable_rollback=True, A=failing) == "UPDATE_FAILED"
    assert [(one["old"], one["version"], one["status"]) for one in probe.seen()] == [
        ("1", "2", "UPDATE_IN_PROGRESS"),
        ("2", "1", "UPDATE_IN_PROGRESS"),
    ]
    good = probe.resource(Id="one", Version="2")
    assert probe.deploy(disable_rollback=True, A=good) == "UPDATE_COMPLETE"
    (retry,) = probe.seen()
    assert (retry["old"], retry["version"]) == ("1", "2")


def test_without_rollback_what_failed_to_create_is_deleted_by_the_next_operation(
    probe: Probe,
) -> None:
    failing = probe.resource(Id="half", Fails="Create")
    assert probe.deploy(disable_rollback=True, A=failing) == "CREATE_FAILED"
    assert probe.deploy(disable_rollback=True, A=probe.resource(Id="whole")) == "UPDATE_COMPLETE"
    assert [one[:3] for one in probe.requests()] == [
        ("Create", "A", ""),
        ("Delete", "A", "half"),
        ("Create", "A", ""),
    ]


def test_without_rollback_a_new_id_is_refused_and_the_update_put_back(probe: Probe) -> None:
    begin(probe, Id="one", Version="1")
    replacing = probe.resource(Id="two", Version="2")
    assert probe.deploy(disable_rollback=True, A=replacing) == "UPDATE_FAILED"
    assert [(one["id"], one["version"]) for one in probe.seen()] == [("one", "2"), ("one", "1")]


def test_without_rollback_a_new_id_can_be_allowed_and_the_old_one_goes_with_the_next_success(
    probe: Probe,
) -> None:
    probe.aws.allow_replacement_without_rollback(allowed=True)
    begin(probe, Id="one", Version="1")
    replacing = probe.resource(Id="two", Version="2")
    failing = probe.resource("A", Id="b", Fails="Create")
    assert probe.deploy(disable_rollback=True, A=replacing, B=failing) == "UPDATE_FAILED"
    good = probe.resource("A", Id="b")
    assert probe.deploy(disable_rollback=True, A=replacing, B=good) == "UPDATE_COMPLETE"
    assert [one[:3] for one in probe.requests()] == [
        ("Update", "A", "one"),
        ("Create", "B", ""),
        ("Delete", "B", "b"),
        ("Create", "B", ""),
        ("Delete", "A", "one"),
    ]


def test_what_failed_without_rollback_can_be_rolled_back_later(probe: Probe) -> None:
    begin(probe, Id="one", Version="1")
    changed = probe.resource(Id="one", Version="2")
    failing = probe.resource("A", Id="half", Fails="Create")
    assert probe.deploy(disable_rollback=True, A=changed, B=failing) == "UPDATE_FAILED"
    probe.aws.client("cloudformation").rollback_stack(StackName=probe.name)
    assert probe.settled() == "UPDATE_ROLLBACK_COMPLETE"
    assert [(one["request"], one["id"], one["version"]) for one in probe.seen()] == [
        ("Update", "one", "2"),
        ("Create", "", ""),
        ("Update", "one", "1"),
        ("Delete", "half", ""),
    ]


def test_functions_can_read_the_status_of_some_seconds_ago(probe: Probe) -> None:
    begin(probe, Id="one")
    time.sleep(1)
    probe.aws.set_stale_reads(1)
    probe.deploy(A=probe.resource(Id="one", Version="2", Seconds="1.5", Fails="Update"))
    there, back = probe.seen()
    assert there["status"] == "CREATE_COMPLETE"
    assert back["status"] == "UPDATE_IN_PROGRESS"
    assert probe.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
