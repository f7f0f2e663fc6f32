"""Calls made under session policies, which show what AWS evaluates when it authorizes them."""

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

import boto3

from aws_smoke.account import Account
from aws_smoke.asking import Questions, ask
from aws_smoke.evidence import Asked, Evidence
from aws_smoke.naming import TAG, Run, as_list

_POLL_SECONDS: Final = 5.0
_PROPAGATION_SECONDS: Final = 180.0
"""A new role, and its policy, may take minutes to take effect."""
_BUSY_SECONDS: Final = 30 * 60.0
"""Other lanes take snapshots of the same cluster at the same time."""
_DENIED: Final = ("AccessDenied", "AccessDeniedException")
_BUSY: Final = "InvalidDBClusterStateFault"
_CREATE: Final = "rds:CreateDBClusterSnapshot"
_ADD_TAGS: Final = "rds:AddTagsToResource"
_DESCRIBE: Final = "rds:DescribeDBClusterSnapshots"
ACTIONS: Final = (_CREATE, _ADD_TAGS, _DESCRIBE)
"""What the role may do; each session policy leaves a part of that."""
ANYTHING_ELSE: Final = "create-denied"
"""The trial whose session policy allows no creation: it shows that policies are in effect."""
TAGS_SUPPLIED: Final = "create-tags-supplied"
TAGS_ABSENT: Final = "create-tags-absent"
UNTAGGED_ONLY: Final = "create-untagged-only"
"""The trial whose session policy allows the creation, but not to tag what is created."""
AS_THE_LIBRARY: Final = "create-as-the-library"
DESCRIBE_BY_ARN: Final = "describe-by-arn"
DESCRIBE_ANOTHER: Final = "describe-another"

_Statement: TypeAlias = dict[str, Any]


class Trials:
    """Calls of one role, each under a session policy of its own."""

    def __init__(
        self, account: Account, run: Run, cluster: str, evidence: Evidence, questions: Questions
    ) -> None:
        """Prepare the trials on a cluster."""
        self._account = account
        self._run = run
        self._cluster = cluster
        self._asked = evidence.asked
        self._questions = questions

    def run(self, role: str) -> None:
        """Make every call; the snapshots that result are removed with the run's resources.

        Args:
            role: ARN of the role, which may do ``ACTIONS``.
        """
        self._try_describing(role)
        for trial, statements in self._creations().items():
            name = f"{self._run.prefix}-{trial}"
            call = partial(self._create, role, statements, name)
            asked = self._asked[trial] = _until_not((_BUSY,), _BUSY_SECONDS, call)
            if not asked.code:
                self._questions.wait_until(name, "available")

    def _try_describing(self, role: str) -> None:
        taken = self._questions.taken
        scoped = [_allow(_DESCRIBE, self._account.arn("cluster-snapshot", taken))]
        self._asked[DESCRIBE_BY_ARN] = _until_not(
            _DENIED, _PROPAGATION_SECONDS, partial(self._describe, role, scoped, taken)
        )
        self._asked[DESCRIBE_ANOTHER] = self._describe(role, scoped, f"{self._run.prefix}-another")

    def _creations(self) -> Mapping[str, list[_Statement]]:
        """The session policy of each creation."""
        supplied = {"StringEquals": {f"aws:RequestTag/{TAG}": self._run.id}}
        absent = {"Null": {f"aws:RequestTag/{TAG}": "true"}}
        cluster = self._account.arn("cluster", self._cluster)
        snapshots = self._account.arn("cluster-snapshot", f"{self._run.prefix}-*")
        return {
            ANYTHING_ELSE: [_allow(_DESCRIBE, "*")],
            UNTAGGED_ONLY: [_allow(_CREATE, "*")],
            TAGS_SUPPLIED: [_allow(_CREATE, "*", supplied), _allow(_ADD_TAGS, "*")],
            TAGS_ABSENT: [_allow(_CREATE, "*", absent), _allow(_ADD_TAGS, "*")],
            AS_THE_LIBRARY: [
                _allow([_CREATE, _ADD_TAGS], snapshots),
                _allow(_CREATE, cluster),
                *(_deny_tags_of_another(key, self._run.id) for key in ("Request", "Resource")),
            ],
        }

    def _create(self, role: str, statements: list[_Statement], name: str) -> Asked:
        return self._under(
            role,
            statements,
            lambda neptune: neptune.create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=name,
                DBClusterIdentifier=self._cluster,
                Tags=as_list(self._run.tags),
            ),
        )

    def _describe(self, role: str, statements: list[_Statement], name: str) -> Asked:
        return self._under(
            role,
            statements,
            lambda neptune: neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name),
        )

    def _under(
        self, role: str, statements: list[_Statement], call: Callable[[Any], dict[str, Any]]
    ) -> Asked:
        """Make a call as the role, under a session policy."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        assumed = ask(
            lambda: self._account.client("sts").assume_role(
                RoleArn=role, RoleSessionName="smoke", Policy=policy, DurationSeconds=900
            )
        )
        if assumed.code:
            return Asked(f"AssumeRole:{assumed.code}")
        keys = assumed.answer["Credentials"]
        neptune = boto3.client(
            "neptune",
            region_name=self._account.region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        return ask(lambda: call(neptune))


def _deny_tags_of_another(key: str, run_id: str) -> _Statement:
    """Deny tagging, as the library's role does, if the tag is there and is not the run's."""
    tag = f"aws:{key}Tag/{TAG}"
    condition = {"StringNotEquals": {tag: run_id}, "Null": {tag: "false"}}
    return {"Effect": "Deny", "Action": _ADD_TAGS, "Resource": "*", "Condition": condition}


def _allow(
    action: str | list[str], resource: str, condition: dict[str, Any] | None = None
) -> _Statement:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def _until_not(codes: tuple[str, ...], seconds: float, call: Callable[[], Asked]) -> Asked:
    """Repeat a call while it is refused with one of some codes, also when the role is assumed."""
    until = time.monotonic() + seconds
    while (asked := call()).code.rpartition(":")[2] in codes and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
    return asked
