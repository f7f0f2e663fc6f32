"""The account to run in, and whether it can be run in at all."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BOOTSTRAP: Final = "/cdk-bootstrap/hnb659fds/version"
"""The parameter by which the CDK knows that an account and region are bootstrapped."""
SNAPSHOTS_NEEDED: Final = 20
"""Manual cluster snapshots a run may have at once."""
QUOTA: Final = "ManualClusterSnapshots"
_SERVICES: Final = ("cloudformation", "events", "lambda", "logs", "neptune", "rds", "ssm", "sts")
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 8})
_POLL_SECONDS: Final = 2.0


class Refused(Exception):
    """The run cannot begin; says why and what to do. Nothing was created."""


@dataclass(frozen=True)
class Account:
    """Account, region and caller, and a client for each service."""

    id: str
    region: str
    caller: str
    clients: dict[str, Any] = field(repr=False)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no common type
        """The client of a service; threads may share it."""
        return self.clients[service]

    def listed(
        self, service: str, operation: str, key: str, **arguments: str
    ) -> Iterator[dict[str, Any]]:
        """What all pages of an operation list under a key."""
        pages = self.clients[service].get_paginator(operation).paginate(**arguments)
        return (one for page in pages for one in page[key])

    @property
    def foreign_endpoint(self) -> str:
        """Where calls go, if that is not AWS; otherwise empty."""
        url = str(self.client("neptune").meta.endpoint_url)
        host = urlsplit(url).hostname or ""
        is_aws = host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))
        return "" if is_aws else url

    def arn(self, resource: str, name: str) -> str:
        """Write an ARN of Neptune's."""
        partition = self.caller.split(":")[1]
        return f"arn:{partition}:rds:{self.region}:{self.id}:{resource}:{name}"


def connect() -> Account:
    """Find account, region and caller by the environment, like the AWS CLI does, or refuse."""
    session = boto3.Session()
    if not session.region_name:
        raise Refused(
            "No region is set. Set AWS_REGION, or AWS_PROFILE to a profile with a region."
        )
    clients: dict[str, Any] = {name: session.client(name, config=_CONFIG) for name in _SERVICES}
    try:
        identity = clients["sts"].get_caller_identity()
    except (BotoCoreError, ClientError) as problem:
        raise Refused(
            f"AWS does not know who is calling: {problem}. Set AWS_PROFILE, or sign in with "
            "`aws sso login`; `aws sts get-caller-identity` has to work."
        ) from problem
    return Account(identity["Account"], session.region_name, identity["Arn"], clients)


def require_ready(account: Account) -> None:
    """Refuse where a run cannot succeed: without Neptune, bootstrap or room for snapshots."""
    region = account.region
    try:
        versions = account.client("neptune").describe_db_engine_versions(Engine="neptune")
    except (BotoCoreError, ClientError) as problem:
        raise Refused(f"Neptune cannot be asked in {region}: {problem}") from problem
    if not versions["DBEngineVersions"]:
        raise Refused(f"There is no Neptune in {region}. Choose another AWS_REGION.")
    try:
        account.client("ssm").get_parameter(Name=BOOTSTRAP)
    except (BotoCoreError, ClientError) as problem:
        raise Refused(
            f"The CDK cannot deploy to {region} yet ({problem}). Bootstrap it: "
            f"npx cdk bootstrap aws://{account.id}/{region}"
        ) from problem
    for quota in account_quotas(account):
        free = quota["Max"] - quota["Used"]
        if quota["AccountQuotaName"] == QUOTA and free < SNAPSHOTS_NEEDED:
            raise Refused(
                f"{SNAPSHOTS_NEEDED} manual cluster snapshots are needed and {free} of "
                f"{quota['Max']} are free in {region}. Delete old ones or raise the quota."
            )


def account_quotas(account: Account) -> list[dict[str, Any]]:
    """RDS's quotas of the account; empty where the caller may not ask."""
    try:
        return list(account.client("rds").describe_account_attributes()["AccountQuotas"])
    except ClientError:
        return []


def manual_snapshots(account: Account, cluster: str = "") -> Iterator[dict[str, Any]]:
    """All manual cluster snapshots of the account and region, or of one cluster."""
    wanted = {"DBClusterIdentifier": cluster} if cluster else {}
    operation = "describe_db_cluster_snapshots"
    return account.listed(
        "neptune", operation, "DBClusterSnapshots", SnapshotType="manual", **wanted
    )


def error_code(problem: Exception) -> str:
    """The code of an API's refusal."""
    if isinstance(problem, ClientError):
        return problem.response.get("Error", {}).get("Code", "")
    return type(problem).__name__


def wait_until(over: Callable[[], bool], seconds: float) -> bool:
    """Poll until something is over; whether that was in time."""
    until = time.monotonic() + seconds
    while not over():
        if time.monotonic() > until:
            return False
        time.sleep(_POLL_SECONDS)
    return True
