"""Calls made under session policies, which show what AWS evaluates when it authorizes them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import boto3

from aws_smoke.account import wait_until
from aws_smoke.asking import Questions, ask
from aws_smoke.evidence import Asked
from aws_smoke.naming import TAG, as_list

_PROPAGATION_SECONDS: Final = 180.0
"""A new role, and its policy, may take minutes to take effect."""
_BUSY_SECONDS: Final = 30 * 60.0
"""Other lanes take snapshots of the same cluster at the same time."""
_DENIED: Final = ("AccessDenied", "AccessDeniedException")
_BUSY: Final = ("InvalidDBClusterStateFault",)
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


@dataclass(frozen=True)
class Trials:
    """Calls of one role, which may do ``ACTIONS``, each under a session policy of its own."""

    questions: Questions
    role: str

    def run(self) -> None:
        """Make every call; the snapshots that result are removed with the run's resources."""
        questions, asked = self.questions, self.questions.evidence.asked
        taken = questions.taken
        scoped = [_allow(_DESCRIBE, questions.account.arn("cluster-snapshot", taken))]
        asked[DESCRIBE_BY_ARN] = _until_not(
            _DENIED, _PROPAGATION_SECONDS, lambda: self._describe(scoped, taken)
        )
        asked[DESCRIBE_ANOTHER] = self._describe(scoped, questions.run.named("another"))
        for trial, statements in self._creations().items():
            asked[trial] = self._create(statements, questions.run.named(trial))
            if not asked[trial].code:
                questions.wait_until(questions.run.named(trial), "available")

    def _creations(self) -> Mapping[str, list[_Statement]]:
        """The session policy of each creation."""
        account, run = self.questions.account, self.questions.run
        supplied = {"StringEquals": {f"aws:RequestTag/{TAG}": run.id}}
        absent = {"Null": {f"aws:RequestTag/{TAG}": "true"}}
        snapshots = account.arn("cluster-snapshot", run.named("*"))
        return {
            ANYTHING_ELSE: [_allow(_DESCRIBE, "*")],
            UNTAGGED_ONLY: [_allow(_CREATE, "*")],
            TAGS_SUPPLIED: [_allow(_CREATE, "*", supplied), _allow(_ADD_TAGS, "*")],
            TAGS_ABSENT: [_allow(_CREATE, "*", absent), _allow(_ADD_TAGS, "*")],
            AS_THE_LIBRARY: [
                _allow([_CREATE, _ADD_TAGS], snapshots),
                _allow(_CREATE, account.arn("cluster", self.questions.cluster)),
                *(_deny_tags_of_another(key, run.id) for key in ("Request", "Resource")),
            ],
        }

    def _create(self, statements: list[_Statement], name: str) -> Asked:
        def create(neptune: Any) -> dict[str, Any]:  # noqa: ANN401 - see Account.client
            return dict(
                neptune.create_db_cluster_snapshot(
                    DBClusterSnapshotIdentifier=name,
                    DBClusterIdentifier=self.questions.cluster,
                    Tags=as_list(self.questions.run.tags),
                )
            )

        return _until_not(_BUSY, _BUSY_SECONDS, lambda: self._under(statements, create))

    def _describe(self, statements: list[_Statement], name: str) -> Asked:
        return self._under(
            statements,
            lambda neptune: neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name),
        )

    def _under(self, statements: list[_Statement], call: Callable[[Any], dict[str, Any]]) -> Asked:
        """Make a call as the role, under a session policy."""
        account = self.questions.account
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        assumed = ask(
            lambda: account.client("sts").assume_role(
                RoleArn=self.role, RoleSessionName="smoke", Policy=policy, DurationSeconds=900
            )
        )
        if assumed.code:
            return Asked(f"AssumeRole:{assumed.code}")
        keys = assumed.answer["Credentials"]
        neptune = boto3.client(
            "neptune",
            region_name=account.region,
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
    asked = Asked()

    def is_over() -> bool:
        nonlocal asked
        asked = call()
        return asked.code.rpartition(":")[2] not in codes

    wait_until(is_over, seconds)
    return asked
