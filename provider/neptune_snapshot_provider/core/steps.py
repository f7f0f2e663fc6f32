"""The facts a decision rests on and the steps it can ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TypeAlias

from neptune_snapshot_provider.contract import Outcome
from neptune_snapshot_provider.core.models import Cluster, Missing, Snapshot, Stack


class Fact(Enum):
    """Something only AWS knows."""

    STACK = auto()
    SNAPSHOT = auto()
    TAGS = auto()
    CLUSTER = auto()
    PREDECESSOR = auto()
    REUSABLE = auto()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What has been looked at so far; ``None`` is not yet.

    ``snapshot`` is the request's `subject`; ``tags`` are its own, or the ``reusable`` one's where
    that takes its place. ``started`` says that this request's snapshot has been made, so that a
    missing one is not to be made again. ``misses`` counts the looks in a row that did not find it,
    ``idles`` those that found the stack waiting for nothing. ``went_forward`` says that the stack
    was not rolling back when it was first looked at: so this request does not belong to a rollback.
    """

    started: bool = False
    misses: int = 0
    idles: int = 0
    went_forward: bool = False
    stack: Stack | None = None
    snapshot: Snapshot | Missing | None = None
    tags: Mapping[str, str] | None = None
    cluster: Cluster | Missing | None = None
    predecessor: Snapshot | Missing | None = None
    reusable: Snapshot | Missing | None = None

    def without(self, facts: tuple[Fact, ...]) -> "Seen":
        """Forget what may have changed since it was looked at."""
        return replace(
            self,
            stack=None if Fact.STACK in facts else self.stack,
            snapshot=None if Fact.SNAPSHOT in facts else self.snapshot,
            cluster=None if Fact.CLUSTER in facts else self.cluster,
        )


@dataclass(frozen=True)
class Look:
    """Look at one fact."""

    fact: Fact


@dataclass(frozen=True)
class CreateSnapshot:
    """Start the snapshot."""

    identifier: str
    cluster: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class ChangeTags:
    """Remove, then add tags of a snapshot."""

    arn: str
    remove: tuple[str, ...]
    add: Mapping[str, str]


@dataclass(frozen=True)
class DeleteSnapshot:
    """Delete the snapshot."""

    identifier: str


@dataclass(frozen=True)
class Wait:
    """Nothing to do now; look at ``again`` after a pause."""

    situation: str
    again: tuple[Fact, ...]
    status: str
    percent: int | None = None
    refused: bool = False
    """A call was refused: what it would have shown is not known."""


@dataclass(frozen=True)
class Answer:
    """The request is done: ``snapshot`` is what the resource stands for, if anything.

    ``is_rollback`` says that CloudFormation undoes an update: nothing may follow.
    ``extras`` are attributes that are no fields of the snapshot.
    """

    identifier: str
    situation: str
    snapshot: Snapshot | None = None
    outcome: str = Outcome.KEPT
    is_rollback: bool = False
    extras: Mapping[str, str] = field(default_factory=dict[str, str])


Step: TypeAlias = Look | CreateSnapshot | ChangeTags | DeleteSnapshot | Wait | Answer
