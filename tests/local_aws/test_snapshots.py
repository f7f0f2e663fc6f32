import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws import LocalAws, ProgressCurve, SnapshotBehaviour, SnapshotEnd
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS
from support.probe import Probe

if TYPE_CHECKING:
    from types_boto3_neptune import NeptuneClient
    from types_boto3_neptune.type_defs import DBClusterSnapshotTypeDef, TagTypeDef

AT_ONCE = SnapshotBehaviour(seconds=0)
SLOW = SnapshotBehaviour(seconds=60)


def _create(
    neptune: "NeptuneClient", cluster: str, snapshot: str, *tags: "TagTypeDef"
) -> "DBClusterSnapshotTypeDef":
    answer = neptune.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=snapshot, Tags=tags
    )
    return answer["DBClusterSnapshot"]


def _describe(neptune: "NeptuneClient", snapshot: str) -> "DBClusterSnapshotTypeDef":
    answer = neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)
    return answer["DBClusterSnapshots"][0]


def _delete(neptune: "NeptuneClient", snapshot: str) -> "DBClusterSnapshotTypeDef":
    answer = neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot)
    return answer["DBClusterSnapshot"]


def _status(neptune: "NeptuneClient", snapshot: str) -> str | None:
    return _describe(neptune, snapshot).get("Status")


def _cluster_status(neptune: "NeptuneClient", cluster: str) -> str | None:
    (found,) = neptune.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
    return found.get("Status")


def _tags(neptune: "NeptuneClient", arn: str) -> dict[str | None, str | None]:
    tags = neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
    return {tag.get("Key"): tag.get("Value") for tag in tags}


def _code(problem: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = problem.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_snapshot_is_creating_with_growing_progress_and_then_available(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0.6))
    created = _create(neptune, cluster, "grows")
    assert (created.get("Status"), created.get("PercentProgress")) == ("creating", 0)
    seen: list[int] = []
    while _status(neptune, "grows") == "creating":
        seen.append(_describe(neptune, "grows").get("PercentProgress", -1))
        time.sleep(0.05)
    assert seen == sorted(seen)
    assert len(set(seen)) > 2
    done = _describe(neptune, "grows")
    assert (done.get("Status"), done.get("PercentProgress")) == ("available", 100)


def test_every_field_has_a_plausible_value(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(AT_ONCE)
    _create(neptune, cluster, "fields")
    fields = {**_describe(neptune, "fields")}
    for name in ("SnapshotCreateTime", "ClusterCreateTime"):
        moment = fields.pop(name)
        assert isinstance(moment, datetime)
        assert moment.tzinfo is not None
    absent = {"KmsKeyId", "SourceDBClusterSnapshotArn", "StorageType"}
    assert set(SNAPSHOT_FIELDS) - absent == {*fields, "SnapshotCreateTime", "ClusterCreateTime"}
    assert fields == {
        "AllocatedStorage": 1,
        "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "DBClusterIdentifier": cluster,
        "DBClusterSnapshotArn": "arn:aws:rds:us-east-1:111122223333:cluster-snapshot:fields",
        "DBClusterSnapshotIdentifier": "fields",
        "Engine": "neptune",
        "EngineVersion": "1.4.1.0",
        "IAMDatabaseAuthenticationEnabled": False,
        "LicenseModel": "amazon-license",
        "MasterUsername": "admin",
        "PercentProgress": 100,
        "Port": 8182,
        "SnapshotType": "manual",
        "Status": "available",
        "StorageEncrypted": False,
        "VpcId": "vpc-0123456789abcdef0",
    }


def test_the_key_of_an_encrypted_cluster_is_its_snapshots_key(
    aws: LocalAws, neptune: "NeptuneClient"
) -> None:
    aws.set_snapshot_behaviour(AT_ONCE)
    key = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    neptune.create_db_cluster(
        DBClusterIdentifier="secret", Engine="neptune", StorageEncrypted=True, KmsKeyId=key
    )
    snapshot = _create(neptune, "secret", "of-secret")
    assert (snapshot.get("StorageEncrypted"), snapshot.get("KmsKeyId")) == (True, key)


def test_describe_carries_no_tags(aws: LocalAws, cluster: str) -> None:
    # The client of RDS would show them; the one of Neptune does not know the field.
    rds = aws.client("rds")
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster,
        DBClusterSnapshotIdentifier="untold",
        Tags=[{"Key": "a", "Value": "b"}],
    )
    answer = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="untold")
    assert "TagList" not in answer["DBClusterSnapshots"][0]


def test_identifiers_are_stored_in_lower_case_and_found_in_any(
    neptune: "NeptuneClient", cluster: str
) -> None:
    created = _create(neptune, cluster.upper(), "Mixed-CASE")
    assert created.get("DBClusterSnapshotIdentifier") == "mixed-case"
    assert created.get("DBClusterIdentifier") == cluster
    assert _describe(neptune, "MIXED-case").get("DBClusterSnapshotIdentifier") == "mixed-case"


@pytest.mark.parametrize(
    ("snapshot", "chosen", "code", "status"),
    [
        *(
            (name, {}, "InvalidParameterValue", 400)
            for name in ("1st", "a--b", "a-", "a_b", "a" * 64)
        ),
        ("of-nothing", {"cluster": "nowhere"}, "DBClusterNotFoundFault", 404),
        ("TWICE", {}, "DBClusterSnapshotAlreadyExistsFault", 400),
        ("busy", {"status": "modifying"}, "InvalidDBClusterStateFault", 400),
        ("one-too-many", {"quota": 0}, "SnapshotQuotaExceeded", 400),
    ],
)
def test_a_snapshot_is_refused_with_the_code_of_aws(  # noqa: PLR0917
    aws: LocalAws,
    neptune: "NeptuneClient",
    cluster: str,
    snapshot: str,
    chosen: dict[str, Any],
    code: str,
    status: int,
) -> None:
    if snapshot == "TWICE":  # refused also while it is creating
        aws.set_snapshot_behaviour(SLOW)
        _create(neptune, cluster, "twice")
    if "status" in chosen:
        aws.set_cluster_status(cluster, chosen["status"], seconds=0.4)
        assert _cluster_status(neptune, cluster) == chosen["status"]
    if "quota" in chosen:
        aws.set_snapshot_quota(chosen["quota"])
    with pytest.raises(ClientError) as problem:
        _create(neptune, chosen.get("cluster", cluster), snapshot)
    assert _code(problem) == (code, status)
    if "status" in chosen:
        time.sleep(0.5)
        assert _cluster_status(neptune, cluster) == "available"
        _create(neptune, cluster, snapshot)


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (SnapshotBehaviour(seconds=60, progress=ProgressCurve.ABSENT), "creating"),
        (SnapshotBehaviour(seconds=0, outcome=SnapshotEnd.FAILED), "failed"),
    ],
    ids=["progress can be absent", "a snapshot can fail"],
)
def test_snapshots_behave_as_chosen(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str, behaviour: SnapshotBehaviour, status: str
) -> None:
    aws.set_snapshot_behaviour(behaviour)
    created = _create(neptune, cluster, f"{cluster}-chosen")
    assert ("PercentProgress" in created) is (behaviour.progress is not ProgressCurve.ABSENT)
    assert _status(neptune, f"{cluster}-chosen") == status


def test_a_choice_is_for_one_cluster_or_all_and_does_not_change_snapshots_that_exist(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(SLOW)
    _create(neptune, cluster, "older")
    aws.set_snapshot_behaviour(AT_ONCE, cluster=cluster.upper())
    _create(neptune, cluster, "own-behaviour")
    assert _status(neptune, "own-behaviour") == "available"
    aws.set_snapshot_behaviour(AT_ONCE)
    assert _status(neptune, "older") == "creating"


def test_of_creations_at_the_same_time_one_succeeds(neptune: "NeptuneClient", cluster: str) -> None:
    def try_it(_: int) -> bool:
        try:
            _create(neptune, cluster, "contested")
        except neptune.exceptions.DBClusterSnapshotAlreadyExistsFault:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == 1


def test_a_cluster_keeps_a_status_without_an_end(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_cluster_status(cluster, "deleting")
    assert _cluster_status(neptune, cluster) == "deleting"


def test_the_account_tells_how_much_of_the_quota_is_used(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    def used() -> int:
        quotas = aws.client("rds").describe_account_attributes()["AccountQuotas"]
        (quota,) = (q for q in quotas if q["AccountQuotaName"] == "ManualClusterSnapshots")
        assert quota["Max"] == 5000
        return int(quota["Used"])

    aws.set_snapshot_quota(5000)
    before = used()
    _create(neptune, cluster, "counted")
    assert used() == before + 1


def test_a_snapshot_is_deleted_only_when_it_is_available(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0.3))
    _create(neptune, cluster, "doomed")
    with pytest.raises(neptune.exceptions.InvalidDBClusterSnapshotStateFault) as problem:
        _delete(neptune, "doomed")
    assert _code(problem) == ("InvalidDBClusterSnapshotStateFault", 400)
    time.sleep(0.4)
    assert _delete(neptune, "Doomed").get("DBClusterSnapshotIdentifier") == "doomed"
    with pytest.raises(neptune.exceptions.DBClusterSnapshotNotFoundFault):
        _describe(neptune, "doomed")


def test_a_deletion_can_take_time(aws: LocalAws, neptune: "NeptuneClient", cluster: str) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0, delete_seconds=0.4))
    _create(neptune, cluster, "lingers")
    _delete(neptune, "lingers")
    assert _status(neptune, "lingers") == "deleting"
    with pytest.raises(neptune.exceptions.InvalidDBClusterSnapshotStateFault):
        _delete(neptune, "lingers")
    time.sleep(0.5)
    with pytest.raises(neptune.exceptions.DBClusterSnapshotNotFoundFault):
        _delete(neptune, "lingers")
    _create(neptune, cluster, "lingers")


def test_lists_come_in_pages_of_100_or_fewer(neptune: "NeptuneClient", cluster: str) -> None:
    names = [f"{cluster}-page-{number:03}" for number in range(105)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: _create(neptune, cluster, name), names))
    list_them = neptune.describe_db_cluster_snapshots
    first = list_them(DBClusterIdentifier=cluster)
    second = list_them(DBClusterIdentifier=cluster, Marker=first["Marker"])
    pages = [first["DBClusterSnapshots"], second["DBClusterSnapshots"]]
    assert [len(page) for page in pages] == [100, 5]
    assert "Marker" not in second
    assert [s.get("DBClusterSnapshotIdentifier") for page in pages for s in page] == names
    small = list_them(DBClusterIdentifier=cluster, MaxRecords=20)
    assert len(small["DBClusterSnapshots"]) == 20
    with pytest.raises(ClientError) as problem:
        list_them(MaxRecords=19)
    assert _code(problem) == ("InvalidParameterValue", 400)


def test_tags_are_set_at_creation_added_removed_and_listed(
    neptune: "NeptuneClient", cluster: str
) -> None:
    tags: list[TagTypeDef] = [
        {"Key": "team", "Value": "graph"},
        {"Key": "ümläut", "Value": "a b/c=d+e"},
    ]
    arn = _create(neptune, cluster, "tagged", *tags).get("DBClusterSnapshotArn", "")
    assert _tags(neptune, arn) == {"team": "graph", "ümläut": "a b/c=d+e"}
    neptune.add_tags_to_resource(
        ResourceName=arn, Tags=[{"Key": "team", "Value": "ops"}, {"Key": "new", "Value": ""}]
    )
    neptune.remove_tags_from_resource(ResourceName=arn, TagKeys=["ümläut"])
    assert _tags(neptune, arn) == {"team": "ops", "new": ""}


def test_a_copy_has_the_sources_tags_if_told_so_and_names_its_source(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(AT_ONCE)
    _create(neptune, cluster, "original", {"Key": "team", "Value": "graph"})
    source = _describe(neptune, "original").get("DBClusterSnapshotArn", "")
    found = {}
    for copies in (True, False):
        name = f"copied-{copies}"
        begun = neptune.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=source,
            TargetDBClusterSnapshotIdentifier=name,
            CopyTags=copies,
        )["DBClusterSnapshot"]
        assert begun.get("Status") == "copying"
        copy = _describe(neptune, name)
        assert copy.get("SourceDBClusterSnapshotArn") == source
        found[copies] = _tags(neptune, copy.get("DBClusterSnapshotArn", ""))
    assert found == {True: {"team": "graph"}, False: {}}
    aws.set_snapshot_behaviour(SLOW)
    _create(neptune, cluster, "unfinished")
    with pytest.raises(neptune.exceptions.InvalidDBClusterSnapshotStateFault):
        neptune.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier="unfinished",
            TargetDBClusterSnapshotIdentifier="too-early",
        )


def test_a_snapshot_is_shared_with_accounts_and_no_longer(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(AT_ONCE)
    _create(neptune, cluster, "lent")

    def shared(**change: list[str]) -> list[str]:
        neptune.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier="lent", AttributeName="restore", **change
        )
        result = neptune.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier="lent")
        (restore,) = result["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
        return restore["AttributeValues"]

    assert shared(ValuesToAdd=["111111111111", "222222222222"]) == ["111111111111", "222222222222"]
    assert shared(ValuesToRemove=["111111111111"]) == ["222222222222"]


def test_a_restored_cluster_has_what_its_snapshot_holds(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(AT_ONCE)
    _create(neptune, cluster, "held")
    arn = _describe(neptune, "held").get("DBClusterSnapshotArn", "")
    restored = neptune.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="again", SnapshotIdentifier=arn, Engine="neptune", Port=8183
    )["DBCluster"]
    assert (restored.get("EngineVersion"), restored.get("Port")) == ("1.4.1.0", 8183)
    (described,) = neptune.describe_db_clusters(DBClusterIdentifier="again")["DBClusters"]
    assert "KmsKeyId" not in described
    with pytest.raises(neptune.exceptions.DBClusterSnapshotNotFoundFault):
        neptune.restore_db_cluster_from_snapshot(
            DBClusterIdentifier="never", SnapshotIdentifier="nothing", Engine="neptune"
        )


def test_a_stack_may_take_a_snapshot_of_the_cluster_that_it_deletes(
    aws: LocalAws, neptune: "NeptuneClient"
) -> None:
    probe = Probe(aws, "with-a-last-snapshot")
    probe.deploy(
        Cluster={
            "Type": "AWS::Neptune::DBCluster",
            "DeletionPolicy": "Snapshot",
            "Properties": {"DBClusterIdentifier": "short-lived"},
        }
    )
    assert probe.delete() == "DELETE_COMPLETE"
    found = neptune.describe_db_cluster_snapshots(DBClusterIdentifier="short-lived")
    assert [one.get("Status") for one in found["DBClusterSnapshots"]] == ["available"]


def test_the_groups_that_every_account_has_are_there(neptune: "NeptuneClient") -> None:
    (subnets,) = neptune.describe_db_subnet_groups(DBSubnetGroupName="default")["DBSubnetGroups"]
    assert subnets["DBSubnetGroupName"] == "default"
    (parameters,) = neptune.describe_db_cluster_parameter_groups(
        DBClusterParameterGroupName="default.neptune1.4"
    )["DBClusterParameterGroups"]
    assert parameters["DBClusterParameterGroupName"] == "default.neptune1.4"
    with pytest.raises(ClientError):
        neptune.describe_db_subnet_groups(DBSubnetGroupName="mine")
