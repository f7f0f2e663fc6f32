"""The role of a pipeline: who may assume it, and that it may take snapshots and little else."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pytest

import local_aws
from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider.contract import CallerTag, OwnerTag
from security import authorisations, iam
from security.iam import Policy, Question, Request
from security.recording import Call
from support.deployment import ROOT, Snapshots
from support.documents import blocks

README = ROOT / "examples" / "github_actions" / "README.md"
CLUSTER = "my-graph"
ROLE = f"migrate-{CLUSTER}"
OWNER = f"arn:aws:sts::{iam.ACCOUNT}:assumed-role/{ROLE}"
PARAMETER = f"/{CLUSTER}/last-good-snapshot"
REPOSITORY = "your-organization@1234567/your-repository@7654321"
GITHUB = "token.actions.githubusercontent.com"
TOKEN = {
    f"{GITHUB}:aud": "sts.amazonaws.com",
    f"{GITHUB}:sub": f"repo:{REPOSITORY}:environment:production",
    f"{GITHUB}:ref": "refs/heads/main",
}
"""What GitHub says of a job of the workflow."""
STRANGERS = {
    "a pull request of a fork": {"sub": f"repo:{REPOSITORY}:pull_request"},
    "another branch": {"ref": "refs/heads/any"},
    "a tag": {"ref": "refs/tags/main"},
    "a job without the environment": {"sub": f"repo:{REPOSITORY}:ref:refs/heads/main"},
    "another environment": {"sub": f"repo:{REPOSITORY}:environment:production-2"},
    "another repository": {
        "sub": "repo:your-organization@1234567/other@7654322:environment:production"
    },
    "the same names after a takeover": {
        "sub": "repo:your-organization@9999999/your-repository@9999999:environment:production"
    },
    "the name as a prefix": {"sub": f"repo:{REPOSITORY}0:environment:production"},
    "a token for somebody else": {"aud": "https://github.com/your-organization"},
}


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        aws.client("neptune").create_db_cluster(DBClusterIdentifier=CLUSTER, Engine="neptune")
        aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0))
        yield aws


@pytest.fixture(scope="module")
def role(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The role as the commands of the page make it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("docs", "examples"):
        (folder / name).symlink_to(ROOT / name)
    (commands,) = blocks(README, "bash")
    assert commands.count("REGION=eu-west-1\n") == 1
    commands = commands.replace("REGION=eu-west-1\n", f"REGION={iam.REGION}\n")
    script = f'aws() {{ {sys.executable} {ROOT}/tests/support/aws_cli.py "$@"; }}\n{commands}'
    shell = ["/bin/bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(
        shell, cwd=folder, env=aws.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return ROLE


@pytest.fixture(scope="module")
def trust(aws: LocalAws, role: str) -> Policy:
    found = aws.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    return dict(found) if isinstance(found, dict) else dict(json.loads(unquote(found)))


@pytest.fixture(scope="module")
def permissions(aws: LocalAws, role: str) -> Policy:
    (name,) = aws.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
    found = aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return dict(found) if isinstance(found, dict) else dict(json.loads(unquote(found)))


def may_assume(trust: Policy, token: Mapping[str, str]) -> bool:
    """Decide the conditions of a trust policy; who asks is compared here."""
    (statement,) = trust["Statement"]
    provider = f"arn:aws:iam::{iam.ACCOUNT}:oidc-provider/{GITHUB}"
    assert statement["Principal"] == {"Federated": provider}
    asked = {key: value for key, value in statement.items() if key != "Principal"}
    policy = {**trust, "Statement": [{**asked, "Resource": "*"}]}
    resource = f"arn:aws:iam::{iam.ACCOUNT}:role/{ROLE}"
    request = Request(
        "sts:AssumeRoleWithWebIdentity", resource, dict(token.items()), is_known=False
    )
    (decision,) = iam.allowed([Question((policy,), request)])
    return decision


def test_the_workflow_may_assume_the_role(trust: Policy) -> None:
    assert may_assume(trust, TOKEN)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nobody_else_may(trust: Policy, stranger: str) -> None:
    changed = {f"{GITHUB}:{claim}": value for claim, value in STRANGERS[stranger].items()}
    assert not may_assume(trust, {**TOKEN, **changed})


@pytest.mark.parametrize("claim", TOKEN)
def test_every_condition_is_needed(trust: Policy, claim: str) -> None:
    """A token without a claim is refused, and without the condition somebody else gets in."""
    assert not may_assume(trust, {key: value for key, value in TOKEN.items() if key != claim})
    (statement,) = trust["Statement"]
    required = {k: v for k, v in statement["Condition"]["StringEquals"].items() if k != claim}
    weaker = {**statement, "Condition": {"StringEquals": required}}
    assert may_assume({**trust, "Statement": [weaker]}, {**TOKEN, claim: "anything"})


def test_the_workflow_names_what_the_role_trusts() -> None:
    workflow = (README.parent / "migrate.yml").read_text()
    assert f"role-to-assume: arn:aws:iam::{iam.ACCOUNT}:role/{ROLE}\n" in workflow
    assert "environment: production\n" in workflow
    assert "branches: [main]\n" in workflow
    assert "id-token: write" in workflow


@pytest.fixture(scope="module")
def calls(aws: LocalAws) -> list[Call]:
    """What the command calls for all that the policy is for."""
    aws.clear_calls()
    options = ("--owner", OWNER, "--last-good-parameter", PARAMETER, "--tag", "team=graph")
    for number in range(3):
        taken = _command(
            aws, "take", CLUSTER, "--request", f"{number}", "--keep-last", "1", *options
        )
        assert taken.returncode == 0, taken.stderr
        confirmed = _command(aws, "confirm", taken.stdout.strip())
        assert confirmed.returncode == 0, confirmed.stderr
    # Nothing may be deleted, so the command says how full the quota is.
    aws.set_snapshot_quota(len(Snapshots(aws, CLUSTER).names()))
    refused = _command(aws, "take", CLUSTER, "--request", "3", "--keep-last", "9", *options)
    assert "shared with RDS and Aurora" in refused.stderr
    return list(_recorded(aws.calls()))


def _command(aws: LocalAws, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "neptune_snapshot_cli", *words]
    return subprocess.run(command, env=aws.environment, capture_output=True, text=True, check=False)


def _recorded(calls: list[local_aws.Call]) -> Iterator[Call]:
    tags: dict[str, dict[str, str]] = {}
    for call in calls:
        if call.service not in {"rds", "ssm"}:
            assert (call.service, call.action) == ("sts", "GetCallerIdentity"), call
            continue
        given = _parameters(call.parameters)
        name = given.get("DBClusterSnapshotIdentifier") or given.get("ResourceName", "")
        arn = authorisations.snapshot(name)
        service = "neptune" if call.service == "rds" else call.service
        if call.action == "DescribeAccountAttributes":
            service = "rds"
        yield Call(f"{service}:{call.action}", given, dict(tags.get(arn, {})))
        if "Tags" in given:
            tags.setdefault(arn, {}).update({one["Key"]: one["Value"] for one in given["Tags"]})


def _parameters(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the query protocol as the SDK was given them."""
    found = {key: value for key, value in sent.items() if "." not in key}
    numbers = sorted({key.split(".")[2] for key in sent if key.startswith("Tags.Tag.")}, key=int)
    tags = [{k: sent[f"Tags.Tag.{n}.{k}"] for k in ("Key", "Value")} for n in numbers]
    return {**found, **({"Tags": tags} if tags else {})}


def test_every_call_is_allowed(calls: list[Call], permissions: Policy) -> None:
    requests = [request for call in calls for request in authorisations.of(call)]
    answers = iam.allowed([Question((permissions,), request) for request in requests])
    assert [each for each, allowed in zip(requests, answers, strict=True) if not allowed] == []
    made = {call.operation.partition(":")[2] for call in calls}
    assert {"CreateDBClusterSnapshot", "AddTagsToResource", "DeleteDBClusterSnapshot"} <= made


def test_every_statement_is_needed(calls: list[Call], permissions: Policy) -> None:
    """Without a statement that allows something, a call is refused."""
    requests = [request for call in calls for request in authorisations.of(call)]
    for statement in permissions["Statement"]:
        if statement["Effect"] == "Allow":
            rest = [one for one in permissions["Statement"] if one is not statement]
            policy = {**permissions, "Statement": rest}
            answers = iam.allowed([Question((policy,), request) for request in requests])
            assert not all(answers), statement["Sid"]


STACKS: Mapping[str, str] = {
    OwnerTag.STACK: "arn:aws:cloudformation:us-east-1:111122223333:stack/any/1"
}
OTHERS: Mapping[str, str] = {CallerTag.TAKEN_BY: f"{OWNER}-2"}
OWN: Mapping[str, str] = {CallerTag.TAKEN_BY: OWNER}


def _tagged(tags: Mapping[str, str]) -> authorisations.Context:
    return authorisations.resource_tags(tags)


def _tagging(tags: Mapping[str, str]) -> authorisations.Context:
    return authorisations.request_tags(tags)


SNAPSHOT = authorisations.snapshot(f"{CLUSTER}-anything")
ATTACKS = {
    "snapshot another cluster": Request(
        "rds:CreateDBClusterSnapshot", authorisations.cluster("my-graph-2")
    ),
    "take another name": Request("rds:CreateDBClusterSnapshot", authorisations.snapshot("other-1")),
    "delete the cluster": Request("rds:DeleteDBCluster", authorisations.cluster(CLUSTER)),
    "change the cluster": Request("rds:ModifyDBCluster", authorisations.cluster(CLUSTER)),
    "delete a stack's snapshot": Request("rds:DeleteDBClusterSnapshot", SNAPSHOT, _tagged(STACKS)),
    "delete another owner's": Request("rds:DeleteDBClusterSnapshot", SNAPSHOT, _tagged(OTHERS)),
    "delete a snapshot made by hand": Request("rds:DeleteDBClusterSnapshot", SNAPSHOT),
    "claim a stack's snapshot": Request(
        "rds:AddTagsToResource", SNAPSHOT, {**_tagged(STACKS), **_tagging(OWN)}
    ),
    "claim another owner's": Request(
        "rds:AddTagsToResource", SNAPSHOT, {**_tagged(OTHERS), **_tagging(OWN)}
    ),
    "pose as a stack": Request("rds:AddTagsToResource", SNAPSHOT, _tagging({**OWN, **STACKS})),
    "pose as another owner": Request("rds:AddTagsToResource", SNAPSHOT, _tagging(OTHERS)),
    "share its own snapshot": Request(
        "rds:ModifyDBClusterSnapshotAttribute", SNAPSHOT, _tagged(OWN)
    ),
    "write another parameter": Request(
        "ssm:PutParameter", authorisations.parameter("/my-graph/other")
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_may_not(permissions: Policy, attack: str) -> None:
    assert iam.allowed([Question((permissions,), ATTACKS[attack])]) == [False]
