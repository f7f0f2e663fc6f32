"""What a snapshot was taken and used for, as its trigger tag tells; pure.

The tag holds the digests of all properties that a deployment used the snapshot for, in that order,
and when it was last reused: ``<taken for> <reused for> … t=<seconds>``. Each use leaves a trace, so
that the tag shows in which operation the snapshot was last used.
"""

import hashlib
import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.properties import Properties

_COUNT_MAX: Final = 7
"""As many digests as fit into the 256 characters of a tag's value, beside the time."""
_REUSED_AT: Final = "t="


def generation(properties: Properties) -> str:
    """Digest of all that decides when a new snapshot is taken: another digest, another snapshot."""
    return digest(
        properties.cluster, properties.snapshot_identifier, properties.prefix, properties.trigger
    )


def generations(tags: Mapping[str, str]) -> list[str]:
    """The generations that a snapshot was taken and used for, the first one first."""
    return [word for word in _words(tags) if not word.startswith(_REUSED_AT)]


def is_last(tags: Mapping[str, str], properties: Properties) -> bool:
    """Whether these properties are the last ones that a snapshot was used for."""
    return generations(tags)[-1:] == [generation(properties)]


def used_at(snapshot: Snapshot, tags: Mapping[str, str]) -> float | None:
    """When a snapshot was taken, or else reused for the last time, in seconds since the epoch."""
    return max((time for time in (snapshot.created_at, _reused_at(tags)) if time), default=None)


def after_reuse(tags: Mapping[str, str], properties: Properties, at: float) -> str:
    """The value of the tag once a snapshot is reused for ``properties`` at a time.

    The generation that the snapshot was taken for stays; of the others the oldest go first.
    """
    used_for = [] if is_last(tags, properties) else [generation(properties)]
    return _value(tags, used_for, f"{_REUSED_AT}{at:.0f}")


def after_return(tags: Mapping[str, str], properties: Properties) -> str:
    """The value of the tag once the reversal of an update returns a snapshot.

    If the snapshot was last used for other properties, ``properties`` are entered twice: the update
    that used it has failed.
    """
    if is_last(tags, properties):
        return tags.get(OwnerTag.TRIGGER, "")
    return _value(tags, [generation(properties)] * 2, *_words(tags)[len(generations(tags)) :])


def was_returned(tags: Mapping[str, str]) -> bool:
    """Whether a snapshot was used by an update that failed and was reverted to it.

    It may have been reused since, but nothing tells whether that deployment succeeded.
    """
    return any(one == next_one for one, next_one in pairwise(generations(tags)))


def digest(*parts: str) -> str:
    """A short name for what is too long for one: 32 hexadecimal digits."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _value(tags: Mapping[str, str], used_for: list[str], *time: str) -> str:
    taken_for, *reused_for = [*generations(tags), *used_for]
    return " ".join((taken_for, *reused_for[-(_COUNT_MAX - 1) :], *time))


def _reused_at(tags: Mapping[str, str]) -> float | None:
    *_, last = ("", *_words(tags))
    seconds = last.removeprefix(_REUSED_AT)
    return float(seconds) if last != seconds and seconds.isdigit() else None


def _words(tags: Mapping[str, str]) -> list[str]:
    return tags.get(OwnerTag.TRIGGER, "").split()
