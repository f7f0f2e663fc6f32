"""The refusals of the Neptune API, with their codes on the wire."""

from typing import Final

from botocore.exceptions import ClientError

_NOT_FOUND: Final = 404


class ApiError(Exception):
    """A refused call: ``code`` is the code on the wire, ``status`` the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def client_error(code: str, message: str, operation: str, status: int = 400) -> ClientError:
    """Build a refusal as boto3 raises it."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {
                "HTTPStatusCode": status,
                "RequestId": "r",
                "HostId": "h",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        operation,
    )


def invalid_identifier(parameter: str) -> ApiError:
    """The value of a parameter is no identifier."""
    return ApiError(
        "InvalidParameterValue",
        f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a "
        "letter; must contain only ASCII letters, digits, and hyphens; and must not end with a "
        "hyphen or contain two consecutive hyphens.",
    )


def invalid_value(message: str) -> ApiError:
    """A parameter is out of its bounds."""
    return ApiError("InvalidParameterValue", message)


def no_cluster(name: str) -> ApiError:
    """There is no such cluster."""
    return ApiError("DBClusterNotFoundFault", f"DBCluster {name} not found.", _NOT_FOUND)


def no_snapshot(name: str) -> ApiError:
    """There is no such snapshot."""
    message = f"DBClusterSnapshot not found: {name}"
    return ApiError("DBClusterSnapshotNotFoundFault", message, _NOT_FOUND)


def snapshot_exists(name: str) -> ApiError:
    """The identifier is taken, also by a snapshot that is not available yet."""
    return ApiError(
        "DBClusterSnapshotAlreadyExistsFault",
        "Cannot create the cluster snapshot because a cluster snapshot with the identifier "
        f"{name} already exists.",
    )


def cluster_busy(name: str, status: str) -> ApiError:
    """Only an available cluster can be snapshotted."""
    return ApiError(
        "InvalidDBClusterStateFault",
        f"Cluster {name} is in state {status}; it must be in state available.",
    )


def snapshot_busy(name: str, status: str) -> ApiError:
    """Only an available snapshot can be deleted, copied or shared."""
    return ApiError(
        "InvalidDBClusterSnapshotStateFault",
        f"Cannot use the cluster snapshot {name} because it is in state {status}.",
    )


def quota_exceeded(quota: int) -> ApiError:
    """The quota of manual snapshots is used up."""
    return ApiError(
        "SnapshotQuotaExceeded", f"Cannot create more than {quota} manual cluster snapshots."
    )
