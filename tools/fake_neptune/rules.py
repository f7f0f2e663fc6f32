"""What the API checks before it acts; each check raises, or returns what was asked for."""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from fake_neptune import errors
from fake_neptune.behaviour import AVAILABLE
from fake_neptune.snapshot import Snapshot

_S = TypeVar("_S", bound=Snapshot)

TAGS_MAX: Final = 50
PAGE_MIN: Final = 20
PAGE_MAX: Final = 100
_IDENTIFIER: Final = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,62}(?<!-)")


def identifier(parameter: str, value: str) -> str:
    """Return a new identifier as it is stored."""
    if not _IDENTIFIER.fullmatch(value):
        raise errors.invalid_identifier(parameter)
    return value.lower()


def tags(given: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return tags by their keys."""
    if len(given) > TAGS_MAX:
        raise errors.invalid_value(f"A resource has at most {TAGS_MAX} tags.")
    return {tag["Key"]: tag.get("Value", "") for tag in given}


def usable(snapshot: _S) -> _S:
    """Return a snapshot that can be deleted, copied or shared."""
    if snapshot.status != AVAILABLE:
        raise errors.snapshot_busy(snapshot.name, snapshot.status)
    return snapshot


def page(names: Sequence[str], marker: str, size: int) -> tuple[Sequence[str], dict[str, str]]:
    """Cut one page from all names; the marker is the first name of the next page."""
    rest = [name for name in sorted(names) if name >= marker]
    return rest[:size], {"Marker": rest[size]} if len(rest) > size else {}


def page_size(given: int) -> int:
    """Return a page size within the bounds."""
    if not PAGE_MIN <= given <= PAGE_MAX:
        raise errors.invalid_value(
            f"Invalid value {given} for MaxRecords. Must be between {PAGE_MIN} and {PAGE_MAX}"
        )
    return given
