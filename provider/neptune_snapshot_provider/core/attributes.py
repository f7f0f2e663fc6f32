"""The attributes of the resource that are fields of the snapshot's record; pure."""

from collections.abc import Mapping
from datetime import UTC, datetime

from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS


def attributes(fields: Mapping[str, object]) -> dict[str, str]:
    """All fields of a snapshot's record as short strings; an absent one is the empty string."""
    return {name: _text(fields.get(name)) for name in SNAPSHOT_FIELDS}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list | tuple):
        return ",".join(str(item) for item in value)
    return str(value)
