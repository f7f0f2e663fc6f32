import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from local_aws import LocalAws, ProgressCurve, SnapshotBehaviour, SnapshotEnd
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS
from support.probe import Probe

if TYPE_CHECKING:
    from types_boto3_neptune import NeptuneClient
    from types_boto3_neptune.type_defs import DBClusterSnapshotTypeDef, TagTypeDef

AT_ONCE = SnapshotBehaviour(seconds=0)


def _create(neptune: "NeptuneClient", cluster: str, snapshot: str) -> "DBClusterSnapshotTypeDef":
    answer = neptune.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=snapshot
    )
    return answer["DBClusterSnapshot"]


def _describe(neptune: "NeptuneClient", snapshot: str) -> "DBClusterSnapshotTypeDef":
    answer = neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)
    return answer["DBClusterSnapshots"][0]


def _status(neptune: "NeptuneClient", snapshot: str) -> str | None:
    return _describe(neptune, snapshot).get("Status")


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


@pytest.mark.parametrize("name", ["1st", "a--b", "a-", "a_b", "a" * 64])
def test_what_is_no_identifier_is_refused(
    neptune: "NeptuneClient", cluster: str, name: str
) -> None:
    with pytest.raises(ClientError) as problem:
        _create(neptune, cluster, name)
    assert _code(problem) == ("InvalidParameterValue", 400)


def test_progress_can_be_absent(aws: LocalAws, neptune: "NeptuneClient", cluster: str) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=60, progress=ProgressCurve.ABSENT))
    assert "PercentProgress" not in _create(neptune, cluster, "silent")


def test_a_snapshot_can_fail(aws: LocalAws, neptune: "NeptuneClient", cluster: str) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0, outcome=SnapshotEnd.FAILED))
    _create(neptune, cluster, "fails")
    assert _status(neptune, "fails") == "failed"


def test_a_cluster_can_have_a_behaviour_of_its_own(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=60))
    aws.set_snapshot_behaviour(AT_ONCE, cluster=cluster.upper())
    _create(neptune, cluster, "own-behaviour")
    assert _status(neptune, "own-behaviour") == "available"


def test_a_choice_does_not_change_snapshots_that_exist(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=60))
    _create(neptune, cluster, "older")
    aws.set_snapshot_behaviour(AT_ONCE)
    assert _status(neptune, "older") == "creating"


def test_a_snapshot_of_no_cluster_is_refused(neptune: "NeptuneClient") -> None:
    with pytest.raises(neptune.exceptions.DBClusterNotFoundFault) as problem:
        _create(neptune, "nowhere", "of-nothing")
    assert _code(problem) == ("DBClusterNotFoundFault", 404)


def test_a_snapshot_that_exists_is_refused_also_while_it_is_creating(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=60))
    _create(neptune, cluster, "twice")
    with pytest.raises(neptune.exceptions.DBClusterSnapshotAlreadyExistsFault) as problem:
        _create(neptune, cluster, "TWICE")
    assert _code(problem) == ("DBClusterSnapshotAlreadyExistsFault", 400)


def test_of_creations_at_the_same_time_one_succeeds(neptune: "NeptuneClient", cluster: str) -> None:
    def try_it(_: int) -> bool:
        try:
            _create(neptune, cluster, "contested")
        except neptune.exceptions.DBClusterSnapshotAlreadyExistsFault:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == 1


def test_a_busy_cluster_refuses_a_snapshot_until_it_is_available(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_cluster_status(cluster, "modifying", seconds=0.4)
    described = neptune.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]
    assert described.get("Status") == "modifying"
    with pytest.raises(neptune.exceptions.InvalidDBClusterStateFault) as problem:
        _create(neptune, cluster, "busy")
    assert _code(problem) == ("InvalidDBClusterStateFault", 400)
    time.sleep(0.5)
    described = neptune.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]
    assert described.get("Status") == "available"
    _create(neptune, cluster, "busy")


def test_a_cluster_keeps_a_status_without_an_end(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_cluster_status(cluster, "deleting")
    described = neptune.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]
    assert described.get("Status") == "deleting"


def test_the_quota_is_refused_by_its_name_on_the_wire(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_quota(0)
    with pytest.raises(neptune.exceptions.SnapshotQuotaExceededFault) as problem:
        _create(neptune, cluster, "one-too-many")
    assert _code(problem) == ("SnapshotQuotaExceeded", 400)


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
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="doomed")
    assert _code(problem) == ("InvalidDBClusterSnapshotStateFault", 400)
    time.sleep(0.4)
    deleted = neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="Doomed")
    assert deleted["DBClusterSnapshot"].get("DBClusterSnapshotIdentifier") == "doomed"
    with pytest.raises(neptune.exceptions.DBClusterSnapshotNotFoundFault):
        _describe(neptune, "doomed")


def test_a_deletion_can_take_time(aws: LocalAws, neptune: "NeptuneClient", cluster: str) -> None:
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0, delete_seconds=0.4))
    _create(neptune, cluster, "lingers")
    neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="lingers")
    assert _status(neptune, "lingers") == "deleting"
    with pytest.raises(neptune.exceptions.InvalidDBClusterSnapshotStateFault):
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="lingers")
    time.sleep(0.5)
    with pytest.raises(neptune.exceptions.DBClusterSnapshotNotFoundFault):
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="lingers")
    _create(neptune, cluster, "lingers")


def test_lists_come_in_pages_of_100(neptune: "NeptuneClient", cluster: str) -> None:
    names = [f"{cluster}-page-{number:03}" for number in range(105)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: _create(neptune, cluster, name), names))
    first = neptune.describe_db_cluster_snapshots(DBClusterIdentifier=cluster)
    second = neptune.describe_db_cluster_snapshots(
        DBClusterIdentifier=cluster, Marker=first["Marker"]
    )
    pages = [first["DBClusterSnapshots"], second["DBClusterSnapshots"]]
    assert [len(page) for page in pages] == [100, 5]
    assert "Marker" not in second
    assert [s.get("DBClusterSnapshotIdentifier") for page in pages for s in page] == names


def test_a_page_can_be_smaller_within_limits(neptune: "NeptuneClient", cluster: str) -> None:
    for number in range(21):
        _create(neptune, cluster, f"{cluster}-small-{number:03}")
    page = neptune.describe_db_cluster_snapshots(DBClusterIdentifier=cluster, MaxRecords=20)
    assert len(page["DBClusterSnapshots"]) == 20
    with pytest.raises(ClientError) as problem:
        neptune.describe_db_cluster_snapshots(MaxRecords=19)
    assert _code(problem) == ("InvalidParameterValue", 400)


def test_tags_are_set_at_creation_added_removed_and_listed(
    neptune: "NeptuneClient", cluster: str
) -> None:
    created = neptune.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster,
        DBClusterSnapshotIdentifier="tagged",
        Tags=[{"Key": "team", "Value": "graph"}, {"Key": "ümläut", "Value": "a b/c=d+e"}],
    )
    arn = created["DBClusterSnapshot"].get("DBClusterSnapshotArn", "")
    neptune.add_tags_to_resource(
        ResourceName=arn, Tags=[{"Key": "team", "Value": "ops"}, {"Key": "new", "Value": ""}]
    )
    neptune.remove_tags_from_resource(ResourceName=arn, TagKeys=["ümläut"])
    tags = neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
    assert {tag.get("Key"): tag.get("Value") for tag in tags} == {"team": "ops", "new": ""}


def test_a_copy_has_the_sources_tags_if_told_so_and_names_its_source(
    aws: LocalAws, neptune: "NeptuneClient", cluster: str
) -> None:
    aws.set_snapshot_behaviour(AT_ONCE)
    tags: list[TagTypeDef] = [{"Key": "team", "Value": "graph"}]
    neptune.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier="original", Tags=tags
    )
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
        arn = copy.get("DBClusterSnapshotArn", "")
        found[copies] = neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
    assert found == {True: tags, False: []}
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=60))
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
