"""The program does not begin where it cannot succeed or was not agreed to; nothing is made then."""

from types import SimpleNamespace
from typing import Any

import pytest

from aws_smoke import account
from aws_smoke.account import Account, Refused
from smoke.program import Program


def test_without_a_bootstrapped_cdk_it_says_the_command(refused: Program) -> None:
    ended = refused.run("--yes")
    assert ended.returncode == 2
    assert "npx cdk bootstrap aws://111122223333/us-east-1" in ended.stdout


def test_without_a_region_it_says_what_to_set(refused: Program) -> None:
    ended = refused.run("--yes", AWS_REGION="", AWS_DEFAULT_REGION="")
    assert ended.returncode == 2
    assert "AWS_REGION" in ended.stdout


def test_without_credentials_it_says_how_to_sign_in(refused: Program) -> None:
    ended = refused.run("--yes", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert ended.returncode == 2
    assert "aws sso login" in ended.stdout


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


def test_a_region_without_neptune_is_refused() -> None:
    with pytest.raises(Refused, match="There is no Neptune in eu-west-9"):
        account.require_ready(_account(versions=[], quotas=[_quota(0)]))


def test_only_a_full_quota_is_refused_with_its_numbers() -> None:
    # 80 are few enough, and whoever may not ask finds out later.
    for quotas in ([_quota(80)], []):
        account.require_ready(_account(versions=[{}], quotas=quotas))
    with pytest.raises(Refused, match="20 manual cluster snapshots are needed and 19 of 100"):
        account.require_ready(_account(versions=[{}], quotas=[_quota(81)]))
