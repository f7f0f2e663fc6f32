"""What one invocation leaves to the next: the event, small enough for an EventBridge target; pure.

Nothing of Neptune's state is in it, only what CloudFormation requested and when.
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

_CONTINUATION: Final = "NeptuneSnapshotResume"
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
    Property.REPLACED_SNAPSHOT,
    Property.KEEP_LAST,
    Property.LAST_GOOD_PARAMETER,
    Property.REUSE_SECONDS,
    Property.WHEN_CLUSTER_MISSING,
)


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """How far an earlier invocation came.

    ``started_at`` is in seconds since the epoch. ``started`` says that the request's snapshot has
    been created. ``delay`` is how late, in seconds, the first invocation was.
    """

    started_at: float
    started: bool
    delay: float = 0.0


def fold(event: Event, request: Request, continuation: Continuation) -> Event:
    """Make the event that the rule delivers.

    Once the snapshot is created its tags are no longer needed.

    Raises:
        PollTooLarge: Even compressed it does not fit.
    """
    keys = _WIRE if continuation.started else (*_WIRE, Property.TAGS)
    folded: Event = {key: event[key] for key in _KEPT if key in event}
    folded["LogicalResourceId"] = request.logical_id
    # What crhelper recognizes the invocation by.
    folded["CrHelperPoll"] = True
    folded[_CONTINUATION] = {
        "LogicalResourceId": request.logical_id,
        "StartedAt": continuation.started_at,
        "Started": continuation.started,
        "Delay": continuation.delay,
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


def unfold(event: Event) -> tuple[Event, Continuation | None]:
    """Undo `fold`: the event as CloudFormation sent it, as far as it is needed, and the rest.

    An event that comes from CloudFormation itself has no continuation.
    """
    raw = event.get(_CONTINUATION)
    if raw is None:
        return event, None
    continuation = Continuation(
        started_at=float(raw["StartedAt"]),
        started=bool(raw["Started"]),
        delay=float(raw.get("Delay", 0)),
    )
    # Version 0.1.0 put a constant in place of the logical ID.
    unfolded = {**event, "LogicalResourceId": raw["LogicalResourceId"]}
    if _PACKED in event:
        unfolded |= _unpack(event[_PACKED])
    return unfolded, continuation


def _only(properties: object, keys: tuple[str, ...]) -> object:
    if not isinstance(properties, Mapping):
        return properties
    return {key: properties[key] for key in keys if key in properties}


def _fits(event: Event) -> bool:
    return len(json.dumps(event)) <= TARGET_INPUT_MAX


def _pack(properties: Mapping[str, object]) -> str:
    return base64.b85encode(zlib.compress(json.dumps(properties).encode(), level=9)).decode()


def _unpack(packed: str) -> dict[str, Any]:
    unpacked: dict[str, Any] = json.loads(zlib.decompress(base64.b85decode(packed)))
    return unpacked
