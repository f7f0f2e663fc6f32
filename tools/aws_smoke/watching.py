"""Polls snapshots, rules and the status of a stack while scenarios run, and notes them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke.account import Account, manual_snapshots
from aws_smoke.evidence import Evidence, Look, StatusRead
from aws_smoke.naming import Run
from aws_smoke.scenarios import FAILING
from neptune_snapshot_provider.contract import POLL_RULE_PREFIX

_EVERY_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Watcher:
    """Watches the snapshots of a cluster that belong to a run."""

    account: Account
    run: Run
    cluster: str
    evidence: Evidence

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch in a thread of its own, as long as the block lasts."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(_EVERY_SECONDS):
                # What a refused call does not show, the next poll does.
                for look in (self._read_status, self._look):
                    with suppress(BotoCoreError, ClientError):
                        look()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _look(self) -> None:
        evidence, neptune = self.evidence, self.account.client("neptune")
        found = neptune.describe_db_clusters(DBClusterIdentifier=self.cluster)["DBClusters"]
        evidence.cluster_statuses.add(found[0]["Status"])
        last = {look.name: look for look in evidence.looks}
        for record in manual_snapshots(self.account, self.cluster):
            look = _look_at(record)
            if look.name.startswith(self.run.prefix):
                evidence.fields.update(record)
                if last.get(look.name) != look:
                    evidence.looks.append(look)
        for name, target in polls(self.account, self.run.prefix):
            evidence.rules.setdefault(name, len(target.get("Input", "")))

    def _read_status(self) -> None:
        """Read the status of the lane's stack that fails; without a stack the call is refused."""
        describe = self.account.client("cloudformation").describe_stacks
        stack = describe(StackName=self.run.named(FAILING))["Stacks"][0]
        times = [stack.get(key) for key in ("LastUpdatedTime", "DeletionTime")]
        began = max((one.timestamp() for one in times if one), default=None)
        read = StatusRead(FAILING, time.time(), stack["StackStatus"], began)
        self.evidence.status_reads.append(read)


def polls(account: Account, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rules of polls, each with its target: a function whose name starts so."""
    events = account.client("events")
    for rule in account.listed("events", "list_rules", "Rules", NamePrefix=POLL_RULE_PREFIX):
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            if target["Arn"].rpartition(":function:")[2].startswith(prefix):
                yield rule["Name"], target


def _look_at(record: dict[str, Any]) -> Look:
    created_at = record.get("SnapshotCreateTime")
    return Look(
        name=record["DBClusterSnapshotIdentifier"],
        status=record["Status"],
        percent=record.get("PercentProgress"),
        created_at=created_at.timestamp() if created_at else None,
    )
