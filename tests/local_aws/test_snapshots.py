import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws import LocalAws, ProgressCurve, SnapshotBehaviour, SnapshotEnd
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS
from support.probe import Probe

if TYPE_CHECKING:
    from types_boto3_neptune import NeptuneClient
    from types_boto3_neptune.type_defs import TagTypeDef

AT_ONCE = SnapshotBehaviour(seconds=0)
SLOW = SnapshotBehaviour(seconds=60)


@dataclass
class Api:
    """Neptune's API, and a cluster to take snapshots of."""

    aws: LocalAws
    neptune: "NeptuneClient"
    cluster: str

    def create(self, name: str, *tags: "TagTypeDef", cluster: str = "") -> dict[str, Any]:
        answer = self.neptune.create_db_cluster_snapshot(
            DBClusterIdentifier=cluster or self.cluster,
            DBClusterSnapshotIdentifier=name,
            Tags=tags,
        )
        return dict(answer["DBClusterSnapshot"])

    def describe(self, name: str) -> dict[str, Any]:
        found = self.neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)
        return dict(found["DBClusterSnapshots"][0])

    def status(self, name: str) -> str:
        return str(self.describe(name)["Status"])

    def delete(self, name: str) -> dict[str, Any]:
        answer = self.neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
        return dict(answer["DBClusterSnapshot"])

    def cluster_status(self) -> str:
        (found,) = self.neptune.describe_db_clusters(DBClusterIdentifier=self.cluster)["DBClusters"]
        return str(found["Status"])

    def tags(self, arn: str) -> dict[str, str]:
        tags = self.neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
        return {tag["Key"]: tag["Value"] for tag in tags}


@pytest.fixture
def api(aws: LocalAws, neptune: "NeptuneClient", cluster: str) -> Api:
    return Api(aws, neptune, cluster)


def _code(problem: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = problem.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_snapshot_is_creating_with_growing_progress_and_then_available(api: Api) -> None:
    api.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0.6))
    created = api.create("grows")
    assert (created["Status"], created["PercentProgress"]) == ("creating", 0)
    seen: list[int] = []
    while api.status("grows") == "creating":
        seen.append(api.describe("grows")["PercentProgress"])
        time.sleep(0.05)
    assert seen == sorted(seen)
    assert len(set(seen)) > 2
    done = api.describe("grows")
    assert (done["Status"], done["PercentProgress"]) == ("available", 100)


def test_every_field_has_a_plausible_value(api: Api) -> None:
    api.aws.set_snapshot_behaviour(AT_ONCE)
    api.create("fields")
    fields = api.describe("fields")
    for name in ("SnapshotCreateTime", "ClusterCreateTime"):
        moment = fields.pop(name)
        assert isinstance(moment, datetime)
        assert moment.tzinfo is not None
    absent = {"KmsKeyId", "SourceDBClusterSnapshotArn", "StorageType"}
    assert set(SNAPSHOT_FIELDS) - absent == {*fields, "SnapshotCreateTime", "ClusterCreateTime"}
    assert fields == {
        "AllocatedStorage": 1,
        "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "DBClusterIdentifier": api.cluster,
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


def test_the_key_of_an_encrypted_cluster_is_its_snapshots_key(api: Api) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    api.neptune.create_db_cluster(
        DBClusterIdentifier="secret", Engine="neptune", StorageEncrypted=True, KmsKeyId=key
    )
    snapshot = api.create("of-secret", cluster="secret")
    assert (snapshot["StorageEncrypted"], snapshot["KmsKeyId"]) == (True, key)


def test_describe_carries_no_tags(api: Api) -> None:
    # The client of RDS would show them; the one of Neptune does not know the field.
    api.create("untold", {"Key": "a", "Value": "b"})
    describe = api.aws.client("rds").describe_db_cluster_snapshots
    answer = describe(DBClusterSnapshotIdentifier="untold")
    assert "TagList" not in answer["DBClusterSnapshots"][0]


def test_identifiers_are_stored_in_lower_case_and_found_in_any(api: Api) -> None:
    created = api.create("Mixed-CASE", cluster=api.cluster.upper())
    assert created["DBClusterSnapshotIdentifier"] == "mixed-case"
    assert created["DBClusterIdentifier"] == api.cluster
    assert api.describe("MIXED-case")["DBClusterSnapshotIdentifier"] == "mixed-case"


def test_progress_can_be_absent(api: Api) -> None:
    api.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=60, progress=ProgressCurve.ABSENT))
    assert "PercentProgress" not in api.create("silent")


def test_a_snapshot_can_fail(api: Api) -> None:
    api.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0, outcome=SnapshotEnd.FAILED))
    api.create("fails")
    assert api.status("fails") == "failed"


def test_a_choice_is_for_one_cluster_or_all_and_changes_no_snapshots_that_exist(api: Api) -> None:
    api.aws.set_snapshot_behaviour(SLOW)
    api.create("older")
    api.aws.set_snapshot_behaviour(AT_ONCE, cluster=api.cluster.upper())
    api.create("own-behaviour")
    assert api.status("own-behaviour") == "available"
    api.aws.set_snapshot_behaviour(AT_ONCE)
    assert api.status("older") == "creating"


@pytest.mark.parametrize("name", ["1st", "a--b", "a-", "a_b", "a" * 64])
def test_what_is_no_identifier_is_refused(api: Api, name: str) -> None:
    with pytest.raises(ClientError) as problem:
        api.create(name)
    assert _code(problem) == ("InvalidParameterValue", 400)


def test_a_snapshot_of_no_cluster_is_refused(api: Api) -> None:
    with pytest.raises(api.neptune.exceptions.DBClusterNotFoundFault) as problem:
        api.create("of-nothing", cluster="nowhere")
    assert _code(problem) == ("DBClusterNotFoundFault", 404)


def test_a_snapshot_that_exists_is_refused_also_while_it_is_creating(api: Api) -> None:
    api.aws.set_snapshot_behaviour(SLOW)
    api.create("twice")
    with pytest.raises(api.neptune.exceptions.DBClusterSnapshotAlreadyExistsFault) as problem:
        api.create("TWICE")
    assert _code(problem) == ("DBClusterSnapshotAlreadyExistsFault", 400)


def test_of_creations_at_the_same_time_one_succeeds(api: Api) -> None:
    def try_it(_: int) -> bool:
        try:
            api.create("contested")
        except api.neptune.exceptions.DBClusterSnapshotAlreadyExistsFault:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == 1


def test_a_busy_cluster_refuses_a_snapshot_until_it_is_available(api: Api) -> None:
    api.aws.set_cluster_status(api.cluster, "modifying", seconds=0.4)
    assert api.cluster_status() == "modifying"
    with pytest.raises(api.neptune.exceptions.InvalidDBClusterStateFault) as problem:
        api.create("busy")
    assert _code(problem) == ("InvalidDBClusterStateFault", 400)
    time.sleep(0.5)
    assert api.cluster_status() == "available"
    api.create("busy")
    # Without an end it keeps the status.
    api.aws.set_cluster_status(api.cluster, "deleting")
    assert api.cluster_status() == "deleting"


def test_the_quota_is_refused_by_its_name_on_the_wire(api: Api) -> None:
    api.aws.set_snapshot_quota(0)
    with pytest.raises(api.neptune.exceptions.SnapshotQuotaExceededFault) as problem:
        api.create("one-too-many")
    assert _code(problem) == ("SnapshotQuotaExceeded", 400)


def test_the_account_tells_how_much_of_the_quota_is_used(api: Api) -> None:
    def used() -> int:
        quotas = api.aws.client("rds").describe_account_attributes()["AccountQuotas"]
        (quota,) = (q for q in quotas if q["AccountQuotaName"] == "ManualClusterSnapshots")
        assert quota["Max"] == 5000
        return int(quota["Used"])

    api.aws.set_snapshot_quota(5000)
    before = used()
    api.create("counted")
    assert used() == before + 1


def test_a_snapshot_is_deleted_only_when_it_is_available(api: Api) -> None:
    api.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0.3))
    api.create("doomed")
    with pytest.raises(api.neptune.exceptions.InvalidDBClusterSnapshotStateFault) as problem:
        api.delete("doomed")
    assert _code(problem) == ("InvalidDBClusterSnapshotStateFault", 400)
    time.sleep(0.4)
    assert api.delete("Doomed")["DBClusterSnapshotIdentifier"] == "doomed"
    with pytest.raises(api.neptune.exceptions.DBClusterSnapshotNotFoundFault):
        api.describe("doomed")


def test_a_deletion_can_take_time(api: Api) -> None:
    api.aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0, delete_seconds=0.4))
    api.create("lingers")
    api.delete("lingers")
    assert api.status("lingers") == "deleting"
    with pytest.raises(api.neptune.exceptions.InvalidDBClusterSnapshotStateFault):
        api.delete("lingers")
    time.sleep(0.5)
    with pytest.raises(api.neptune.exceptions.DBClusterSnapshotNotFoundFault):
        api.delete("lingers")
    api.create("lingers")


def test_lists_come_in_pages_of_100_or_fewer_within_limits(api: Api) -> None:
    names = [f"{api.cluster}-page-{number:03}" for number in range(105)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(api.create, names))
    describe = api.neptune.describe_db_cluster_snapshots
    first = describe(DBClusterIdentifier=api.cluster)
    second = describe(DBClusterIdentifier=api.cluster, Marker=first["Marker"])
    pages = [first["DBClusterSnapshots"], second["DBClusterSnapshots"]]
    assert [len(page) for page in pages] == [100, 5]
    assert "Marker" not in second
    assert [one.get("DBClusterSnapshotIdentifier") for page in pages for one in page] == names
    small = describe(DBClusterIdentifier=api.cluster, MaxRecords=20)
    assert len(small["DBClusterSnapshots"]) == 20
    with pytest.raises(ClientError) as problem:
        describe(MaxRecords=19)
    assert _code(problem) == ("InvalidParameterValue", 400)


def test_tags_are_set_at_creation_added_removed_and_listed(api: Api) -> None:
    team: TagTypeDef = {"Key": "team", "Value": "graph"}
    arn = api.create("tagged", team, {"Key": "ümläut", "Value": "a b/c=d+e"})[
        "DBClusterSnapshotArn"
    ]
    assert api.tags(arn) == {"team": "graph", "ümläut": "a b/c=d+e"}
    api.neptune.add_tags_to_resource(
        ResourceName=arn, Tags=[{"Key": "team", "Value": "ops"}, {"Key": "new", "Value": ""}]
    )
    api.neptune.remove_tags_from_resource(ResourceName=arn, TagKeys=["ümläut"])
    assert api.tags(arn) == {"team": "ops", "new": ""}


def test_a_copy_has_the_sources_tags_if_told_so_and_names_its_source(api: Api) -> None:
    api.aws.set_snapshot_behaviour(AT_ONCE)
    source = api.create("original", {"Key": "team", "Value": "graph"})["DBClusterSnapshotArn"]

    def copy(source: str, name: str, *, tags: bool = False) -> str | None:
        begun = api.neptune.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=source,
            TargetDBClusterSnapshotIdentifier=name,
            CopyTags=tags,
        )
        return begun["DBClusterSnapshot"].get("Status")

    for tags, expected in ((True, {"team": "graph"}), (False, {})):
        assert copy(source, f"copied-{tags}", tags=tags) == "copying"
        made = api.describe(f"copied-{tags}")
        assert made["SourceDBClusterSnapshotArn"] == source
        assert api.tags(made["DBClusterSnapshotArn"]) == expected
    api.aws.set_snapshot_behaviour(SLOW)
    api.create("unfinished")
    with pytest.raises(api.neptune.exceptions.InvalidDBClusterSnapshotStateFault):
        copy("unfinished", "too-early")


def test_a_snapshot_is_shared_with_accounts_and_no_longer(api: Api) -> None:
    api.aws.set_snapshot_behaviour(AT_ONCE)
    api.create("lent")

    def shared(**change: list[str]) -> list[str]:
        api.neptune.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier="lent", AttributeName="restore", **change
        )
        describe = api.neptune.describe_db_cluster_snapshot_attributes
        result = describe(DBClusterSnapshotIdentifier="lent")["DBClusterSnapshotAttributesResult"]
        (restore,) = result["DBClusterSnapshotAttributes"]
        return restore["AttributeValues"]

    assert shared(ValuesToAdd=["111111111111", "222222222222"]) == ["111111111111", "222222222222"]
    assert shared(ValuesToRemove=["111111111111"]) == ["222222222222"]


def test_a_restored_cluster_has_what_its_snapshot_holds(api: Api) -> None:
    api.aws.set_snapshot_behaviour(AT_ONCE)
    arn = api.create("held")["DBClusterSnapshotArn"]
    restore = api.neptune.restore_db_cluster_from_snapshot
    restored = restore(
        DBClusterIdentifier="again", SnapshotIdentifier=arn, Engine="neptune", Port=8183
    )["DBCluster"]
    assert (restored.get("EngineVersion"), restored.get("Port")) == ("1.4.1.0", 8183)
    (described,) = api.neptune.describe_db_clusters(DBClusterIdentifier="again")["DBClusters"]
    assert "KmsKeyId" not in described
    with pytest.raises(api.neptune.exceptions.DBClusterSnapshotNotFoundFault):
        restore(DBClusterIdentifier="never", SnapshotIdentifier="nothing", Engine="neptune")


def test_a_stack_may_take_a_snapshot_of_the_cluster_that_it_deletes(api: Api) -> None:
    probe = Probe(api.aws, "with-a-last-snapshot")
    probe.deploy(
        Cluster={
            "Type": "AWS::Neptune::DBCluster",
            "DeletionPolicy": "Snapshot",
            "Properties": {"DBClusterIdentifier": "short-lived"},
        }
    )
    assert probe.delete() == "DELETE_COMPLETE"
    found = api.neptune.describe_db_cluster_snapshots(DBClusterIdentifier="short-lived")
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
