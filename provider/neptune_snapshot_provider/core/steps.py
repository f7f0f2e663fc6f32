"""The facts that a decision rests on, and the steps that it can ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TypeAlias

from neptune_snapshot_provider.contract import Outcome
from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot, Stack
from neptune_snapshot_provider.core.refusals import Refusal
from neptune_snapshot_provider.logs import LogEvent


class Fact(Enum):
    """Something only AWS knows."""

    STACK = auto()
    CURRENT = auto()
    """The snapshot that the resource refers to before this request."""
    LATEST = auto()
    """The own snapshot that was taken or reused last, whatever for."""
    SNAPSHOT = auto()
    TAGS = auto()
    CLUSTER = auto()
    PREDECESSOR = auto()
    """The newest own snapshot that was taken for the requested properties."""
    REUSABLE = auto()
    """The newest own snapshot that does instead of a new one."""
    QUOTA = auto()


@dataclass(frozen=True, kw_only=True)
class Found:
    """A snapshot that was searched for, with its tags."""

    snapshot: Snapshot
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Freed:
    """What was deleted for the quota, and until when that may take to count."""

    deleted: tuple[str, ...]
    until: float


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How much of the quota is used, for a message, and own snapshots that nothing refers to."""

    usage: str
    deletable: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What has been observed in this invocation; ``None`` is not observed yet.

    ``identifier`` is the snapshot that ``snapshot`` and ``tags`` are about; ``tagged_at`` is when
    the snapshot with these tags was taken. ``started`` says that this request's snapshot has been
    created, so that a missing one is not created again. ``not_found_reads`` counts the reads in a
    row that did not find it. ``is_stack_confirmed`` says that the stack's record was read again,
    after everything else. ``seen_before_rollback`` says that the operation was seen to go forward.
    ``refusal`` is the call that was refused last, if nothing has been observed since.
    """

    identifier: str = ""
    started: bool = False
    not_found_reads: int = 0
    seen_before_rollback: bool = False
    stack: Stack | Missing | None = None
    is_stack_confirmed: bool = False
    current: Found | Missing | None = None
    latest: Found | Missing | None = None
    snapshot: Snapshot | Missing | None = None
    tags: Mapping[str, str] | None = None
    tagged_at: float | None = None
    cluster: Cluster | Missing | None = None
    predecessor: Found | Missing | None = None
    reusable: Found | Missing | None = None
    freed: Freed | None = None
    quota: Quota | None = None
    refusal: Refusal | None = None

    def after_wait(self) -> "Observed":
        """Forget what may have changed meanwhile."""
        return replace(
            self, stack=None, is_stack_confirmed=False, snapshot=None, cluster=None, refusal=None
        )


@dataclass(frozen=True)
class Observe:
    """Ask AWS for one fact; ``identifier`` is the snapshot that it is about, where it is one."""

    fact: Fact
    identifier: str = ""


@dataclass(frozen=True)
class AssumeUnknownStack:
    """Go on as if CloudFormation did not know the stack: its record may not be read."""


@dataclass(frozen=True)
class CreateSnapshot:
    """Start the snapshot."""

    identifier: str
    cluster: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class ChangeTags:
    """Remove, then add tags of a snapshot; ``reverts`` if a reversal returns that snapshot."""

    arn: str
    remove: tuple[str, ...]
    add: Mapping[str, str]
    reverts: bool = False


@dataclass(frozen=True)
class DeleteSnapshot:
    """Delete the snapshot."""

    identifier: str


@dataclass(frozen=True)
class FreeQuota:
    """Delete now what retention would delete after the snapshot ``newest`` was taken."""

    newest: str


@dataclass(frozen=True)
class Wait:
    """Nothing to do now: observe again after a pause.

    ``refused`` says that a call was refused, so that what it would have shown is not known.
    ``pause`` is in seconds; ``None`` leaves it to the schedule.
    """

    situation: str
    status: str
    percent: int | None = None
    event: LogEvent = LogEvent.REQUEST_WAITING
    refused: bool = False
    pause: float | None = None


@dataclass(frozen=True)
class Respond:
    """The request is done.

    ``snapshot`` is the snapshot that the resource refers to, if any; ``tags`` are its tags, if they
    were read. ``is_final`` says that finalizing (retention, parameter) must not follow: the
    operation does not go forward. ``cause`` is the error in spite of which a reverted update
    succeeds. ``extras`` are attributes that are not fields of the snapshot.
    """

    identifier: str
    situation: str
    snapshot: Snapshot | None = None
    tags: Mapping[str, str] | None = None
    outcome: str = Outcome.KEPT
    is_final: bool = False
    cause: Exception | None = None
    event: LogEvent = LogEvent.REQUEST_SUCCEEDED
    extras: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Continue:
    """This invocation's time is over: a poll continues the request.

    ``started`` says that the request's snapshot has been created.
    """

    started: bool


Step: TypeAlias = (
    Observe
    | AssumeUnknownStack
    | CreateSnapshot
    | ChangeTags
    | DeleteSnapshot
    | FreeQuota
    | Wait
    | Respond
    | Continue
)
