"""CloudFormation's event, checked once and then trusted."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeGuard
from urllib.parse import parse_qs, urlsplit

from neptune_snapshot_provider.contract import TIMEOUT_MAX, WAIT_RESOURCE_TYPE, Property
from neptune_snapshot_provider.core.properties import (
    Properties,
    invalid,
    parse_properties,
    parse_timeout,
)
from neptune_snapshot_provider.errors import InvalidRequest

Event: TypeAlias = dict[str, Any]

_ENVELOPE: Final = ("RequestType", "ResponseURL", "StackId", "RequestId", "LogicalResourceId")


class RequestType(StrEnum):
    """What CloudFormation asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of CloudFormation for one resource, or of a caller for a snapshot.

    ``waits_only`` marks the resource that waits for a snapshot which another one took.

    ``sent_at`` is when CloudFormation sent the request, in seconds since the epoch, however late or
    often it is delivered; ``None`` if that is not known.

    ``properties`` is ``None`` for a Delete, which needs none: a resource whose properties never
    were valid can be deleted too. ``explicit_name`` is the name that the properties give the
    snapshot, known for a Delete too. ``old`` is ``None`` unless this is an Update of a resource
    whose properties were valid. ``is_repeated`` marks an Update that changes no property:
    CloudFormation repeats one that failed while rollback was disabled.

    ``taken_by`` names the caller who takes a snapshot without a stack. Such a request is a Create
    that always goes forward: ``stack_id`` and ``logical_id`` are empty, and ``physical_id`` is the
    caller's last snapshot whose migration has succeeded.
    """

    type: RequestType
    stack_id: str
    request_id: str
    logical_id: str
    waits_only: bool = False
    physical_id: str = ""
    properties: Properties | None = None
    explicit_name: str = ""
    old: Properties | None = None
    is_repeated: bool = False
    timeout: int = TIMEOUT_MAX
    sent_at: float | None = None
    taken_by: str = ""

    @property
    def owner(self) -> str:
        """Logical id of the resource whose snapshots this is about."""
        return (self.properties.owner if self.properties else "") or self.logical_id


def is_custom_resource_event(event: object) -> TypeGuard[Event]:
    """Whether there is somebody to answer: all of the envelope is there, and as text."""
    return isinstance(event, dict) and all(
        isinstance(event.get(key), str) and event[key] for key in _ENVELOPE
    )


def parse_request(event: Event) -> Request:
    """Read an event that `is_custom_resource_event`.

    Raises:
        InvalidRequest: naming the property, the value received and the rule.
    """
    try:
        request_type = RequestType(event["RequestType"])
    except ValueError:
        raise invalid(
            "RequestType", event["RequestType"], "must be Create, Update or Delete"
        ) from None
    waits_only = event.get("ResourceType") == WAIT_RESOURCE_TYPE
    properties = None
    if request_type is not RequestType.DELETE:
        properties = parse_properties(event.get("ResourceProperties"), waits_only=waits_only)
    return Request(
        type=request_type,
        stack_id=event["StackId"],
        request_id=event["RequestId"],
        logical_id=event["LogicalResourceId"],
        waits_only=waits_only,
        physical_id=_physical_id(event, request_type),
        properties=properties,
        explicit_name=_explicit_name(event),
        old=_old_properties(event, waits_only) if request_type is RequestType.UPDATE else None,
        is_repeated=event.get("OldResourceProperties") == event.get("ResourceProperties"),
        timeout=properties.timeout if properties else _timeout_or_default(event),
        sent_at=_sent_at(event),
    )


def _sent_at(event: Event) -> float | None:
    """When the URL to answer to was signed; CloudFormation's hour began then."""
    (signed_at,) = parse_qs(urlsplit(event["ResponseURL"]).query).get("X-Amz-Date", [""])[:1]
    try:
        return datetime.strptime(signed_at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _physical_id(event: Event, request_type: RequestType) -> str:
    value = event.get("PhysicalResourceId")
    if isinstance(value, str) and value:
        return value
    if request_type is RequestType.CREATE:
        return ""
    raise invalid("PhysicalResourceId", value, "must be a non-empty string")


def _old_properties(event: Event, waits_only: bool) -> Properties | None:  # noqa: FBT001 - private
    try:
        return parse_properties(event.get("OldResourceProperties"), waits_only=waits_only)
    except InvalidRequest:
        # A rollback from properties that never were valid: their request failed and made nothing.
        return None


def _explicit_name(event: Event) -> str:
    raw = event.get("ResourceProperties")
    name = raw.get(Property.SNAPSHOT_IDENTIFIER) if isinstance(raw, dict) else None
    return name.lower() if isinstance(name, str) else ""


def _timeout_or_default(event: Event) -> int:
    try:
        return parse_timeout(event["ResourceProperties"])
    except (InvalidRequest, KeyError, AttributeError):
        return TIMEOUT_MAX
