"""The cluster that snapshots are taken of: one that exists, or the smallest that does."""

from typing import Any, Final

from botocore.exceptions import ClientError

from aws_smoke.account import Account, Refused, error_code, wait_until
from aws_smoke.naming import Run, as_list

_WAIT_SECONDS: Final = 30 * 60.0
_NO_NETWORK: Final = (
    "DBSubnetGroupDoesNotCoverEnoughAZs",
    "DBSubnetGroupNotFoundFault",
    "InvalidSubnet",
    "InvalidVPCNetworkStateFault",
)
"""Codes of a creation that fails for want of subnets."""


def require_usable(account: Account, identifier: str) -> dict[str, Any]:
    """Look at a cluster that was given; it is refused if snapshots of it cannot be taken."""
    refusal = f"--cluster {identifier} cannot be used"
    try:
        found = _describe(account, identifier)
    except ClientError as problem:
        raise Refused(f"{refusal} in {account.region}: {problem}") from problem
    for field, expected in (("Engine", "neptune"), ("Status", "available")):
        if found[field] != expected:
            raise Refused(f"{refusal}: its {field.lower()} is {found[field]}, not {expected}.")
    return found


def create(account: Account, run: Run, subnet_group: str) -> dict[str, Any]:
    """Make a cluster without instances, in the default VPC or a subnet group, and wait for it."""
    wanted = {"DBSubnetGroupName": subnet_group} if subnet_group else {}
    try:
        account.client("neptune").create_db_cluster(
            DBClusterIdentifier=run.cluster,
            Engine="neptune",
            BackupRetentionPeriod=1,
            StorageEncrypted=True,
            Tags=as_list(run.tags),
            **wanted,
        )
    except ClientError as problem:
        code, advice = error_code(problem), ""
        if code in _NO_NETWORK:
            advice = " Without a default VPC, name a DB subnet group: --subnet-group NAME."
        raise Refused(f"The cluster could not be made ({code}): {problem}.{advice}") from problem
    if not wait_until(
        lambda: _describe(account, run.cluster)["Status"] == "available", _WAIT_SECONDS
    ):
        raise Refused(f"The cluster {run.cluster} is not available.")
    return _describe(account, run.cluster)


def _describe(account: Account, identifier: str) -> dict[str, Any]:
    clusters = account.client("neptune").describe_db_clusters(DBClusterIdentifier=identifier)
    return dict(clusters["DBClusters"][0])
