"""What runs have made, found by name and tag, and its removal.

Nothing is touched that does not carry the tag; what only has the name is left and told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke.account import Account, manual_snapshots
from aws_smoke.collecting import log_groups
from aws_smoke.naming import ANY_RUN, TAG, as_mapping
from aws_smoke.removing import Remover
from neptune_snapshot_provider.contract import POLL_RULE_PREFIX

_AGAIN: Final = "make smoke-aws ARGS=--clean-up"


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


class RunResources:
    """The things of one run, or of all."""

    def __init__(self, account: Account, run_id: str = "") -> None:
        """Look for the things of a run; of every run if none is named."""
        self._account = account
        self._prefix = f"{ANY_RUN}{run_id}"
        self._run_id = run_id
        self._cloudformation = account.client("cloudformation")
        self._neptune = account.client("neptune")
        self._remover = Remover(account)
        self.strangers: list[str] = []
        self.unseen: list[Leftover] = []

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
                self.unseen.append(Leftover(name, f"{self._prefix}…", why, _AGAIN))
        return things

    def remove(self, say: Callable[[str], None]) -> list[Leftover]:
        """Remove all of it; what is left, and how to remove that by hand.

        Args:
            say: Told of each thing before it is removed.
        """
        left: list[Leftover] = []
        # The second time finds what the first one's removals left: a stack's snapshots and logs.
        for _ in range(2):
            left.clear()
            for thing in self.find():
                say(f"removing {thing.kind} {thing.name}")
                try:
                    thing.remove()
                except (KeyboardInterrupt, SystemExit):
                    return [_left(one, "the clean-up was interrupted") for one in self.find()]
                except (BotoCoreError, ClientError, TimeoutError) as problem:
                    left.append(_left(thing, str(problem)))
        return [*left, *self.unseen]

    def _stacks(self) -> Iterator[Thing]:
        pages = self._cloudformation.get_paginator("describe_stacks").paginate()
        for stack in [stack for page in pages for stack in page["Stacks"]]:
            name = stack["StackName"]
            if self._is_ours(name, as_mapping(stack.get("Tags", []))):
                command = f"aws cloudformation delete-stack --stack-name {name}"
                yield Thing("stack", name, command, partial(self._remover.stack, stack["StackId"]))

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
                yield Thing("rule", name, command, partial(self._remover.rule, name, ids))

    def _snapshots(self) -> Iterator[Thing]:
        for record in manual_snapshots(self._account):
            name, arn = record["DBClusterSnapshotIdentifier"], record["DBClusterSnapshotArn"]
            if name.startswith(self._prefix) and self._is_ours(name, self._tags(arn)):
                command = (
                    "aws neptune delete-db-cluster-snapshot --db-cluster-snapshot-identifier "
                    f"{name}"
                )
                yield Thing("snapshot", name, command, partial(self._remover.snapshot, name))

    def _clusters(self) -> Iterator[Thing]:
        pages = self._neptune.get_paginator("describe_db_clusters").paginate()
        for record in [record for page in pages for record in page["DBClusters"]]:
            name, arn = record["DBClusterIdentifier"], record["DBClusterArn"]
            if name.startswith(self._prefix) and self._is_ours(name, self._tags(arn)):
                command = (
                    f"aws neptune delete-db-cluster --db-cluster-identifier {name} "
                    "--skip-final-snapshot"
                )
                yield Thing("cluster", name, command, partial(self._remover.cluster, name))

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


def _left(thing: Thing, why: str) -> Leftover:
    return Leftover(thing.kind, thing.name, why, thing.command)
