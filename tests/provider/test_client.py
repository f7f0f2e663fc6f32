"""botocore's answers and exceptions, as the reconciler sees them."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from neptune_snapshot_provider.aws.client import BotoAws
from neptune_snapshot_provider.aws.protocol import (
    ClusterBusy,
    ClusterUnknown,
    Denied,
    QuotaReached,
    Refusal,
    SnapshotBusy,
    SnapshotExists,
    Unavailable,
)
from neptune_snapshot_provider.core.models import MISSING, Cluster, Snapshot
from neptune_snapshot_provider.errors import ApiFault

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
        ("DBClusterSnapshotAlreadyExistsFault", 400, SnapshotExists),
        ("InvalidDBClusterStateFault", 400, ClusterBusy),
        ("DBClusterNotFoundFault", 404, ClusterUnknown),
        ("SnapshotQuotaExceeded", 400, QuotaReached),
        ("SnapshotQuotaExceededFault", 400, QuotaReached),
        ("InvalidDBClusterSnapshotStateFault", 400, SnapshotBusy),
        ("AccessDenied", 403, Denied),
        ("AccessDeniedException", 403, Denied),
        ("Throttling", 400, Unavailable),
        ("ThrottlingException", 400, Unavailable),
        ("RequestLimitExceeded", 503, Unavailable),
        ("TooMany", 429, Unavailable),
        ("InternalFailure", 500, Unavailable),
        ("ServiceUnavailable", 503, Unavailable),
    ],
)
def test_every_fault_of_the_api_has_its_own_refusal(
    aws: BotoAws, neptune: Stubber, code: str, status: int, kind: type[Refusal]
) -> None:
    neptune.add_client_error("create_db_cluster_snapshot", code, "because", http_status_code=status)
    with pytest.raises(kind) as caught:
        aws.create("s", "c", {})
    assert caught.value.code == code
    assert caught.value.operation == "CreateDBClusterSnapshot"


def test_a_fault_nobody_knows_is_named(aws: BotoAws, neptune: Stubber) -> None:
    neptune.add_client_error("create_db_cluster_snapshot", "KMSKeyNotAccessibleFault", "no key")
    with pytest.raises(ApiFault, match=r"KMSKeyNotAccessibleFault: no key"):
        aws.create("s", "c", {})


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://localhost"),
        ConnectionClosedError(endpoint_url="https://localhost"),
        ReadTimeoutError(endpoint_url="https://localhost"),
        ResponseParserError("half an answer"),
    ],
)
def test_a_lost_connection_is_asked_again(
    aws: BotoAws, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(**_: Any) -> None:  # noqa: ANN401 - any call
        raise error

    monkeypatch.setattr(aws._neptune, "describe_db_clusters", fail)
    with pytest.raises(Unavailable):
        aws.cluster("c")


def test_missing_credentials_are_no_passing_fault(
    aws: BotoAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:  # noqa: ANN401 - any call
        raise NoCredentialsError

    monkeypatch.setattr(aws._neptune, "describe_db_clusters", fail)
    with pytest.raises(ApiFault, match="DescribeDBClusters"):
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


def test_a_cluster_is_read(aws: BotoAws, neptune: Stubber) -> None:
    record = {"DBClusterIdentifier": "c", "Engine": "neptune", "Status": "modifying"}
    neptune.add_response("describe_db_clusters", {"DBClusters": [record]})
    cluster = aws.cluster("C")
    assert isinstance(cluster, Cluster)
    assert (cluster.identifier, cluster.engine, cluster.status) == ("c", "neptune", "modifying")


def test_snapshots_of_a_cluster_come_from_all_pages(aws: BotoAws, neptune: Stubber) -> None:
    for number, marker in enumerate(("next", None)):
        answer: dict[str, Any] = {
            "DBClusterSnapshots": [{"DBClusterSnapshotIdentifier": f"s{number}"}]
        }
        if marker:
            answer["Marker"] = marker
        neptune.add_response("describe_db_cluster_snapshots", answer)
    assert [one.identifier for one in aws.snapshots_of("c")] == ["s0", "s1"]


def test_a_snapshot_is_created_with_its_tags(aws: BotoAws, neptune: Stubber) -> None:
    neptune.add_response(
        "create_db_cluster_snapshot",
        {"DBClusterSnapshot": {"DBClusterSnapshotIdentifier": "s", "Status": "creating"}},
        {
            "DBClusterSnapshotIdentifier": "s",
            "DBClusterIdentifier": "c",
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    )
    created = aws.create("s", "c", {"a": "b"})
    assert isinstance(created, Snapshot)
    assert created.status == "creating"


def test_tags_are_listed_added_and_removed(aws: BotoAws, neptune: Stubber) -> None:
    neptune.add_response(
        "list_tags_for_resource",
        {"TagList": [{"Key": "a", "Value": "b"}, {"Key": "only"}]},
        {"ResourceName": ARN},
    )
    neptune.add_response(
        "add_tags_to_resource", {}, {"ResourceName": ARN, "Tags": [{"Key": "c", "Value": "d"}]}
    )
    neptune.add_response("remove_tags_from_resource", {}, {"ResourceName": ARN, "TagKeys": ["a"]})
    assert aws.tags(ARN) == {"a": "b", "only": ""}
    aws.add_tags(ARN, {"c": "d"})
    aws.remove_tags(ARN, ("a",))


def test_a_nested_stack_is_seen_with_those_above_it(
    aws: BotoAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = {
        "nested": {"StackStatus": "DELETE_IN_PROGRESS", "ParentId": "middle"},
        "middle": {"StackStatus": "UPDATE_IN_PROGRESS", "ParentId": "root"},
        "root": {"StackStatus": "UPDATE_ROLLBACK_IN_PROGRESS"},
    }

    class CloudFormation:
        def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - the API's
            return {"Stacks": [stacks[StackName]]}

    monkeypatch.setattr(aws, "_cloudformation", CloudFormation())
    stack = aws.stack("nested")
    assert stack.is_rolling_back
    assert stack.is_deleting
