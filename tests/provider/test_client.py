"""The calls of the client, and what it makes of boto3's responses and exceptions."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from neptune_snapshot_provider.aws.client import BotoAws
from neptune_snapshot_provider.core import refusals
from neptune_snapshot_provider.core.models import MISSING, Missing, Stack

ARN = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:s"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> BotoAws:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    return BotoAws()


@pytest.fixture
def neptune(aws: BotoAws) -> Iterator[Stubber]:
    with Stubber(aws._neptune) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("DBClusterSnapshotAlreadyExistsFault", 400, refusals.SnapshotExists),
        ("InvalidDBClusterStateFault", 400, refusals.ClusterBusy),
        ("DBClusterNotFoundFault", 404, refusals.ClusterUnknown),
        ("SnapshotQuotaExceeded", 400, refusals.QuotaReached),
        ("SnapshotQuotaExceededFault", 400, refusals.QuotaReached),
        ("InvalidDBClusterSnapshotStateFault", 400, refusals.SnapshotBusy),
        ("AccessDenied", 403, refusals.Denied),
        ("AccessDeniedException", 403, refusals.Denied),
        ("Throttling", 400, refusals.Unavailable),
        ("ThrottlingException", 400, refusals.Unavailable),
        ("RequestLimitExceeded", 503, refusals.Unavailable),
        ("TooMany", 429, refusals.Unavailable),
        ("InternalFailure", 500, refusals.Unavailable),
        ("ServiceUnavailable", 503, refusals.Unavailable),
        ("KMSKeyNotAccessibleFault", 400, refusals.Unexpected),
    ],
)
def test_every_fault_of_the_api_has_its_own_refusal(
    aws: BotoAws, neptune: Stubber, code: str, status: int, kind: type[refusals.Refusal]
) -> None:
    neptune.add_client_error("create_db_cluster_snapshot", code, "because", http_status_code=status)
    with pytest.raises(kind) as caught:
        aws.create("s", "c", {})
    assert caught.value.code == code
    assert str(caught.value) == f"CreateDBClusterSnapshot: {code}: because"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (EndpointConnectionError(endpoint_url="https://localhost"), refusals.Unavailable),
        (ConnectionClosedError(endpoint_url="https://localhost"), refusals.Unavailable),
        (ReadTimeoutError(endpoint_url="https://localhost"), refusals.Unavailable),
        (ResponseParserError("half a response"), refusals.Unavailable),
        (NoCredentialsError(), refusals.Unexpected),
    ],
)
def test_a_lost_connection_may_be_retried_but_not_missing_credentials(
    aws: BotoAws, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[refusals.Refusal]
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(aws._neptune, "describe_db_clusters", fail)
    with pytest.raises(kind, match="DescribeDBClusters"):
        aws.cluster("c")


def test_not_found_is_a_value(aws: BotoAws, neptune: Stubber) -> None:
    neptune.add_client_error("describe_db_cluster_snapshots", "DBClusterSnapshotNotFoundFault")
    neptune.add_response("describe_db_cluster_snapshots", {"DBClusterSnapshots": []})
    neptune.add_client_error("describe_db_clusters", "DBClusterNotFoundFault")
    neptune.add_client_error("delete_db_cluster_snapshot", "DBClusterSnapshotNotFoundFault")
    neptune.add_client_error("describe_db_cluster_snapshots", "DBClusterNotFoundFault")
    assert aws.snapshot("s") is MISSING
    assert aws.snapshot("s") is MISSING
    assert aws.cluster("c") is MISSING
    aws.delete("s")
    assert list(aws.snapshots_of("c")) == []


def test_a_tag_may_have_no_value(aws: BotoAws, neptune: Stubber) -> None:
    tags = [{"Key": "a", "Value": "b"}, {"Key": "only"}]
    neptune.add_response("list_tags_for_resource", {"TagList": tags}, {"ResourceName": ARN})
    assert aws.tags(ARN) == {"a": "b", "only": ""}


@pytest.mark.parametrize("code", ["DBSnapshotNotFound", "InvalidParameterValue"])
def test_the_tags_of_a_snapshot_that_is_gone(aws: BotoAws, neptune: Stubber, code: str) -> None:
    neptune.add_client_error("list_tags_for_resource", code)
    with pytest.raises(refusals.SnapshotGone):
        aws.tags(ARN)


Described = Callable[..., Stack | Missing]


@pytest.fixture
def described(aws: BotoAws, monkeypatch: pytest.MonkeyPatch) -> Described:
    """Describe the stack ``own`` among others by their IDs; one with a ``code`` is refused."""

    def described(**stacks: dict[str, Any]) -> Stack | Missing:
        def describe_stacks(StackName: str) -> dict[str, Any]:  # noqa: N803 - the API's
            stack = stacks[StackName]
            if "code" in stack:
                raise ClientError({"Error": {"Code": stack["code"]}}, "DescribeStacks")
            return {"Stacks": [stack]}

        cloudformation = SimpleNamespace(describe_stacks=describe_stacks)
        monkeypatch.setattr(aws, "_cloudformation", cloudformation)
        return aws.stack("own")

    return described


def test_a_nested_stack_is_described_with_its_ancestors(
    described: Described,
) -> None:
    assert described(
        own={"StackStatus": "DELETE_IN_PROGRESS", "ParentId": "middle"},
        middle={"StackStatus": "UPDATE_IN_PROGRESS", "ParentId": "root"},
        root={"StackStatus": "UPDATE_ROLLBACK_IN_PROGRESS"},
    ) == Stack(
        status="DELETE_IN_PROGRESS", ancestors=("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS")
    )


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "ValidationError"])
def test_a_parent_that_may_not_be_described_is_unknown(described: Described, code: str) -> None:
    own = {"StackStatus": "UPDATE_IN_PROGRESS", "ParentId": "parent"}
    stack = described(own=own, parent={"code": code})
    assert stack == Stack(status="UPDATE_IN_PROGRESS", ancestors_known=False)
    with pytest.raises(refusals.Unavailable):
        described(own=own, parent={"code": "Throttling"})


def test_a_stack_that_cloudformation_does_not_know_is_a_value(
    described: Described,
) -> None:
    assert described(own={"code": "ValidationError"}) is MISSING
    with pytest.raises(refusals.Denied):
        described(own={"code": "AccessDenied"})


UPDATED, DELETED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
OPERATION_ID = uuid.UUID("f2f6f580-e6a9-11f0-8000-0a1b2c3d4e5f")
"""A UUIDv1."""
IN_ID = datetime(2026, 1, 1, 0, 36, 44, 861786, tzinfo=UTC).timestamp()


def operation(kind: str, identifier: object = OPERATION_ID) -> dict[str, Any]:
    return {"LastOperations": [{"OperationType": kind, "OperationId": str(identifier)}]}


@pytest.mark.parametrize(
    ("fields", "began_at"),
    [
        ({}, None),
        ({"LastUpdatedTime": UPDATED}, UPDATED.timestamp()),
        ({"LastUpdatedTime": UPDATED, "DeletionTime": DELETED}, DELETED.timestamp()),
        (operation("UPDATE_STACK"), IN_ID),
        (operation("DELETE_STACK"), IN_ID),
        (operation("CREATE_STACK"), None),
        (operation("ROLLBACK"), None),
        (operation("UPDATE_STACK", uuid.UUID(int=0, version=4)), None),
        (operation("UPDATE_STACK", "none"), None),
    ],
)
def test_an_operation_begins_at_the_time_in_its_id_or_in_the_record(
    described: Described, fields: dict[str, Any], began_at: float | None
) -> None:
    stack = described(own={"StackStatus": "UPDATE_IN_PROGRESS", **fields})
    assert isinstance(stack, Stack)
    assert stack.began_at == (pytest.approx(began_at, abs=0.001) if began_at else None)


@pytest.mark.parametrize(("accounts", "is_shared"), [([], False), (["all"], True)])
def test_a_snapshot_is_shared_when_it_may_be_restored_by_others(
    aws: BotoAws, neptune: Stubber, accounts: list[str], *, is_shared: bool
) -> None:
    attribute = {"AttributeName": "restore", "AttributeValues": accounts}
    neptune.add_response(
        "describe_db_cluster_snapshot_attributes",
        {"DBClusterSnapshotAttributesResult": {"DBClusterSnapshotAttributes": [attribute]}},
        {"DBClusterSnapshotIdentifier": "s"},
    )
    assert aws.is_shared("s") is is_shared


def test_the_quota_is_read_from_the_account(aws: BotoAws) -> None:
    quotas = [
        {"AccountQuotaName": "DBInstances", "Used": 1, "Max": 40},
        {"AccountQuotaName": "ManualClusterSnapshots", "Used": 7, "Max": 100},
    ]
    with Stubber(aws._rds) as rds:
        rds.add_response("describe_account_attributes", {"AccountQuotas": quotas})
        rds.add_response("describe_account_attributes", {"AccountQuotas": quotas[:1]})
        assert aws.quota() == (7, 100)
        with pytest.raises(refusals.Unexpected, match="ManualClusterSnapshots"):
            aws.quota()


def test_a_parameter_is_written_and_read_and_empty_while_there_is_none(aws: BotoAws) -> None:
    with Stubber(aws._ssm) as ssm:
        ssm.add_client_error("get_parameter", "ParameterNotFound")
        ssm.add_response(
            "put_parameter", {}, {"Name": "/p", "Value": ARN, "Type": "String", "Overwrite": True}
        )
        ssm.add_response("get_parameter", {"Parameter": {"Value": ARN}}, {"Name": "/p"})
        ssm.add_client_error("get_parameter", "AccessDeniedException")
        assert aws.parameter("/p") == ""
        aws.put_parameter("/p", ARN)
        assert aws.parameter("/p") == ARN
        with pytest.raises(refusals.Denied):
            aws.parameter("/p")
