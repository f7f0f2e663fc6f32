"""The cluster that snapshots are taken of: one that exists, or the smallest that does."""

import time
from typing import Any, Final

from botocore.exceptions import ClientError

from aws_smoke.account import Account, Refused, error_code
from aws_smoke.naming import Run, as_list

_LOOK_SECONDS: Final = 5.0
_WAIT_SECONDS: Final = 30 * 60.0
_NO_NETWORK: Final = (
    "DBSubnetGroupDoesNotCoverEnoughAZs",
    "DBSubnetGroupNotFoundFault",
    "InvalidSubnet",
    "InvalidVPCNetworkStateFault",
)
"""Codes of a creation that fails for want of subnets."""


def require_usable(account: Account, identifier: str) -> dict[str, Any]:
    """Look at a cluster that was given.

    Raises:
        Refused: It does not exist, is not Neptune's or not available.
    """
    try:
        found = _describe(account, identifier)
    except ClientError as problem:
        raise Refused(
            f"--cluster {identifier} cannot be used in {account.region}: {problem}"
        ) from problem
    for field, expected in (("Engine", "neptune"), ("Status", "available")):
        if found[field] != expected:
            raise Refused(
                f"--cluster {identifier} cannot be used: its {field.lower()} is {found[field]}, "
                f"not {expected}."
            )
    return found


def create(account: Account, run: Run, subnet_group: str) -> dict[str, Any]:
    """Make a cluster without instances, and wait until it is available.

    Args:
        account: Where.
        run: For which.
        subnet_group: The DB subnet group; the default VPC's if empty.

    Raises:
        Refused: Neptune does not make it.
    """
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
        advice = ""
        if error_code(problem) in _NO_NETWORK:
            advice = " Without a default VPC, name a DB subnet group: --subnet-group NAME."
        raise Refused(
            f"The cluster could not be made ({error_code(problem)}): {problem}.{advice}"
        ) from problem
    until = time.monotonic() + _WAIT_SECONDS
    while (found := _describe(account, run.cluster))["Status"] != "available":
        if time.monotonic() > until:
            raise Refused(f"The cluster {run.cluster} is still {found['Status']}.")
        time.sleep(_LOOK_SECONDS)
    return found


def _describe(account: Account, identifier: str) -> dict[str, Any]:
    clusters = account.client("neptune").describe_db_clusters(DBClusterIdentifier=identifier)
    found: dict[str, Any] = clusters["DBClusters"][0]
    return found
