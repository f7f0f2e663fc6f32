"""The snapshots of a cluster that a caller took without a stack, and what they were taken for."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from neptune_snapshot_provider.aws.protocol import Aws
from neptune_snapshot_provider.contract import DIGEST_LENGTH, ENGINE, OwnerTag
from neptune_snapshot_provider.core import caller, generations, ownership
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.refusals import SnapshotGone
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.steps import Found
from neptune_snapshot_provider.retries import Retries

_HAS_DIGEST: Final = re.compile(rf".+-[0-9a-f]{{{DIGEST_LENGTH}}}")
"""Of other snapshots the tags need not be read, which is a call for each."""


def read(aws: Aws, retries: Retries, request: Request, cluster: str) -> list[Found]:
    """Read the snapshots that the caller of a request took, in any state, the newest first.

    Raises:
        Refusal: A call is refused.
    """
    found: list[Found] = []
    for snapshot in retries(lambda: list(aws.snapshots_of(cluster))):
        if snapshot.engine != ENGINE or not _HAS_DIGEST.fullmatch(snapshot.identifier):
            continue
        try:
            tags = retries(partial(aws.tags, snapshot.arn))
        except SnapshotGone:
            continue
        if ownership.belongs_to(request, snapshot, tags):
            found.append(Found(snapshot=snapshot, tags=tags))
    return sorted(found, key=_created_at, reverse=True)


def taken_for(own: Sequence[Found], request: Request) -> Found | None:
    """The snapshot that a request took, perhaps in an earlier process."""
    return _first(own, lambda one: one.tags.get(OwnerTag.REQUEST) == request.request_id)


def reused_for(own: Sequence[Found], request: Request) -> Found | None:
    """The snapshot that a request reused, in an earlier process."""

    def fits(found: Found) -> bool:
        was_reused = caller.was_reused_by(found.tags, request.request_id)
        return was_reused and ownership.is_usable(found.snapshot)

    return _first(own, fits)


def last_confirmed(own: Sequence[Found]) -> Snapshot | None:
    """The newest snapshot whose migration is known to have succeeded."""
    found = _first(own, lambda one: caller.is_confirmed(one.tags))
    return found.snapshot if found else None


def mismatch(found: Found, properties: Properties, name: str) -> str:
    """How a request differs from what its snapshot was taken for; empty if it does not.

    Args:
        found: The snapshot that the request took or reused.
        properties: What the request asks for now.
        name: The snapshot's name if the request took it now; empty if it reused the snapshot.
    """
    taken_for, *_ = [*generations.generations(found.tags), ""]
    is_other_name = bool(name) and found.snapshot.identifier != name
    if is_other_name or taken_for != generations.generation(properties):
        return "another --prefix or --trigger"
    tags = found.tags
    other = [key for key, value in properties.tags.items() if tags.get(key) != value]
    return f"another --tag {other[0]}" if other else ""


def _first(own: Sequence[Found], fits: Callable[[Found], bool]) -> Found | None:
    return next((one for one in own if fits(one)), None)


def _created_at(found: Found) -> float:
    return found.snapshot.created_at or 0.0
