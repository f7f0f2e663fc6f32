"""``restore-plan``: the command that restores a snapshot, and checks of what it needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.caller_usage import Owner, attempts
from neptune_snapshot_cli.errors import Denied, NotFound
from neptune_snapshot_cli.progress import View
from neptune_snapshot_provider.core import restore
from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot
from neptune_snapshot_provider.core.restore import RestoreSettings
from neptune_snapshot_provider.core.retention import Candidate

_UNUSABLE: Final = "inaccessible-encryption-credentials"


class CheckResult(Enum):
    """How a check came out."""

    GOOD = "✓"
    BAD = "✗"
    UNSEEN = "?"
    """The permissions to describe databases do not show it: check it yourself."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of what the restore command needs."""

    result: CheckResult
    text: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The command, and what was found of what it needs."""

    command: str
    checks: tuple[Check, ...]

    def to_fields(self) -> dict[str, object]:
        """The plan for programs; keys are documented and stay."""
        checks = [{"result": one.result.name.lower(), "text": one.text} for one in self.checks]
        return {"command": self.command, "good": self.is_good, "checks": checks}

    @property
    def is_good(self) -> bool:
        """Whether nothing is known that would make the command fail."""
        return all(check.result is not CheckResult.BAD for check in self.checks)


class Planner:
    """Makes the plan for one snapshot."""

    def __init__(self, aws: Aws, identifier: str) -> None:
        """Read the snapshot.

        Raises:
            NoAccess: AWS refuses the calls.
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
        self._tags = aws.tags(found.arn)
        self._settings = RestoreSettings.from_tags(self._tags)

    def plan(self) -> Plan:
        """Make the command, and check what it needs.

        Raises:
            NoAccess: AWS refuses the calls.
        """
        snapshot, settings = self._snapshot, self._settings
        source = self._tolerate(lambda: self._aws.cluster(snapshot.cluster))
        cluster = source if isinstance(source, Cluster) else None
        checks = [
            self._availability(),
            *self._attempts(),
            self._completeness(),
            self._version(),
            self._target(),
            *self._groups(),
            *self._security_groups(cluster),
            *self._key(cluster),
            *_roles(settings.roles),
        ]
        command = settings.command(snapshot.identifier, snapshot.cluster)
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

    def _attempts(self) -> list[Check]:
        """Of a snapshot of `take`: whether the migration may have run before it was taken."""
        owner = Owner.of(Candidate(snapshot=self._snapshot, tags=self._tags))
        if owner is None or not owner.caller:
            return []
        candidates = [
            Candidate(snapshot=one, tags=self._aws.tags(one.arn))
            for one in self._aws.snapshots(self._snapshot.cluster)
        ]
        names = [one.snapshot.identifier for one in attempts(candidates, owner)]
        if self._snapshot.identifier not in names[1:]:
            return []
        return [
            Check(
                result=CheckResult.UNSEEN,
                text=f"It may hold half-migrated data: snapshot {names[0]} was taken before the "
                "migration ran for the first time, and no migration since is known to have "
                "succeeded.",
            )
        ]

    def _completeness(self) -> Check:
        if self._settings == RestoreSettings():
            return Check(
                result=CheckResult.UNSEEN,
                text="Its tags do not hold the settings of its cluster: add network, parameter "
                "group and port to the command, or the new cluster gets the defaults.",
            )
        if missing := self._settings.missing:
            return Check(
                result=CheckResult.UNSEEN,
                text=f"Its tags do not hold all settings of its cluster: {', '.join(missing)} did "
                "not fit. Compare with the cluster, and add them to the command.",
            )
        return _good("Its tags hold the settings of its cluster.")

    def _version(self) -> Check:
        recorded = self._snapshot.fields.get("EngineVersion", "")
        version = self._settings.engine_version or str(recorded)
        return self._ask(
            lambda: self._aws.offers_version(version),
            f"Engine version {version} is offered.",
            f"Engine version {version} is not offered any more: give a newer --engine-version; "
            "`aws neptune describe-db-engine-versions --engine neptune` shows them.",
        )

    def _target(self) -> Check:
        target = restore.restored_identifier(self._snapshot.cluster)
        return self._ask(
            lambda: isinstance(self._aws.cluster(target), Missing),
            f"There is no cluster {target} yet.",
            f"There is a cluster {target} already: give another --db-cluster-identifier.",
        )

    def _groups(self) -> list[Check]:
        settings = self._settings
        kinds = (
            ("Subnet group", settings.subnet_group, self._aws.has_subnet_group, "subnet-group"),
            (
                "Cluster parameter group",
                settings.parameter_group,
                self._aws.has_parameter_group,
                "cluster-parameter-group",
            ),
        )
        return [
            self._ask(
                partial(has, name),
                f"{kind} {name} is there.",
                f"{kind} {name} is not there: create it, or give another --db-{option}-name.",
            )
            for kind, name, has, option in kinds
            if name
        ]

    def _security_groups(self, cluster: Cluster | None) -> list[Check]:
        wanted = self._settings.security_groups
        used = RestoreSettings.from_cluster(cluster.fields).security_groups if cluster else ()
        unseen = " ".join(group for group in wanted if group not in used)
        if not wanted:
            return []
        if not unseen:
            return [_good(f"Cluster {self._snapshot.cluster} uses the same security groups.")]
        command = f"aws ec2 describe-security-groups --group-ids {unseen}"
        return [_unseen(f"Security groups {unseen}", command)]

    def _key(self, cluster: Cluster | None) -> list[Check]:
        key = self._settings.kms_key or str(self._snapshot.fields.get("KmsKeyId") or "")
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
            return Check(result=CheckResult.UNSEEN, text=f"Not known: {good} {problem}")

    def _tolerate(self, question: Callable[[], Cluster | Missing]) -> Cluster | Missing | None:
        try:
            return question()
        except Denied:
            return None


def _roles(roles: Sequence[str]) -> list[Check]:
    names = [role.rpartition("/")[2].partition(":")[0] for role in roles]
    return [_unseen(f"IAM role {name}", f"aws iam get-role --role-name {name}") for name in names]


def _good(text: str) -> Check:
    return Check(result=CheckResult.GOOD, text=text)


def _bad(text: str) -> Check:
    return Check(result=CheckResult.BAD, text=text)


def _unseen(what: str, command: str) -> Check:
    return Check(result=CheckResult.UNSEEN, text=f"{what}: not visible from here; see {command}")
