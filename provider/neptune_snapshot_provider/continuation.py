"""What one invocation leaves to the next: the event, small enough for an EventBridge target; pure.

Nothing of Neptune's state is in it, only what CloudFormation asked for and when.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from neptune_snapshot_provider.contract import Property
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.request import Event, Request
from neptune_snapshot_provider.errors import PollTooLarge

TARGET_INPUT_MAX: Final = 8192
"""Characters of an EventBridge target's input (PutTargets)."""
_CRHELPER_KEYS: Final = 512
"""Characters kept free for the keys that crhelper adds: the rule's ARN and the like."""

_RESUME: Final = "NeptuneSnapshotResume"
_PACKED: Final = "NeptuneSnapshotProperties"
_PROPERTIES: Final = ("ResourceProperties", "OldResourceProperties")
_KEPT: Final = (
    "RequestType",
    "ResponseURL",
    "StackId",
    "RequestId",
    "ResourceType",
    "PhysicalResourceId",
)
_WIRE: Final = (
    Property.CLUSTER_IDENTIFIER,
    Property.SNAPSHOT_IDENTIFIER,
    Property.IDENTIFIER_PREFIX,
    Property.TRIGGER,
    Property.TIMEOUT_SECONDS,
    Property.ON_TIMEOUT,
    Property.OWNER,
    Property.KEEP_LAST,
    Property.LAST_GOOD_PARAMETER,
    Property.REUSE_SECONDS,
    Property.WHEN_CLUSTER_MISSING,
)


@dataclass(frozen=True, kw_only=True)
class Resume:
    """How far an earlier invocation came.

    ``started_at`` is in seconds since the epoch. ``started`` says that the request's snapshot has
    been made.
    """

    started_at: float
    started: bool


def fold(event: Event, request: Request, *, started_at: float, started: bool) -> Event:
    """Make the event that the poll delivers.

    Its logical id is a short constant while polling: crhelper names rule and permission after it.
    Once the snapshot is made its tags are no longer needed.

    Raises:
        PollTooLarge: even compressed it does not fit.
    """
    keys = _WIRE if started else (*_WIRE, Property.TAGS)
    folded: Event = {key: event[key] for key in _KEPT if key in event}
    folded["LogicalResourceId"] = ownership.poll_id(request)
    folded[_RESUME] = {
        "LogicalResourceId": request.logical_id,
        "StartedAt": started_at,
        "Started": started,
    }
    properties: Event = {name: _only(event[name], keys) for name in _PROPERTIES if name in event}
    if _fits(folded | properties):
        return folded | properties
    folded[_PACKED] = _pack(properties)
    if _fits(folded):
        return folded
    raise PollTooLarge(
        f"waiting for {ownership.snapshot_arn(request, '')}… longer than one invocation needs "
        f"the request in {TARGET_INPUT_MAX} characters; it has {len(json.dumps(folded))}.",
        "Use fewer or shorter tags.",
    )


def unfold(event: Event) -> tuple[Event, Resume | None]:
    """Undo `fold`: the event as CloudFormation sent it, as far as it is needed, and the rest.

    An event that comes from CloudFormation itself has nothing to resume.
    """
    raw = event.get(_RESUME)
    if raw is None:
        return event, None
    resume = Resume(started_at=float(raw["StartedAt"]), started=bool(raw["Started"]))
    unfolded = {**event, "LogicalResourceId": raw["LogicalResourceId"]}
    if _PACKED in event:
        unfolded |= _unpack(event[_PACKED])
    return unfolded, resume


def _only(properties: object, keys: tuple[str, ...]) -> object:
    if not isinstance(properties, Mapping):
        return properties
    return {key: properties[key] for key in keys if key in properties}


def _fits(event: Event) -> bool:
    return len(json.dumps(event)) <= TARGET_INPUT_MAX - _CRHELPER_KEYS


def _pack(properties: Mapping[str, object]) -> str:
    return base64.b85encode(zlib.compress(json.dumps(properties).encode(), level=9)).decode()


def _unpack(packed: str) -> dict[str, Any]:
    unpacked: dict[str, Any] = json.loads(zlib.decompress(base64.b85decode(packed)))
    return unpacked
