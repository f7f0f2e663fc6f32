"""CloudFormation's events, as it sends them."""

from datetime import UTC, datetime
from typing import Any

STACK_ID = (
    "arn:aws:cloudformation:eu-west-1:123456789012:stack/Graph/0a1b2c3d-1111-2222-3333-444455556666"
)
LOGICAL_ID = "BeforeMigrationResource1A2B3C4D"
CLUSTER = "my-graph"
URL = "https://localhost/response?X-Amz-Signature=secret"


def properties(cluster: str = CLUSTER, **others: object) -> dict[str, Any]:
    """``ResourceProperties`` of a snapshot of ``cluster``."""
    return {
        "ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:Provider",
        "ServiceTimeout": "3600",
        "DBClusterIdentifier": cluster,
        "TimeoutSeconds": "3300",
        **others,
    }


def tag_list(**tags: str) -> list[dict[str, str]]:
    """``Tags`` as they are sent."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def create(request_id: str = "request-1", **others: object) -> dict[str, Any]:
    """A Create."""
    return _event("Create", request_id, properties(**others))  # type: ignore[arg-type]


def update(
    physical_id: str,
    new: dict[str, Any],
    old: dict[str, Any],
    request_id: str = "request-2",
) -> dict[str, Any]:
    """An Update."""
    event = _event("Update", request_id, new)
    return {**event, "PhysicalResourceId": physical_id, "OldResourceProperties": old}


def delete(physical_id: str, request_id: str = "request-9", **others: object) -> dict[str, Any]:
    """A Delete."""
    event = _event("Delete", request_id, properties(**others))  # type: ignore[arg-type]
    return {**event, "PhysicalResourceId": physical_id}


def sent(event: dict[str, Any], at: float) -> dict[str, Any]:
    """The same event, with the time in its URL at which CloudFormation sent it."""
    signed_at = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
    return {**event, "ResponseURL": f"{URL}&X-Amz-Date={signed_at}"}


def _event(request_type: str, request_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
    return {
        "RequestType": request_type,
        "RequestId": request_id,
        "ResponseURL": URL,
        "StackId": STACK_ID,
        "ResourceType": "Custom::NeptuneClusterSnapshot",
        "LogicalResourceId": LOGICAL_ID,
        "ResourceProperties": wanted,
    }
