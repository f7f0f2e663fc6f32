"""What runs have made, found by name and tag, and its removal.

Nothing is touched that does not carry the tag; what only has the name is left and told.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke.account import Account, error_code, manual_snapshots, wait_until
from aws_smoke.collecting import log_groups
from aws_smoke.naming import ANY_RUN, TAG, as_mapping
from aws_smoke.watching import polls

_AGAIN: Final = "make smoke-aws ARGS=--clean-up"
_WAIT_SECONDS: Final = 75 * 60.0
"""A resource that waits is given up by CloudFormation after an hour."""


@dataclass(frozen=True)
class Thing:
    """One thing a run made: its kind and name, and how it is removed.

    ``command`` removes it by hand; ``remove`` returns when it is gone. ``why`` says of a leftover
    why it is still there.
    """

    kind: str
    name: str
    command: str
    remove: Callable[[], object] = lambda: None
    why: str = ""

    @property
    def left_behind(self) -> list[str]:
        """What is said of it if it is a leftover."""
        return [f"LEFT BEHIND: {self.kind} {self.name}: {self.why}", f"    {self.command}"]


class RunResources:
    """The things of one run, or of all."""

    def __init__(self, account: Account, run_id: str = "") -> None:
        """Look for the things of a run; of every run if none is named."""
        self._account = account
        self._prefix = f"{ANY_RUN}{run_id}"
        self._run_id = run_id
        self._cloudformation = account.client("cloudformation")
        self._neptune = account.client("neptune")
        self.strangers: list[str] = []
        self.unseen: list[Thing] = []

    def find(self) -> list[Thing]:
        """All that is there, in the order in which it can be removed."""
        self.unseen.clear()
        kinds = {
            "stacks": self._stacks,
            "rules": self._rules,
            "snapshots": self._snapshots,
            "clusters": self._clusters,
            "log groups": self._log_groups,
        }
        things: list[Thing] = []
        for name, kind in kinds.items():
            try:
                things += kind()
            except (BotoCoreError, ClientError) as problem:
                why = f"could not be looked for: {problem}"
                self.unseen.append(Thing(name, f"{self._prefix}…", _AGAIN, why=why))
        return things

    def remove(self, say: Callable[[str], None]) -> list[Thing]:
        """Remove all of it, saying so of each thing before; gives what is left, and why."""
        left: list[Thing] = []
        # The second time finds what the first one's removals left: a stack's snapshots and logs.
        for _ in range(2):
            left.clear()
            for thing in self.find():
                say(f"removing {thing.kind} {thing.name}")
                try:
                    thing.remove()
                except (KeyboardInterrupt, SystemExit):
                    why = "the clean-up was interrupted"
                    return [replace(one, why=why) for one in self.find()]
                except (BotoCoreError, ClientError, TimeoutError) as problem:
                    left.append(replace(thing, why=str(problem)))
        return [*left, *self.unseen]

    def _stacks(self) -> Iterator[Thing]:
        for stack in self._account.listed("cloudformation", "describe_stacks", "Stacks"):
            name = stack["StackName"]
            if self._is_ours(name, as_mapping(stack.get("Tags", []))):
                command = f"aws cloudformation delete-stack --stack-name {name}"
                yield Thing("stack", name, command, partial(self._delete_stack, stack["StackId"]))

    def _rules(self) -> Iterator[Thing]:
        """Polls carry no tags: those are ours whose target is a function of a tagged stack."""
        for name, target in polls(self._account, self._prefix):
            command = (
                f"aws events remove-targets --rule {name} --ids {target['Id']} && "
                f"aws events delete-rule --name {name}"
            )
            yield Thing("rule", name, command, partial(self._delete_rule, name, target["Id"]))

    def _snapshots(self) -> Iterator[Thing]:
        for record in manual_snapshots(self._account):
            name, arn = record["DBClusterSnapshotIdentifier"], record["DBClusterSnapshotArn"]
            if name.startswith(self._prefix) and self._is_ours(name, self._tags(arn)):
                option = f"--db-cluster-snapshot-identifier {name}"
                command = f"aws neptune delete-db-cluster-snapshot {option}"
                yield Thing("snapshot", name, command, partial(self._delete_snapshot, name))

    def _clusters(self) -> Iterator[Thing]:
        for record in self._account.listed("neptune", "describe_db_clusters", "DBClusters"):
            name, arn = record["DBClusterIdentifier"], record["DBClusterArn"]
            if name.startswith(self._prefix) and self._is_ours(name, self._tags(arn)):
                options = f"--db-cluster-identifier {name} --skip-final-snapshot"
                command = f"aws neptune delete-db-cluster {options}"
                yield Thing("cluster", name, command, partial(self._delete_cluster, name))

    def _log_groups(self) -> Iterator[Thing]:
        logs = self._account.client("logs")
        for group in log_groups(self._account, self._prefix):
            name = group["logGroupName"]
            arn = group.get("logGroupArn") or group["arn"].removesuffix(":*")
            if self._is_ours(name, logs.list_tags_for_resource(resourceArn=arn).get("tags", {})):
                command = f"aws logs delete-log-group --log-group-name {name}"
                remove = partial(logs.delete_log_group, logGroupName=name)
                yield Thing("log group", name, command, remove)

    def _is_ours(self, name: str, tags: dict[str, str]) -> bool:
        if not name.startswith(self._prefix):
            return False
        run_id = tags.get(TAG)
        if run_id == self._run_id or (run_id is not None and not self._run_id):
            return True
        if name not in self.strangers:
            self.strangers.append(name)
        return False

    def _tags(self, arn: str) -> dict[str, str]:
        try:
            return as_mapping(self._neptune.list_tags_for_resource(ResourceName=arn)["TagList"])
        except ClientError:
            return {}  # gone since it was listed

    def _delete_stack(self, stack_id: str) -> None:
        """Delete a stack, which may still be about something else."""

        def status() -> str:
            return _status(
                lambda: self._cloudformation.describe_stacks(StackName=stack_id)["Stacks"],
                "StackStatus",
                "ValidationError",
            )

        begun = status()
        if begun == "UPDATE_IN_PROGRESS":
            with suppress(ClientError):
                self._cloudformation.cancel_update_stack(StackName=stack_id)
        if begun.endswith("_IN_PROGRESS") and begun.startswith(("UPDATE", "IMPORT")):
            _wait(lambda: not status().endswith("_IN_PROGRESS"), stack_id)
        self._cloudformation.delete_stack(StackName=stack_id)
        _wait(lambda: status() in ("DELETE_COMPLETE", "DELETE_FAILED", ""), stack_id)
        if status() == "DELETE_FAILED":
            raise TimeoutError(f"{stack_id} is DELETE_FAILED; its events say why")

    def _delete_rule(self, name: str, target_id: str) -> None:
        events = self._account.client("events")
        events.remove_targets(Rule=name, Ids=[target_id])
        events.delete_rule(Name=name)

    def _delete_snapshot(self, name: str) -> None:
        """Delete a snapshot once it can be, and wait until it is gone."""
        about = {"DBClusterSnapshotIdentifier": name}
        describe = self._neptune.describe_db_cluster_snapshots

        def status() -> str:
            find, missing = "DBClusterSnapshots", "DBClusterSnapshotNotFoundFault"
            return _status(lambda: describe(**about)[find], "Status", missing)

        # Neptune deletes none that is still being made.
        _wait(lambda: status() not in ("creating", "copying", "pending"), name)
        if status() not in ("", "deleting"):
            self._neptune.delete_db_cluster_snapshot(**about)
        _wait(lambda: not status(), name)

    def _delete_cluster(self, name: str) -> None:
        """Delete a cluster without a last snapshot, and wait until it is gone."""
        about = {"DBClusterIdentifier": name}
        describe = self._neptune.describe_db_clusters

        def status() -> str:
            return _status(
                lambda: describe(**about)["DBClusters"], "Status", "DBClusterNotFoundFault"
            )

        if status() != "deleting":
            self._neptune.delete_db_cluster(**about, SkipFinalSnapshot=True)
        _wait(lambda: not status(), name)


def _status(find: Callable[[], list[dict[str, str]]], key: str, missing: str) -> str:
    """The status of the one record that is found; empty if there is none."""
    try:
        records = find()
    except ClientError as problem:
        if error_code(problem) == missing:
            return ""
        raise
    return records[0][key] if records else ""


def _wait(over: Callable[[], bool], what: str) -> None:
    if not wait_until(over, _WAIT_SECONDS):
        raise TimeoutError(f"{what} is not done after {_WAIT_SECONDS / 60:.0f} minutes")
