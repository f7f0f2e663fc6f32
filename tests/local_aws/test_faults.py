import time
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from local_aws import Call, Caller, Fault, FaultKind, LocalAws

if TYPE_CHECKING:
    from types_boto3_neptune import NeptuneClient

DESCRIBE = "DescribeDBClusterSnapshots"


def _outcomes(neptune: "NeptuneClient", number: int) -> list[bool]:
    outcomes: list[bool] = []
    for _ in range(number):
        try:
            neptune.describe_db_cluster_snapshots()
        except ClientError:
            outcomes.append(False)
        else:
            outcomes.append(True)
    return outcomes


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (FaultKind.THROTTLING, "Throttling", 400),
        (FaultKind.ACCESS_DENIED, "AccessDenied", 403),
    ],
)
def test_a_call_is_refused_in_the_words_of_the_api(
    aws: LocalAws, neptune: "NeptuneClient", kind: FaultKind, code: str, status: int
) -> None:
    aws.add_fault(Fault(kind, DESCRIBE))
    with pytest.raises(ClientError) as problem:
        neptune.describe_db_cluster_snapshots()
    response = problem.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_other_protocols_get_errors_in_their_own_form(aws: LocalAws) -> None:
    aws.add_fault(Fault(FaultKind.THROTTLING, service="events"))
    with pytest.raises(ClientError, match="ThrottlingException"):
        aws.client("events").list_rules()


def test_a_fault_counts(aws: LocalAws, neptune: "NeptuneClient") -> None:
    aws.add_fault(Fault(FaultKind.THROTTLING, DESCRIBE, count=2))
    assert _outcomes(neptune, 4) == [False, False, True, True]


def test_a_probability_is_repeatable(aws: LocalAws, neptune: "NeptuneClient") -> None:
    fault = Fault(FaultKind.THROTTLING, DESCRIBE, count=None, probability=0.5, seed=7)
    runs: list[list[bool]] = []
    for _ in range(2):
        aws.clear_faults()
        aws.add_fault(fault)
        runs.append(_outcomes(neptune, 20))
    assert runs[0] == runs[1]
    assert 0 < sum(runs[0]) < 20


def test_a_fault_can_be_for_functions_only(aws: LocalAws, neptune: "NeptuneClient") -> None:
    aws.add_fault(Fault(FaultKind.THROTTLING, DESCRIBE, caller=Caller.LAMBDA))
    assert _outcomes(neptune, 1) == [True]


def test_a_fault_can_be_about_one_thing_only(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    neptune.describe_db_clusters(DBClusterIdentifier=cluster)
    aws.add_fault(Fault(FaultKind.THROTTLING, "DescribeDBClusters", count=None, about=cluster[1:]))
    neptune.describe_db_clusters()
    with pytest.raises(ClientError):
        neptune.describe_db_clusters(DBClusterIdentifier=cluster)


def test_calls_are_recorded_with_their_parameters_and_outcome(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.clear_calls()
    aws.add_fault(Fault(FaultKind.THROTTLING, DESCRIBE))
    with pytest.raises(ClientError):
        neptune.describe_db_cluster_snapshots(DBClusterIdentifier=cluster)
    aws.client("events").list_rules(NamePrefix="abc")
    described, listed = aws.calls()
    assert isinstance(described, Call)
    identity = (described.service, described.action, described.caller)
    assert identity == ("rds", DESCRIBE, Caller.OUTSIDE)
    assert described.parameters["DBClusterIdentifier"] == cluster
    assert (described.status, described.fault) == (400, "throttling")
    assert abs(described.time - time.time()) < 10
    assert (listed.service, listed.action, listed.status) == ("events", "ListRules", 200)
    assert listed.parameters["NamePrefix"] == "abc"
    assert aws.calls(DESCRIBE) == [described]
    assert aws.calls(service="events") == [listed]
    assert aws.calls(caller=Caller.LAMBDA) == []


def test_reset_takes_back_every_choice(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.add_fault(Fault(FaultKind.THROTTLING, count=None))
    aws.set_cluster_status(cluster, "modifying")
    aws.set_snapshot_quota(0)
    aws.reset()
    assert aws.calls() == []
    quotas = aws.client("rds").describe_account_attributes()["AccountQuotas"]
    maxima = {quota["AccountQuotaName"]: quota["Max"] for quota in quotas}
    assert maxima["ManualClusterSnapshots"] == 100
    # Other tests may have left more than that.
    aws.set_snapshot_quota(10_000)
    neptune.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier="after-reset"
    )
