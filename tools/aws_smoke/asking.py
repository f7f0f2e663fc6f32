"""Questions asked of the APIs directly, about things of the run's own or things that are not."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke.account import Account, account_quotas, error_code, wait_until
from aws_smoke.evidence import Asked, Evidence
from aws_smoke.naming import Run, as_list

_WAIT_SECONDS: Final = 3600.0
NATIVE_TYPE: Final = "AWS::RDS::ClusterSnapshot"
_MISSED_SECONDS: Final = 60.0
"""A snapshot that is not to be seen for so long does not come any more."""
_CREATE: Final = "create_db_cluster_snapshot"
_DESCRIBE: Final = "describe_db_cluster_snapshots"
_DELETE: Final = "delete_db_cluster_snapshot"


def ask(call: Callable[[], dict[str, Any]]) -> Asked:
    """Make a call and keep what came of it."""
    began = time.time()
    try:
        answer = call()
    except (BotoCoreError, ClientError) as problem:
        return Asked(code=error_code(problem), began=began, ended=time.time())
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    server = parsedate_to_datetime(date).timestamp() if date else None
    return Asked("", answer, began, time.time(), server)


@dataclass(frozen=True)
class Questions:
    """Asks, and leaves one snapshot behind that is this run's but of no stack."""

    account: Account
    run: Run
    cluster: str
    evidence: Evidence

    @property
    def taken(self) -> str:
        """The name of that snapshot."""
        return self.run.named("taken")

    def ask_neptune(self) -> None:
        """Ask what Neptune answers, while a snapshot is being taken and afterwards."""
        taken, second, copy, none = map(self.run.named, ("taken", "second", "copy", "none"))
        arn = self.account.arn("cluster-snapshot", taken)
        # In capitals on purpose: names are said to be stored in lower case.
        self._create("create", taken.upper())
        self._snapshot("describe-at-once", _DESCRIBE, taken)
        self._tags("tags-at-once", taken)
        self._create("create-again", taken)
        has_second = self._create("create-beside", second)
        creating = second if has_second else taken
        self._snapshot("delete-while-creating", _DELETE, creating)
        self._snapshot("describe-in-capitals", _DESCRIBE, taken.upper())
        self._snapshot("no-snapshot", _DESCRIBE, none)
        self._tags("no-snapshot-tags", none)
        for question, name in (("no-cluster", none), ("cluster-in-capitals", self.cluster.upper())):
            self._ask(question, "describe_db_clusters", DBClusterIdentifier=name)
        quotas = {"AccountQuotas": account_quotas(self.account)}
        self.evidence.asked["quotas"] = Asked(answer=quotas)
        if has_second:
            self.wait_until(second, "available")
            self._snapshot("delete", _DELETE, second)
            self.wait_until(second, "")
            self._snapshot("deleted", _DESCRIBE, second)
        self.wait_until(taken, "available")
        retag = as_list({"smoke-retag": "yes"})
        self._ask("retag", "add_tags_to_resource", ResourceName=arn, Tags=retag)
        self._tags("tags-after-retag", taken)
        if self._ask(
            "copy",
            "copy_db_cluster_snapshot",
            SourceDBClusterSnapshotIdentifier=arn,
            TargetDBClusterSnapshotIdentifier=copy,
            Tags=as_list(self.run.tags),
        ):
            self.wait_until(copy, "available")
            self._snapshot("describe-copy", _DESCRIBE, copy)
        self._snapshot("describe-original", _DESCRIBE, taken)
        self._snapshot("attributes", "describe_db_cluster_snapshot_attributes", taken)

    def ask_others(self) -> None:
        """Ask what the other services answer about what is not there."""
        none, stacks = self.run.named("none"), "cloudformation"
        self._ask("no-targets", "remove_targets", "events", Rule=none, Ids=["1"])
        self._ask("no-rule", "delete_rule", "events", Name=none)
        self._ask("no-parameter", "get_parameter", "ssm", Name=f"/{none}")
        self._ask("no-stack", "describe_stacks", stacks, StackName=none)
        self._ask("native-type", "describe_type", stacks, Type="RESOURCE", TypeName=NATIVE_TYPE)

    def wait_until(self, name: str, status: str) -> None:
        """Wait until a snapshot has a status, or is missed; "" is that it is gone."""
        describe = partial(self._call, _DESCRIBE, DBClusterSnapshotIdentifier=name)
        seen = time.monotonic()

        def is_so() -> bool:
            nonlocal seen
            records = ask(describe).answer.get("DBClusterSnapshots", [])
            seen = time.monotonic() if records else seen
            missed = time.monotonic() > seen + _MISSED_SECONDS
            return missed or status == (records[0]["Status"] if records else "")

        wait_until(is_so, _WAIT_SECONDS)

    def _create(self, question: str, name: str) -> bool:
        tags, about = as_list(self.run.tags), {"DBClusterIdentifier": self.cluster}
        return self._ask(question, _CREATE, DBClusterSnapshotIdentifier=name, Tags=tags, **about)

    def _snapshot(self, question: str, operation: str, name: str) -> None:
        self._ask(question, operation, DBClusterSnapshotIdentifier=name)

    def _tags(self, question: str, name: str) -> None:
        arn = self.account.arn("cluster-snapshot", name)
        self._ask(question, "list_tags_for_resource", ResourceName=arn)

    def _ask(
        self, question: str, operation: str, service: str = "neptune", **arguments: object
    ) -> bool:
        """Ask and keep what came of it; whether it was answered."""
        asked = ask(partial(self._call, operation, service, **arguments))
        self.evidence.asked[question] = asked
        return not asked.code

    def _call(
        self, operation: str, service: str = "neptune", **arguments: object
    ) -> dict[str, Any]:
        return dict(getattr(self.account.client(service), operation)(**arguments))
