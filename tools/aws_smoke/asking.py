"""Questions asked of the APIs directly, about things of the run's own or things that are not."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke.account import Account, account_quotas, error_code
from aws_smoke.evidence import Asked, Evidence
from aws_smoke.naming import Run, as_list

_LOOK_SECONDS: Final = 2.0
_WAIT_SECONDS: Final = 3600.0
NATIVE_TYPE: Final = "AWS::RDS::ClusterSnapshot"
_MISSED_SECONDS: Final = 60.0
"""A snapshot that is not to be seen for so long does not come any more."""


def ask(call: Callable[[], dict[str, Any]]) -> Asked:
    """Make a call and keep what came of it."""
    began = time.time()
    try:
        answer = call()
    except (BotoCoreError, ClientError) as problem:
        return Asked(code=error_code(problem), began=began, ended=time.time())
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    date = headers.get("date")
    server = parsedate_to_datetime(date).timestamp() if date else None
    return Asked("", answer, began, time.time(), server)


class Questions:
    """Asks, and leaves one snapshot behind that is this run's but of no stack."""

    def __init__(self, account: Account, run: Run, cluster: str, evidence: Evidence) -> None:
        """Ask about a cluster in the name of a run."""
        self._account = account
        self._neptune = account.client("neptune")
        self._run = run
        self._cluster = cluster
        self._asked = evidence.asked

    @property
    def taken(self) -> str:
        """The name of that snapshot."""
        return f"{self._run.prefix}-taken"

    def ask_neptune(self) -> None:
        """Ask what Neptune answers, while a snapshot is being taken and afterwards."""
        asked, second = self._asked, f"{self._run.prefix}-second"
        # In capitals on purpose: names are said to be stored in lower case.
        asked["create"] = self._create(self.taken.upper())
        asked["describe-at-once"] = ask(lambda: self._describe(self.taken))
        asked["tags-at-once"] = ask(lambda: self._tags(self.taken))
        asked["create-again"] = self._create(self.taken)
        asked["create-beside"] = self._create(second)
        creating = self.taken if asked["create-beside"].code else second
        asked["delete-while-creating"] = ask(lambda: self._delete(creating))
        asked["describe-in-capitals"] = ask(lambda: self._describe(self.taken.upper()))
        asked["no-snapshot"] = ask(lambda: self._describe(f"{self._run.prefix}-none"))
        asked["no-snapshot-tags"] = ask(lambda: self._tags(f"{self._run.prefix}-none"))
        name = f"{self._run.prefix}-none"
        asked["no-cluster"] = ask(
            lambda: self._neptune.describe_db_clusters(DBClusterIdentifier=name)
        )
        asked["cluster-in-capitals"] = ask(
            lambda: self._neptune.describe_db_clusters(DBClusterIdentifier=self._cluster.upper())
        )
        asked["quotas"] = Asked(answer={"AccountQuotas": account_quotas(self._account)})
        if not asked["create-beside"].code:
            self._delete_for_good(second)
        self.wait_until(self.taken, "available")
        arn = self._account.arn("cluster-snapshot", self.taken)
        asked["retag"] = ask(
            lambda: self._neptune.add_tags_to_resource(
                ResourceName=arn, Tags=as_list({"smoke-retag": "yes"})
            )
        )
        asked["tags-after-retag"] = ask(lambda: self._tags(self.taken))
        copy = f"{self._run.prefix}-copy"
        asked["copy"] = ask(
            lambda: self._neptune.copy_db_cluster_snapshot(
                SourceDBClusterSnapshotIdentifier=arn,
                TargetDBClusterSnapshotIdentifier=copy,
                Tags=as_list(self._run.tags),
            )
        )
        if not asked["copy"].code:
            self.wait_until(copy, "available")
            asked["describe-copy"] = ask(lambda: self._describe(copy))
        asked["describe-original"] = ask(lambda: self._describe(self.taken))
        asked["attributes"] = ask(
            lambda: self._neptune.describe_db_cluster_snapshot_attributes(
                DBClusterSnapshotIdentifier=self.taken
            )
        )

    def ask_others(self) -> None:
        """Ask what the other services answer about what is not there."""
        none, asked = f"{self._run.prefix}-none", self._asked
        events, stacks = self._account.client("events"), self._account.client("cloudformation")
        asked["no-targets"] = ask(lambda: events.remove_targets(Rule=none, Ids=["1"]))
        asked["no-rule"] = ask(lambda: events.delete_rule(Name=none))
        asked["no-parameter"] = ask(
            lambda: self._account.client("ssm").get_parameter(Name=f"/{none}")
        )
        asked["no-stack"] = ask(lambda: stacks.describe_stacks(StackName=none))
        asked["native-type"] = ask(
            lambda: stacks.describe_type(Type="RESOURCE", TypeName=NATIVE_TYPE)
        )

    def wait_until(self, name: str, status: str) -> None:
        """Wait until a snapshot has a status; "" is that it is gone."""
        began = seen = time.monotonic()
        while time.monotonic() < began + _WAIT_SECONDS:
            records = ask(lambda: self._describe(name)).answer.get("DBClusterSnapshots", [])
            seen = time.monotonic() if records else seen
            if status == (records[0]["Status"] if records else ""):
                return
            if time.monotonic() > seen + _MISSED_SECONDS:
                return
            time.sleep(_LOOK_SECONDS)

    def _delete_for_good(self, name: str) -> None:
        self.wait_until(name, "available")
        self._asked["delete"] = ask(lambda: self._delete(name))
        self.wait_until(name, "")
        self._asked["deleted"] = ask(lambda: self._describe(name))

    def _create(self, name: str) -> Asked:
        return ask(
            lambda: self._neptune.create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=name,
                DBClusterIdentifier=self._cluster,
                Tags=as_list(self._run.tags),
            )
        )

    def _describe(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._neptune.describe_db_cluster_snapshots(
            DBClusterSnapshotIdentifier=name
        )
        return found

    def _tags(self, name: str) -> dict[str, Any]:
        arn = self._account.arn("cluster-snapshot", name)
        found: dict[str, Any] = self._neptune.list_tags_for_resource(ResourceName=arn)
        return found

    def _delete(self, name: str) -> dict[str, Any]:
        deleted: dict[str, Any] = self._neptune.delete_db_cluster_snapshot(
            DBClusterSnapshotIdentifier=name
        )
        return deleted
