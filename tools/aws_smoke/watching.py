"""Polls snapshots, rules and the status of a stack while scenarios run, and notes them."""

import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke.account import Account, manual_snapshots
from aws_smoke.evidence import Evidence, Look, RuleSeen, StatusRead
from aws_smoke.naming import Run
from aws_smoke.scenarios import FAILING
from neptune_snapshot_provider.contract import POLL_RULE_PREFIX

_EVERY_SECONDS: Final = 2.0


class Watcher:
    """Watches in a thread of its own, as long as its ``with`` block lasts."""

    def __init__(self, account: Account, run: Run, cluster: str, evidence: Evidence) -> None:
        """Watch the snapshots of a cluster that belong to a run."""
        self._account = account
        self._run = run
        self._cluster = cluster
        self._evidence = evidence
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._last: dict[str, Look] = {}

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            # What a refused call does not show, the next poll does.
            with suppress(BotoCoreError, ClientError):
                self._read_status(FAILING)
            with suppress(BotoCoreError, ClientError):
                self.look()

    def look(self) -> None:
        """Look once."""
        neptune = self._account.client("neptune")
        found = neptune.describe_db_clusters(DBClusterIdentifier=self._cluster)["DBClusters"]
        self._evidence.cluster_statuses.add(found[0]["Status"])
        for record in manual_snapshots(self._account, self._cluster):
            name = str(record["DBClusterSnapshotIdentifier"])
            if name.startswith(self._run.prefix):
                self._evidence.fields.update(record)
                self._note(_look_at(record))
        for rule in polls(self._account, self._run):
            if rule["Name"] not in {one.name for one in self._evidence.rules}:
                self._evidence.rules.append(_rule_seen(rule))

    def _read_status(self, lane: str) -> None:
        """Read the status of a lane's stack; a stack that is not there is refused."""
        describe = self._account.client("cloudformation").describe_stacks
        stack = describe(StackName=self._run.named(lane))["Stacks"][0]
        times = [stack.get(key) for key in ("LastUpdatedTime", "DeletionTime")]
        began = max((one.timestamp() for one in times if one), default=None)
        read = StatusRead(lane, time.time(), stack["StackStatus"], began)
        self._evidence.status_reads.append(read)

    def _note(self, look: Look) -> None:
        last = self._last.get(look.name)
        changed = last is None or (last.status, last.percent, last.created_at) != (
            look.status,
            look.percent,
            look.created_at,
        )
        if changed:
            self._last[look.name] = look
            self._evidence.looks.append(look)


def polls(account: Account, run: Run) -> list[dict[str, Any]]:
    """Rules of polls whose target is a function of this run, with that target."""
    events = account.client("events")
    pages = events.get_paginator("list_rules").paginate(NamePrefix=POLL_RULE_PREFIX)
    rules = [rule for page in pages for rule in page["Rules"]]
    return [
        {**rule, "Target": target}
        for rule in rules
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if target["Arn"].rpartition(":function:")[2].startswith(run.prefix)
    ]


def _look_at(record: dict[str, Any]) -> Look:
    created_at = record.get("SnapshotCreateTime")
    return Look(
        time=time.time(),
        name=record["DBClusterSnapshotIdentifier"],
        status=record["Status"],
        percent=record.get("PercentProgress"),
        created_at=created_at.timestamp() if created_at else None,
    )


def _rule_seen(rule: dict[str, Any]) -> RuleSeen:
    return RuleSeen(time.time(), rule["Name"], len(rule["Target"].get("Input", "")))
