"""The properties of a resource, checked once and then trusted; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from neptune_snapshot_provider.contract import (
    ARGUMENTS,
    KEEP_LAST_MAX,
    REUSE_SECONDS_MAX,
    SKIPPED,
    TAGS_MAX,
    TIMEOUT_MAX,
    TIMEOUT_MIN,
    OnTimeout,
    Property,
    WhenClusterMissing,
)
from neptune_snapshot_provider.errors import InvalidRequest
from neptune_snapshot_provider.name_rules import identifier_problem, parameter_problem, tag_problem

_NAME: Final = Property.SNAPSHOT_IDENTIFIER
_RECEIVED_MAX: Final = 80


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


def parse_properties(raw: object, *, waits_only: bool = False) -> Properties:
    """Check ``ResourceProperties``.

    Raises:
        InvalidRequest: naming the property, the value received and the rule.
    """
    if not isinstance(raw, dict):
        raise invalid("ResourceProperties", raw, "must be a map")
    return Properties(
        cluster=_identifier(raw, Property.CLUSTER_IDENTIFIER, required=not waits_only),
        snapshot_identifier=_awaited(raw) if waits_only else _identifier(raw, _NAME),
        prefix=_identifier(raw, Property.IDENTIFIER_PREFIX),
        trigger=_text(raw, Property.TRIGGER),
        tags=_tags(raw.get(Property.TAGS)),
        timeout=parse_timeout(raw),
        continues=_choice(raw, Property.ON_TIMEOUT, OnTimeout.FAIL, OnTimeout.CONTINUE),
        owner=_text(raw, Property.OWNER),
        replaced=_text(raw, Property.REPLACED_SNAPSHOT),
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


def parse_timeout(raw: Mapping[str, object]) -> int:
    """Read how long to wait, in seconds.

    Raises:
        InvalidRequest: It is not a whole number within the limits.
    """
    return _whole(raw, Property.TIMEOUT_SECONDS, TIMEOUT_MIN, TIMEOUT_MAX, TIMEOUT_MAX)


def invalid(key: str, value: object, rule: str) -> InvalidRequest:
    """Name the property, the value, the rule that it breaks and the argument in Python."""
    received = repr(value)
    if len(received) > _RECEIVED_MAX:
        received = f"{received[:_RECEIVED_MAX]}…"
    argument = f" Set {ARGUMENTS[key]} in Python." if key in ARGUMENTS else ""
    return InvalidRequest(f"{key} {rule}; received {received}.", f"Nothing was changed.{argument}")


def _awaited(raw: Mapping[str, object]) -> str:
    """The snapshot that is waited for, or what stands for none that was taken."""
    value = _text(raw, _NAME)
    return value if value.startswith(SKIPPED) else _identifier(raw, _NAME, required=True)


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise invalid(key, value, "must be a string")
    return value


def _identifier(raw: Mapping[str, object], key: str, *, required: bool = False) -> str:
    if key not in raw and not required:
        return ""
    value = _text(raw, key)
    if problem := identifier_problem(value):
        raise invalid(key, value, problem)
    return value.lower()


def _tags(raw: object) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, list):
        raise invalid(Property.TAGS, raw, "must be a list of Key and Value")
    tags: dict[str, str] = {}
    for item in raw:
        key, value = _tag(item)
        tags[key] = value
    if len(tags) > TAGS_MAX:
        raise invalid(Property.TAGS, f"{len(tags)} tags", f"must be at most {TAGS_MAX}")
    return tags


def _tag(item: object) -> tuple[str, str]:
    if not isinstance(item, dict):
        raise invalid(Property.TAGS, item, "each must have Key and Value")
    key, value = item.get("Key"), item.get("Value", "")
    if not isinstance(key, str) or not isinstance(value, str):
        raise invalid(Property.TAGS, item, "Key and Value must be strings")
    if problem := tag_problem(key, value):
        raise invalid(Property.TAGS, item, problem)
    return key, value


def _whole(raw: Mapping[str, object], key: str, least: int, most: int, default: int) -> int:
    value = raw.get(key)
    if value is None:
        return default
    rule = f"must be a whole number from {least} to {most}"
    try:
        number = int(str(value))
    except ValueError:
        raise invalid(key, value, rule) from None
    if not least <= number <= most:
        raise invalid(key, value, rule)
    return number


def _choice(raw: Mapping[str, object], key: str, no: str, yes: str) -> bool:
    value = raw.get(key, no)
    if value not in (no, yes):
        raise invalid(key, value, f"must be {no} or {yes}")
    return value == yes


def _parameter(raw: Mapping[str, object]) -> str:
    value = _text(raw, Property.LAST_GOOD_PARAMETER)
    if value and (problem := parameter_problem(value)):
        raise invalid(Property.LAST_GOOD_PARAMETER, value, problem)
    return value
