"""``restore-plan``: the command that restores a snapshot, and what has to be right before."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Denied, NotFound
from neptune_snapshot_cli.progress import View
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core import restore
from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot

_UNUSABLE: Final = "inaccessible-encryption-credentials"


class Verdict(Enum):
    """How a check came out."""

    GOOD = "✓"
    BAD = "✗"
    UNSEEN = "?"
    """It cannot be seen with the rights to describe databases: look yourself."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that has to be right before the restore command is run."""

    verdict: Verdict
    text: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The command, and what was found of what it needs."""

    command: str
    checks: tuple[Check, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing is known that would make the command fail."""
        return all(check.verdict is not Verdict.BAD for check in self.checks)


def options_of(command: str) -> dict[str, list[str]]:
    """The options of the restore command, without those of commands behind it."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for word in shlex.split(command.split(" && ", maxsplit=1)[0]):
        if word.startswith("--"):
            words = found[word] = []
        else:
            words.append(word)
    return found


class Planner:
    """Makes the plan for one snapshot."""

    def __init__(self, aws: Aws, identifier: str) -> None:
        """Look at the snapshot.

        Raises:
            NoAccess: AWS could not be asked.
            NotFound: There is no such snapshot.
        """
        found = aws.snapshot(identifier)
        if isinstance(found, Missing):
            raise NotFound(
                f"There is no snapshot {identifier} in {aws.region}.",
                "See `neptune-snapshot list`, or choose another --region.",
            )
        self._aws = aws
        self._snapshot: Snapshot = found
        self._tags: Mapping[str, str] = aws.tags(found.arn)

    def plan(self) -> Plan:
        """Make the command, and check what it needs.

        Raises:
            NoAccess: AWS could not be asked.
        """
        snapshot = self._snapshot
        command = restore.restore_command(snapshot.identifier, snapshot.cluster, self._tags)
        options = options_of(command)
        source = self._tolerate(lambda: self._aws.cluster(snapshot.cluster))
        cluster = source if isinstance(source, Cluster) else None
        checks = [
            self._availability(),
            self._recipe(),
            self._version(options),
            self._target(options),
            *self._groups(options),
            *self._security_groups(options, cluster),
            *self._key(options, cluster),
            *_roles(command),
        ]
        return Plan(command=command, checks=tuple(checks))

    def _availability(self) -> Check:
        view = View.of(self._snapshot)
        if view.is_available:
            return _good(f"Snapshot {view.identifier} is available.")
        advice = (
            "it cannot be restored; choose another (neptune-snapshot list)."
            if view.is_dead
            else f"wait for it: neptune-snapshot watch --snapshot {view.identifier}"
        )
        return _bad(f"Snapshot {view.identifier} is {view.status}: {advice}")

    def _recipe(self) -> Check:
        if any(key in self._tags for key in OwnerTag.RESTORE):
            return _good("Its tags say how its cluster was set up.")
        return Check(
            verdict=Verdict.UNSEEN,
            text="Its tags do not say how its cluster was set up: add network, parameter group "
            "and port to the command, or the new cluster gets the defaults.",
        )

    def _version(self, options: Mapping[str, list[str]]) -> Check:
        recorded = options.get("--engine-version", [])
        version = recorded[0] if recorded else str(self._snapshot.fields.get("EngineVersion", ""))
        return self._ask(
            lambda: self._aws.offers_version(version),
            f"Engine version {version} is offered.",
            f"Engine version {version} is not offered any more: give a newer --engine-version; "
            "`aws neptune describe-db-engine-versions --engine neptune` shows them.",
        )

    def _target(self, options: Mapping[str, list[str]]) -> Check:
        (target,) = options["--db-cluster-identifier"]
        return self._ask(
            lambda: isinstance(self._aws.cluster(target), Missing),
            f"There is no cluster {target} yet.",
            f"There is a cluster {target} already: give another --db-cluster-identifier.",
        )

    def _groups(self, options: Mapping[str, list[str]]) -> list[Check]:
        kinds: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
            ("--db-subnet-group-name", "Subnet group", self._aws.has_subnet_group),
            (
                "--db-cluster-parameter-group-name",
                "Cluster parameter group",
                self._aws.has_parameter_group,
            ),
        )
        return [
            self._ask(
                partial(has, name),
                f"{kind} {name} is there.",
                f"{kind} {name} is not there: create it, or give another {option}.",
            )
            for option, kind, has in kinds
            for name in options.get(option, [])
        ]

    def _security_groups(
        self, options: Mapping[str, list[str]], cluster: Cluster | None
    ) -> list[Check]:
        wanted = options.get("--vpc-security-group-ids", [])
        used = _security_groups_of(cluster)
        unseen = [group for group in wanted if group not in used]
        if not wanted:
            return []
        if not unseen:
            return [_good(f"Cluster {self._snapshot.cluster} uses the same security groups.")]
        return [
            _unseen(
                f"Security groups {' '.join(unseen)}",
                f"aws ec2 describe-security-groups --group-ids {' '.join(unseen)}",
            )
        ]

    def _key(self, options: Mapping[str, list[str]], cluster: Cluster | None) -> list[Check]:
        recorded = options.get("--kms-key-id", [])
        key = recorded[0] if recorded else str(self._snapshot.fields.get("KmsKeyId") or "")
        if not key:
            return []
        if cluster is not None and cluster.fields.get("KmsKeyId") == key:
            if cluster.status == _UNUSABLE:
                return [
                    _bad(
                        f"KMS key {key} cannot be used: cluster {cluster.identifier} is "
                        f"{_UNUSABLE}. Enable the key again."
                    )
                ]
            return [_good(f"Cluster {cluster.identifier} uses the same KMS key.")]
        return [_unseen(f"KMS key {key}", f"aws kms describe-key --key-id {key}")]

    def _ask(self, question: Callable[[], bool], good: str, bad: str) -> Check:
        try:
            return _good(good) if question() else _bad(bad)
        except Denied as problem:
            return Check(verdict=Verdict.UNSEEN, text=f"Not known: {good} {problem}")

    def _tolerate(self, question: Callable[[], Cluster | Missing]) -> Cluster | Missing | None:
        try:
            return question()
        except Denied:
            return None


def _roles(command: str) -> list[Check]:
    roles = [segment.split()[-1] for segment in command.split(" && ")[1:]]
    names = [role.rpartition("/")[2] for role in roles]
    return [_unseen(f"IAM role {name}", f"aws iam get-role --role-name {name}") for name in names]


def _security_groups_of(cluster: Cluster | None) -> set[str]:
    groups = cluster.fields.get("VpcSecurityGroups") if cluster else None
    if not isinstance(groups, list):
        return set()
    return {str(one.get("VpcSecurityGroupId")) for one in groups if isinstance(one, Mapping)}


def _good(text: str) -> Check:
    return Check(verdict=Verdict.GOOD, text=text)


def _bad(text: str) -> Check:
    return Check(verdict=Verdict.BAD, text=text)


def _unseen(what: str, command: str) -> Check:
    return Check(verdict=Verdict.UNSEEN, text=f"{what}: not visible from here; see {command}")
