"""The role of a pipeline: who may assume it, and that it may take snapshots and little else."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pytest

import local_aws
from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider.contract import CallerTag, OwnerTag
from security import authorisations, iam
from security.iam import Policy, Request
from security.recording import Call
from support.deployment import ROOT, Snapshots
from support.documents import blocks
from support.packages import run
from support.shell import Shell

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
def policies(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> tuple[Policy, Policy]:
    """Who may assume the role, and its permissions, as the commands of the page make them."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("docs", "examples"):
        (folder / name).symlink_to(ROOT / name)
    (commands,) = blocks(README, "bash")
    assert commands.count("REGION=eu-west-1\n") == 1
    commands = commands.replace("REGION=eu-west-1\n", f"REGION={iam.REGION}\n")
    script = f'aws() {{ {sys.executable} {ROOT}/tests/support/aws_cli.py "$@"; }}\n{commands}'
    shell = ("/bin/bash", "-euo", "pipefail", "-c", script)
    done = run(*shell, cwd=folder, env=aws.environment)
    assert done.returncode == 0, done.stderr
    client = aws.client("iam")
    (name,) = client.list_role_policies(RoleName=ROLE)["PolicyNames"]
    found = (
        client.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"],
        client.get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"],
    )
    trust, permissions = (
        json.loads(unquote(one)) if isinstance(one, str) else one for one in found
    )
    return trust, permissions


@pytest.fixture(scope="module")
def trust(policies: tuple[Policy, Policy]) -> Policy:
    return policies[0]


@pytest.fixture(scope="module")
def permissions(policies: tuple[Policy, Policy]) -> Policy:
    return policies[1]


def may_assume(trust: Policy, token: Mapping[str, str]) -> bool:
    """Decide the conditions of a trust policy; who asks is compared here."""
    (statement,) = trust["Statement"]
    provider = f"arn:aws:iam::{iam.ACCOUNT}:oidc-provider/{GITHUB}"
    assert statement["Principal"] == {"Federated": provider}
    asked = {key: value for key, value in statement.items() if key != "Principal"}
    policy = {**trust, "Statement": [{**asked, "Resource": "*"}]}
    resource = f"arn:aws:iam::{iam.ACCOUNT}:role/{ROLE}"
    request = Request("sts:AssumeRoleWithWebIdentity", resource, {**token}, is_known=False)
    return not iam.refused((policy,), [request])


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
    shell = Shell(aws.environment)
    options = ("--owner", OWNER, "--last-good-parameter", PARAMETER, "--tag", "team=graph")
    for number in range(3):
        taken = shell("take", CLUSTER, "--request", f"{number}", "--keep-last", "1", *options)
        assert taken.status == 0, taken.err
        assert shell("confirm", taken.out.strip()).status == 0
    # Nothing may be deleted, so the command says how full the quota is.
    aws.set_snapshot_quota(len(Snapshots(aws, CLUSTER).names()))
    refused = shell("take", CLUSTER, "--request", "3", "--keep-last", "9", *options)
    assert "shared with RDS and Aurora" in refused.err
    return list(_recorded(aws.calls()))


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
    assert iam.refused((permissions,), authorisations.of_all(calls)) == []
    made = {call.operation.partition(":")[2] for call in calls}
    assert {"CreateDBClusterSnapshot", "AddTagsToResource", "DeleteDBClusterSnapshot"} <= made


def test_every_statement_is_needed(calls: list[Call], permissions: Policy) -> None:
    """Without a statement that allows something, a call is refused."""
    requests = authorisations.of_all(calls)
    for statement in permissions["Statement"]:
        if statement["Effect"] == "Allow":
            rest = [one for one in permissions["Statement"] if one is not statement]
            assert iam.refused(({**permissions, "Statement": rest},), requests), statement["Sid"]


STACKS: Mapping[str, str] = {
    OwnerTag.STACK: "arn:aws:cloudformation:us-east-1:111122223333:stack/any/1"
}
OTHERS: Mapping[str, str] = {CallerTag.TAKEN_BY: f"{OWNER}-2"}
OWN: Mapping[str, str] = {CallerTag.TAKEN_BY: OWNER}


_tagged, _tagging = authorisations.resource_tags, authorisations.request_tags
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
    assert iam.refused((permissions,), [ATTACKS[attack]])
