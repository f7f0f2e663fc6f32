"""Snapshots that a caller takes without a stack, with ``neptune-snapshot take``; pure."""

from collections.abc import Mapping
from typing import Final

from neptune_snapshot_provider.contract import DIGEST_LENGTH, CallerTag, OwnerTag
from neptune_snapshot_provider.core.generations import digest
from neptune_snapshot_provider.core.models import Snapshot

_REUSES_MAX: Final = 20
"""As many digests as fit into the 256 characters of a tag's value."""


def is_taken_by(caller: str, snapshot: Snapshot, tags: Mapping[str, str]) -> bool:
    """Whether a caller took a snapshot.

    Tags travel with copies and restores, so they prove nothing alone: the snapshot must not be a
    copy, and its name must end with the digest of its tags.
    """
    if not caller or tags.get(CallerTag.TAKEN_BY) != caller or snapshot.source_arn:
        return False
    end = request_digest(caller, snapshot.cluster, tags.get(OwnerTag.REQUEST, ""))
    return snapshot.identifier.endswith(f"-{end}")


def is_confirmed(tags: Mapping[str, str]) -> bool:
    """Whether the migration after a snapshot is known to have succeeded."""
    return CallerTag.CONFIRMED in tags


def was_reused_by(tags: Mapping[str, str], request_id: str) -> bool:
    """Whether a request reused a snapshot."""
    return _short(request_id) in _reused_by(tags)


def after_reuse(tags: Mapping[str, str], request_id: str) -> str:
    """The value of the tag once a request reuses a snapshot; of many requests the oldest go."""
    others = [one for one in _reused_by(tags) if one != _short(request_id)]
    return " ".join([*others, _short(request_id)][-_REUSES_MAX:])


def request_digest(owner: str, part: str, request_id: str) -> str:
    """The end of the name of a snapshot that one request of an owner takes.

    Args:
        owner: A stack's ID, or a caller.
        part: The logical ID of the stack's resource, or the caller's cluster.
        request_id: The request.
    """
    return digest(owner, part, request_id)[:DIGEST_LENGTH]


def _reused_by(tags: Mapping[str, str]) -> list[str]:
    return tags.get(CallerTag.REUSED_BY, "").split()


def _short(request_id: str) -> str:
    return digest(request_id)[:DIGEST_LENGTH]
