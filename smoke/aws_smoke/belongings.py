"""What runs have made, found by name and tag, and its removal.

Nothing is touched that does not carry the tag; what only has the name is left and told.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke.account import Account, error_code
from aws_smoke.collecting import log_groups
from aws_smoke.naming import ANY_RUN, TAG, as_mapping
from aws_smoke.watching import manual_snapshots
from neptune_snapshot_provider.contract import POLL_RULE_PREFIX

_LOOK_SECONDS: Final = 2.0
_WAIT_SECONDS: Final = 75 * 60.0
"""A resource that waits is given up by CloudFormation after an hour."""


@dataclass(frozen=True)
class Thing:
    """One thing a run made.

    Attributes:
        kind: What it is.
        name: Its identifier.
        command: The command that removes it.
        remove: Removes it, and returns when it is gone.
    """

    kind: str
    name: str
    command: str
    remove: Callable[[], object]


@dataclass(frozen=True)
class Leftover:
    """One thing that is still there, why, and the command that removes it."""

    kind: str
    name: str
    why: str
    command: str


class Belongings:
    """The things of one run, or of all."""

    def __init__(self, account: Account, run_id: str = "") -> None:
        """Look for the things of a run; of every run if none is named."""
        self._account = account
        self._prefix = f"{ANY_RUN}{run_id}"
        self._run_id = run_id
        self._cloudformation = account.client("cloudformation")
        self._neptune = account.client("neptune")
        self.strangers: list[str] = []

    def find(self) -> list[Thing]:
        """All that is there, in the order in which it can be removed."""
        kinds = (self._stacks, self._rules, self._snapshots, self._clusters, self._log_groups)
        return [thing for kind in kinds for thing in kind()]

    def remove(self, say: Callable[[str], None]) -> list[Leftover]:
        """Remove all of it; what is left, and how to remove that by hand.

        Args:
            say: Told of each thing before it is removed.
        """
        left: dict[tuple[str, str], Leftover] = {}
        # The second time finds what the first one's removals left: a stack's snapshots and logs.
        for _ in range(2):
            left.clear()
            for thing in self.find():
                say(f"removing {thing.kind} {thing.name}")
                try:
                    thing.remove()
                except KeyboardInterrupt:
                    return [_left(one, "the clean-up was interrupted") for one in self.find()]
                except (BotoCoreError, ClientError, TimeoutError) as problem:
                    left[thing.kind, thing.name] = _left(thing, str(problem))
        return list(left.values())

    def _stacks(self) -> Iterator[Thing]:
        pages = self._cloudformation.get_paginator("describe_stacks").paginate()
        for stack in [stack for page in pages for stack in page["Stacks"]]:
            name = stack["StackName"]
            if self._is_ours(name, as_mapping(stack.get("Tags", []))):
                command = f"aws cloudformation delete-stack --stack-name {name}"
                yield Thing("stack", name, command, partial(self._delete, stack["StackId"]))

    def _rules(self) -> Iterator[Thing]:
        """Polls carry no tags: those are ours whose target is a function of a tagged stack."""
        events = self._account.client("events")
        pages = events.get_paginator("list_rules").paginate(NamePrefix=POLL_RULE_PREFIX)
        for name in [rule["Name"] for page in pages for rule in page["Rules"]]:
            targets = events.list_targets_by_rule(Rule=name)["Targets"]
            functions = [target["Arn"].rpartition(":function:")[2] for target in targets]
            if targets and all(one.startswith(self._prefix) for one in functions):
                ids = [target["Id"] for target in targets]
                command = (
                    f"aws events remove-targets --rule {name} --ids {' '.join(ids)} && "
                    f"aws events delete-rule --name {name}"
                )
                yield Thing("rule", name, command, partial(self._delete_rule, name, ids))

    def _snapshots(self) -> Iterator[Thing]:
        for record in manual_snapshots(self._account):
            name, arn = record["DBClusterSnapshotIdentifier"], record["DBClusterSnapshotArn"]
            if name.startswith(self._prefix) and self._is_ours(name, self._tags(arn)):
                command = (
                    "aws neptune delete-db-cluster-snapshot --db-cluster-snapshot-identifier "
                    f"{name}"
                )
                yield Thing("snapshot", name, command, partial(self._delete_snapshot, name))

    def _clusters(self) -> Iterator[Thing]:
        pages = self._neptune.get_paginator("describe_db_clusters").paginate()
        for record in [record for page in pages for record in page["DBClusters"]]:
            name, arn = record["DBClusterIdentifier"], record["DBClusterArn"]
            if name.startswith(self._prefix) and self._is_ours(name, self._tags(arn)):
                command = (
                    f"aws neptune delete-db-cluster --db-cluster-identifier {name} "
                    "--skip-final-snapshot"
                )
                yield Thing("cluster", name, command, partial(self._delete_cluster, name))

    def _log_groups(self) -> Iterator[Thing]:
        logs = self._account.client("logs")
        for group in log_groups(self._account, self._prefix):
            name = group["logGroupName"]
            arn = group.get("logGroupArn") or group["arn"].removesuffix(":*")
            tags = logs.list_tags_for_resource(resourceArn=arn).get("tags", {})
            if self._is_ours(name, tags):
                command = f"aws logs delete-log-group --log-group-name {name}"
                yield Thing(
                    "log group",
                    name,
                    command,
                    partial(logs.delete_log_group, logGroupName=name),
                )

    def _is_ours(self, name: str, tags: dict[str, str]) -> bool:
        if not name.startswith(self._prefix):
            return False
        if tags.get(TAG) in ({self._run_id} if self._run_id else set(tags.values())):
            return True
        if name not in self.strangers:
            self.strangers.append(name)
        return False

    def _tags(self, arn: str) -> dict[str, str]:
        try:
            found = self._neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
        except ClientError:
            # Gone since it was listed.
            return {}
        return as_mapping(found)

    def _delete(self, stack_id: str) -> None:
        """Delete a stack, which may still be about something else."""
        status = self._stack_status(stack_id)
        if status == "UPDATE_IN_PROGRESS":
            with suppress(ClientError):
                self._cloudformation.cancel_update_stack(StackName=stack_id)
        if status.endswith("_IN_PROGRESS") and status.startswith(("UPDATE", "IMPORT")):
            _wait_for(lambda: not self._stack_status(stack_id).endswith("_IN_PROGRESS"), stack_id)
        self._cloudformation.delete_stack(StackName=stack_id)

        def ended() -> bool:
            return self._stack_status(stack_id) in ("DELETE_COMPLETE", "DELETE_FAILED", "")

        _wait_for(ended, stack_id)
        if self._stack_status(stack_id) == "DELETE_FAILED":
            raise TimeoutError(f"{stack_id} is DELETE_FAILED; its events say why")

    def _stack_status(self, stack_id: str) -> str:
        try:
            found = self._cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
        except ClientError as problem:
            if error_code(problem) == "ValidationError":
                return ""
            raise
        return str(found[0]["StackStatus"])

    def _delete_rule(self, name: str, target_ids: list[str]) -> None:
        events = self._account.client("events")
        events.remove_targets(Rule=name, Ids=target_ids)
        events.delete_rule(Name=name)

    def _delete_snapshot(self, name: str) -> None:
        def state() -> str:
            return self._state("describe_db_cluster_snapshots", "DBClusterSnapshot", name)

        # Neptune deletes none that is still being made.
        _wait_for(lambda: state() not in ("creating", "copying", "pending"), name)
        if state() not in ("", "deleting"):
            self._neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
        _wait_for(lambda: not state(), name)

    def _delete_cluster(self, name: str) -> None:
        def state() -> str:
            return self._state("describe_db_clusters", "DBCluster", name)

        if state() != "deleting":
            self._neptune.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        _wait_for(lambda: not state(), name)

    def _state(self, operation: str, kind: str, name: str) -> str:
        """The status of a cluster or snapshot; empty if there is none."""
        try:
            answer = getattr(self._neptune, operation)(**{f"{kind}Identifier": name})
        except ClientError as problem:
            if error_code(problem) == f"{kind}NotFoundFault":
                return ""
            raise
        records: list[dict[str, Any]] = answer[f"{kind}s"]
        return str(records[0]["Status"]) if records else ""


def _left(thing: Thing, why: str) -> Leftover:
    return Leftover(thing.kind, thing.name, why, thing.command)


def _wait_for(over: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _WAIT_SECONDS
    while not over():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} is not done after {_WAIT_SECONDS / 60:.0f} minutes")
        time.sleep(_LOOK_SECONDS)
