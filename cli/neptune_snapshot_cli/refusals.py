"""What AWS says when it does not answer a question, turned into what a person can do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    SSOError,
    SSOTokenLoadError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

from neptune_snapshot_cli.errors import Denied, NoAccess, Unanswered

_DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN_KEY: Final = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "AuthFailure",
)
_NO_CREDENTIALS: Final = (NoCredentialsError, PartialCredentialsError)
_LOGIN_NEEDED: Final = (SSOError, SSOTokenLoadError, TokenRetrievalError, CredentialRetrievalError)
_HTTP_TOO_MANY_REQUESTS: Final = 429
_HTTP_SERVER_ERROR: Final = 500


@contextmanager
def access(action: str) -> Iterator[None]:
    """Turn botocore's exceptions into `NoAccess`, naming the IAM action that was needed."""
    try:
        yield
    except ClientError as error:
        raise _refusal(error, action) from error
    except NoRegionError as error:
        raise NoAccess(
            "No region is set.", "Give --region, set AWS_REGION, or put one into the profile."
        ) from error
    except _NO_CREDENTIALS as error:
        raise NoAccess(
            f"No credentials were found ({error}).",
            "Log in with `aws sso login` or `aws configure`, or choose others with --profile.",
        ) from error
    except _LOGIN_NEEDED as error:
        raise NoAccess(
            f"The credentials cannot be used: {error}.",
            "Log in again (`aws sso login`), then run this command again.",
        ) from error
    except (BotoConnectionError, HTTPClientError, ResponseParserError) as error:
        raise Unanswered(
            f"AWS does not answer: {error}.", "Check the network, and that the region exists."
        ) from error
    except BotoCoreError as error:
        raise NoAccess(f"AWS cannot be called: {str(error).rstrip('.')}.") from error


def _refusal(error: ClientError, action: str) -> NoAccess:
    name = code(error)
    said = error.response.get("Error", {}).get("Message", "")
    http_status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if name in _DENIED:
        return Denied(action, said)
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
    if (
        "Throttl" in name
        or name == "RequestLimitExceeded"
        or http_status == _HTTP_TOO_MANY_REQUESTS
        or http_status >= _HTTP_SERVER_ERROR
    ):
        return Unanswered(f"AWS does not answer {action} now ({name}: {said}).", "Try again later.")
    return NoAccess(f"AWS refuses {action} ({name}: {said}).")


def is_no_stack(error: ClientError) -> bool:
    """Whether CloudFormation does not know the stack that it is asked to describe."""
    return code(error) == "ValidationError"


def code(error: ClientError) -> str:
    """The fault's name on the wire."""
    return error.response.get("Error", {}).get("Code", "")
