"""Rules of the Neptune API that the emulator does not know; each gives an answer or nothing."""

import re

from local_aws.asgi import Answer
from local_aws.errors import query_error
from local_aws.rds_xml import Record

LOWERED = frozenset(
    {
        "DBClusterIdentifier",
        "DBClusterSnapshotIdentifier",
        "NewDBClusterIdentifier",
        "SnapshotIdentifier",
        "SourceDBClusterSnapshotIdentifier",
        "TargetDBClusterSnapshotIdentifier",
    }
)
"""Parameters that the API stores in lower case and compares without regard to case."""

AVAILABLE = "available"
_PAGE_MIN, _PAGE_MAX = 20, 100
_IDENTIFIER = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,62}(?<!-)")


def identifier_refusal(parameter: str, value: str) -> Answer | None:
    """Refuse what is no identifier."""
    if _IDENTIFIER.fullmatch(value):
        return None
    message = (
        f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a "
        "letter; must contain only ASCII letters, digits, and hyphens; and must not end with a "
        "hyphen or contain two consecutive hyphens."
    )
    return query_error(400, "InvalidParameterValue", message)


def creation_refusal(
    snapshot: str, existing: list[str], cluster: str, status: str, quota: int
) -> Answer | None:
    """Refuse a snapshot that exists, of a busy cluster, or beyond the quota."""
    if snapshot in existing:
        message = (
            "Cannot create the cluster snapshot because a cluster snapshot with the identifier "
            f"{snapshot} already exists."
        )
        return query_error(400, "DBClusterSnapshotAlreadyExistsFault", message)
    if status != AVAILABLE:
        message = f"Cluster {cluster} is in state {status}; it must be in state available."
        return query_error(400, "InvalidDBClusterStateFault", message)
    if len(existing) >= quota:
        message = f"Cannot create more than {quota} manual cluster snapshots."
        return query_error(400, "SnapshotQuotaExceeded", message)
    return None


def deletion_refusal(snapshot: str, status: str) -> Answer | None:
    """Refuse the deletion of a snapshot that is not available."""
    if status == AVAILABLE:
        return None
    message = f"Cannot delete the cluster snapshot {snapshot} because it is in state {status}."
    return query_error(400, "InvalidDBClusterSnapshotStateFault", message)


def page_size_refusal(parameters: dict[str, str]) -> Answer | None:
    """Refuse a page size outside the limits."""
    size = parameters.get("MaxRecords", str(_PAGE_MAX))
    if size.isdigit() and _PAGE_MIN <= int(size) <= _PAGE_MAX:
        return None
    message = f"Invalid value {size} for MaxRecords. Must be between {_PAGE_MIN} and {_PAGE_MAX}"
    return query_error(400, "InvalidParameterValue", message)


def page(
    parameters: dict[str, str], records: list[Record], key: str
) -> tuple[list[Record], str | None]:
    """Cut one page from all records; the marker names the first of the next page."""
    size = int(parameters.get("MaxRecords", _PAGE_MAX))
    ordered = sorted(records, key=lambda record: record.get(key))
    rest = [record for record in ordered if record.get(key) >= parameters.get("Marker", "")]
    marker = rest[size].get(key) if len(rest) > size else None
    return rest[:size], marker
