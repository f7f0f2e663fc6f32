"""What a person can do about a call that AWS refuses; pure."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from neptune_snapshot_cli import errors
from neptune_snapshot_cli.errors import NoAccess, Unanswered
from neptune_snapshot_provider.core.refusals import Denied, Refusal, Unavailable

_EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN_KEY: Final = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "AuthFailure",
)
_NO_CREDENTIALS: Final = ("NoCredentialsError", "PartialCredentialsError")
_LOGIN_NEEDED: Final = ("SSO", "Login", "TokenRetrieval", "CredentialRetrieval", "AuthToken")
"""Parts of the names of botocore's exceptions."""
_DENIED_ACTION: Final = re.compile(r"to perform: (\w+:\w+)")
"""AWS names the action, which may be another than the operation: creating with tags needs two."""
_NO_REGION: Final = "NoRegionError"
_SERVICES: Final = {
    "DescribeStacks": "cloudformation",
    "DescribeStackEvents": "cloudformation",
    "GetCallerIdentity": "sts",
    "GetParameter": "ssm",
    "GetTemplate": "cloudformation",
    "ListStackResources": "cloudformation",
    "PutParameter": "ssm",
}
"""The services in IAM of operations that are not Neptune's, whose service is ``rds``."""


@contextmanager
def access() -> Iterator[None]:
    """Turn a `Refusal` into `NoAccess`."""
    try:
        yield
    except Refusal as refusal:
        raise explain(refusal) from refusal


def explain(refusal: Refusal) -> NoAccess:
    """Name the IAM action that was needed, or what is wrong with the credentials."""
    action, name, said = action_of(refusal.operation), refusal.code, refusal.message
    if isinstance(refusal, Denied):
        return denied(refusal.operation, said)
    if isinstance(refusal, Unavailable):
        return Unanswered(
            f"AWS does not answer {action} ({name}: {said}).",
            "Check the network and the region, or try again later.",
        )
    return credentials_problem(name, said) or NoAccess(f"AWS refuses {action} ({name}: {said}).")


def denied(operation: str, said: str) -> errors.Denied:
    """Name the permission that is missing for an operation.

    Args:
        operation: The operation that was refused.
        said: The error's message.
    """
    named = _DENIED_ACTION.search(said)
    return errors.Denied(named[1] if named else action_of(operation), said)


def credentials_problem(name: str, said: str) -> NoAccess | None:
    """What is wrong with the credentials or the region, if that is why a call was refused.

    Args:
        name: The error's code on the wire, or the name of botocore's exception.
        said: The error's message.
    """
    if name in _EXPIRED:
        return NoAccess(
            f"The credentials have expired ({name}).",
            "Log in again (`aws sso login`), then run this command again.",
        )
    if name in _UNKNOWN_KEY:
        return NoAccess(
            f"AWS does not accept the credentials ({name}: {said}).",
            "Choose others with --profile, or see `aws configure list`.",
        )
    if name in _NO_CREDENTIALS:
        return NoAccess(
            f"No credentials were found ({said}).",
            "Log in with `aws sso login` or `aws configure`, or choose others with --profile.",
        )
    if any(part in name for part in _LOGIN_NEEDED):
        return NoAccess(
            f"The credentials cannot be used: {said.rstrip('.')}.",
            "Log in again (`aws sso login`), then run this command again.",
        )
    if name == _NO_REGION:
        return NoAccess(
            "No region is set.", "Give --region, set AWS_REGION, or put one into the profile."
        )
    return None


def action_of(operation: str) -> str:
    """The IAM action of an operation, such as ``rds:DescribeDBClusters``."""
    return f"{_SERVICES.get(operation, 'rds')}:{operation}"
