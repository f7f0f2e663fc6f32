"""What the errors of boto3 mean: each becomes a kind of refusal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

from neptune_snapshot_provider.core.refusals import (
    ClusterBusy,
    ClusterUnknown,
    Denied,
    QuotaReached,
    Refusal,
    SnapshotBusy,
    SnapshotExists,
    SnapshotGone,
    Unavailable,
    Unexpected,
)

DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_HTTP_TOO_MANY_REQUESTS: Final = 429
_HTTP_SERVER_ERROR: Final = 500
_REFUSALS: Final[Mapping[str, type[Refusal]]] = {
    "DBClusterSnapshotAlreadyExistsFault": SnapshotExists,
    "DBClusterSnapshotNotFoundFault": SnapshotGone,
    # What ListTagsForResource says of any kind of snapshot.
    "DBSnapshotNotFound": SnapshotGone,
    "InvalidDBClusterStateFault": ClusterBusy,
    "DBClusterNotFoundFault": ClusterUnknown,
    "InvalidDBClusterSnapshotStateFault": SnapshotBusy,
    "SnapshotQuotaExceeded": QuotaReached,
    # The class is named so, and the wire might be one day.
    "SnapshotQuotaExceededFault": QuotaReached,
} | dict.fromkeys(DENIED, Denied)


@contextmanager
def refusals(operation: str) -> Iterator[None]:
    """Turn botocore's exceptions into a `Refusal`."""
    try:
        yield
    except ClientError as error:
        raise _translate(error, operation) from error
    except (BotoConnectionError, HTTPClientError, ResponseParserError) as error:
        raise Unavailable(type(error).__name__, str(error), operation) from error
    except BotoCoreError as error:
        raise Unexpected(type(error).__name__, str(error), operation) from error


def _translate(error: ClientError, operation: str) -> Refusal:
    name = code(error)
    message = error.response.get("Error", {}).get("Message", "")
    if refusal := _REFUSALS.get(name):
        return refusal(name, message, operation)
    http_status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if (
        "Throttl" in name
        or name == "RequestLimitExceeded"
        or http_status == _HTTP_TOO_MANY_REQUESTS
        or http_status >= _HTTP_SERVER_ERROR
    ):
        return Unavailable(name, message, operation)
    return Unexpected(name, message, operation)


def code(error: ClientError) -> str:
    """The error's code on the wire."""
    return error.response.get("Error", {}).get("Code", "")
