"""CloudFormation's event, checked once and then trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeGuard
from urllib.parse import parse_qs, urlsplit

from neptune_snapshot_provider.contract import (
    KEEP_LAST_MAX,
    REUSE_SECONDS_MAX,
    SKIPPED,
    TAGS_MAX,
    TIMEOUT_MAX,
    TIMEOUT_MIN,
    WAIT_RESOURCE_TYPE,
    OnTimeout,
    Property,
    WhenClusterMissing,
    identifier_problem,
    parameter_problem,
    tag_problem,
)
from neptune_snapshot_provider.errors import InvalidRequest

Event: TypeAlias = dict[str, Any]

_NAME: Final = Property.SNAPSHOT_IDENTIFIER
_ENVELOPE: Final = ("RequestType", "ResponseURL", "StackId", "RequestId", "LogicalResourceId")


class RequestType(StrEnum):
    """What CloudFormation asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, kw_only=True)
class Properties:
    """What the user wrote; identifiers in lower case, as Neptune stores them.

    What is empty or 0 was not asked for. ``owner`` is the logical ID of the resource that took
    the snapshot, where that is another one; ``replaced`` is then the snapshot that it replaces.
    ``trigger`` is empty for a snapshot that is taken once. ``timeout`` is in seconds; when it is
    over the request fails, unless another resource ``continues`` to wait.
    """

    cluster: str = ""
    snapshot_identifier: str = ""
    prefix: str = ""
    trigger: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: int = TIMEOUT_MAX
    continues: bool = False
    owner: str = ""
    replaced: str = ""
    keep_last: int = 0
    last_good_parameter: str = ""
    reuse_seconds: int = 0
    skips_missing_cluster: bool = False


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of CloudFormation for one resource.

    ``waits_only`` marks the resource that waits for a snapshot which another one took.

    ``sent_at`` is when CloudFormation sent the request, in seconds since the epoch, however late or
    often it is delivered; ``None`` if that is not known.

    ``properties`` is ``None`` for a Delete, which needs none: a resource whose properties never
    were valid can be deleted too. ``explicit_name`` is the name that the properties give the
    snapshot, known for a Delete too. ``old`` is ``None`` unless this is an Update of a resource
    whose properties were valid. ``is_repeated`` marks an Update that changes no property:
    CloudFormation repeats one that failed while rollback was disabled.
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
        raise _invalid(
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


def parse_properties(raw: object, *, waits_only: bool = False) -> Properties:
    """Check ``ResourceProperties``.

    Raises:
        InvalidRequest: naming the property, the value received and the rule.
    """
    if not isinstance(raw, dict):
        raise _invalid("ResourceProperties", raw, "must be a map")
    return Properties(
        cluster=_identifier(raw, Property.CLUSTER_IDENTIFIER, required=not waits_only),
        snapshot_identifier=_awaited(raw) if waits_only else _identifier(raw, _NAME),
        prefix=_identifier(raw, Property.IDENTIFIER_PREFIX),
        trigger=_text(raw, Property.TRIGGER),
        tags=_tags(raw.get(Property.TAGS)),
        timeout=_whole(raw, Property.TIMEOUT_SECONDS, TIMEOUT_MIN, TIMEOUT_MAX, TIMEOUT_MAX),
        continues=_choice(raw, Property.ON_TIMEOUT, OnTimeout.FAIL, OnTimeout.CONTINUE),
        owner=_text(raw, Property.OWNER),
        replaced=_text(raw, Property.REPLACED),
        keep_last=_whole(raw, Property.KEEP_LAST, 1, KEEP_LAST_MAX, 0),
        last_good_parameter=_parameter(raw),
        reuse_seconds=_whole(raw, Property.REUSE_SECONDS, 1, REUSE_SECONDS_MAX, 0),
        skips_missing_cluster=_choice(
            raw,
            Property.WHEN_CLUSTER_MISSING,
            WhenClusterMissing.FAIL,
            WhenClusterMissing.SKIP,
        ),
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
    raise _invalid("PhysicalResourceId", value, "must be a non-empty string")


def _old_properties(event: Event, waits_only: bool) -> Properties | None:  # noqa: FBT001 - private
    try:
        return parse_properties(event.get("OldResourceProperties"), waits_only=waits_only)
    except InvalidRequest:
        # A rollback from properties that never were valid: their request failed and made nothing.
        return None


def _explicit_name(event: Event) -> str:
    raw = event.get("ResourceProperties")
    name = raw.get(_NAME) if isinstance(raw, dict) else None
    return name.lower() if isinstance(name, str) else ""


def _timeout_or_default(event: Event) -> int:
    try:
        raw = event["ResourceProperties"]
        return _whole(raw, Property.TIMEOUT_SECONDS, TIMEOUT_MIN, TIMEOUT_MAX, TIMEOUT_MAX)
    except (InvalidRequest, KeyError, AttributeError):
        return TIMEOUT_MAX


def _awaited(raw: Mapping[str, object]) -> str:
    """The snapshot that is waited for, or what stands for none that was taken."""
    value = _text(raw, _NAME)
    return value if value.startswith(SKIPPED) else _identifier(raw, _NAME, required=True)


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise _invalid(key, value, "must be a string")
    return value


def _identifier(raw: Mapping[str, object], key: str, *, required: bool = False) -> str:
    if key not in raw and not required:
        return ""
    value = _text(raw, key)
    if problem := identifier_problem(value):
        raise _invalid(key, value, problem)
    return value.lower()


def _tags(raw: object) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, list):
        raise _invalid(Property.TAGS, raw, "must be a list of Key and Value")
    tags: dict[str, str] = {}
    for item in raw:
        key, value = _tag(item)
        tags[key] = value
    if len(tags) > TAGS_MAX:
        raise _invalid(Property.TAGS, f"{len(tags)} tags", f"must be at most {TAGS_MAX}")
    return tags


def _tag(item: object) -> tuple[str, str]:
    if not isinstance(item, dict):
        raise _invalid(Property.TAGS, item, "each must have Key and Value")
    key, value = item.get("Key"), item.get("Value", "")
    if not isinstance(key, str) or not isinstance(value, str):
        raise _invalid(Property.TAGS, item, "Key and Value must be strings")
    if problem := tag_problem(key, value):
        raise _invalid(Property.TAGS, item, problem)
    return key, value


def _whole(raw: Mapping[str, object], key: str, least: int, most: int, default: int) -> int:
    value = raw.get(key)
    if value is None:
        return default
    rule = f"must be a whole number from {least} to {most}"
    try:
        number = int(str(value))
    except ValueError:
        raise _invalid(key, value, rule) from None
    if not least <= number <= most:
        raise _invalid(key, value, rule)
    return number


def _choice(raw: Mapping[str, object], key: str, no: str, yes: str) -> bool:
    value = raw.get(key, no)
    if value not in (no, yes):
        raise _invalid(key, value, f"must be {no} or {yes}")
    return value == yes


def _parameter(raw: Mapping[str, object]) -> str:
    value = _text(raw, Property.LAST_GOOD_PARAMETER)
    if value and (problem := parameter_problem(value)):
        raise _invalid(Property.LAST_GOOD_PARAMETER, value, problem)
    return value


def _invalid(key: str, value: object, rule: str) -> InvalidRequest:
    received = repr(value)
    if len(received) > _RECEIVED_MAX:
        received = f"{received[:_RECEIVED_MAX]}…"
    return InvalidRequest(f"{key} {rule}; received {received}.", "Nothing was done.")


_RECEIVED_MAX: Final = 80
