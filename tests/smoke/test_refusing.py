"""The program does not begin where it cannot succeed or was not agreed to; nothing is made then."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from aws_smoke import account
from aws_smoke.account import Account, Refused
from smoke.program import Program


@pytest.mark.parametrize(
    ("without", "advice"),
    [
        ((), "npx cdk bootstrap aws://111122223333/us-east-1"),
        (("AWS_REGION", "AWS_DEFAULT_REGION"), "AWS_REGION"),
        (("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "aws sso login"),
    ],
    ids=["a bootstrapped CDK", "a region", "credentials"],
)
def test_without_what_it_needs_it_says_what_to_do(
    refused: Program, without: tuple[str, ...], advice: str
) -> None:
    ended = refused.run("--yes", **dict.fromkeys(without, ""))
    assert ended.returncode == 2
    assert advice in ended.stdout


def _account(**answers: Any) -> Account:  # noqa: ANN401 - whatever AWS answers
    """An account whose services answer as told."""
    neptune = SimpleNamespace(
        describe_db_engine_versions=lambda **_: {"DBEngineVersions": answers["versions"]}
    )
    ssm = SimpleNamespace(get_parameter=lambda **_: {})
    rds = SimpleNamespace(describe_account_attributes=lambda: {"AccountQuotas": answers["quotas"]})
    clients = {"neptune": neptune, "ssm": ssm, "rds": rds}
    return Account("123456789012", "eu-west-9", "arn:aws:iam::123456789012:root", clients)


def _quota(used: int) -> dict[str, Any]:
    return {"AccountQuotaName": "ManualClusterSnapshots", "Used": used, "Max": 100}


@pytest.mark.parametrize(
    ("versions", "quotas", "refusal"),
    [
        ([], [_quota(0)], "There is no Neptune in eu-west-9"),
        ([{}], [_quota(81)], "20 manual cluster snapshots are needed and 19 of 100"),
        ([{}], [_quota(80)], ""),
        ([{}], [], ""),
    ],
    ids=["no Neptune", "a full quota", "enough room", "may not ask"],
)
def test_a_region_is_refused_for_a_reason(
    versions: list[Any], quotas: list[dict[str, Any]], refusal: str
) -> None:
    with pytest.raises(Refused, match=refusal) if refusal else nullcontext():
        account.require_ready(_account(versions=versions, quotas=quotas))
