"""A stack: its resources, its operation, and the records of its status."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from simulation.templates import Declared, Template

Condition: TypeAlias = Callable[[], bool]
Operation: TypeAlias = Generator[Condition, None, None]
Part: TypeAlias = Generator[Condition, None, bool]
"""An operation, or a part of it: yields what it waits for, and returns whether it succeeded."""

REVIEW: Final = "REVIEW_IN_PROGRESS"


@dataclass(frozen=True)
class Style:
    """How CloudFormation carries out an operation, and what its user asked for.

    Attributes:
        updates_replaced: A rollback sends an Update to a replaced resource too. AWS sends only a
            Delete of the new physical ID.
        sends_new_id: That Update carries the new physical ID.
        keeps_failed: Rollback is disabled.
        sends_attempted: After a failure without rollback, ``OldResourceProperties`` are the
            attempted ones.
        deletes_failed_stack: ``OnFailure=DELETE``, as StackSets do.
        undo_seconds: From the status of a rollback to its first request.
    """

    updates_replaced: bool = False
    sends_new_id: bool = False
    keeps_failed: bool = False
    sends_attempted: bool = False
    deletes_failed_stack: bool = False
    undo_seconds: float = 3.0


@dataclass(frozen=True)
class Record:
    """What ``DescribeStacks`` returns from a moment on."""

    since: float
    status: str
    updated_at: float | None = None
    deleted_at: float | None = None


@dataclass(frozen=True)
class State:
    """What a stack consists of; the fields are those of `Stack`."""

    template: Template
    ids: Mapping[str, str] = field(default_factory=dict[str, str])
    sent: Mapping[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    data: Mapping[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    brought_at: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(eq=False)
class Stack:
    """One stack; its operation is a generator that yields what it waits for.

    Attributes:
        ids: Physical ID of each resource that exists.
        sent: The properties that each resource was last brought to.
        data: Attributes of each resource, from its last response.
        brought_at: When the operation began that brought each resource to its generation.
        attempted: Properties of resources whose update failed without a rollback.
        leftovers: Physical IDs of resources whose creation failed without a rollback.
        deployed: Generation of each snapshot in the last deployment that succeeded.
        parent: The stack that this one is nested in.
        confirmed: What the parent's update decided; ``None`` while it has not.
        strayed: What rollbacks did not restore: logical ID, and physical IDs.
        missing: Attributes that the template refers to and responses did not have.
    """

    name: str
    id: str
    template: Template
    parent: "Stack | None" = None
    ids: dict[str, str] = field(default_factory=dict[str, str])
    sent: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    data: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    brought_at: dict[str, float] = field(default_factory=dict[str, float])
    last_event: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    attempted: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    leftovers: dict[str, str] = field(default_factory=dict[str, str])
    deployed: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    strayed: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    missing: list[str] = field(default_factory=list[str])
    history: list[Record] = field(default_factory=list[Record])
    style: Style = field(default_factory=Style)
    cancelled: bool = False
    confirmed: bool | None = True
    began_at: float = 0.0
    operation: Operation | None = None
    waits_for: Condition | None = None
    is_stepping: bool = False

    @property
    def status(self) -> str:
        """Its status now, which a read may not show yet."""
        return self.history[-1].status if self.history else REVIEW

    @property
    def statuses(self) -> str:
        """Its status and, as far as they count, those of the stacks that it is nested in."""
        above = self.parent.statuses if self.parent else ""
        return f"{self.status}/{above}" if above.endswith("_IN_PROGRESS") else self.status

    @property
    def updated_at(self) -> float | None:
        """When its last update began."""
        return self.history[-1].updated_at if self.history else None

    @property
    def is_busy(self) -> bool:
        """Whether an operation runs."""
        return self.operation is not None

    @property
    def state(self) -> State:
        """A copy of what it consists of."""
        return State(
            self.template,
            dict(self.ids),
            dict(self.sent),
            dict(self.data),
            dict(self.brought_at),
        )

    def restore(self, state: State) -> None:
        """Consist of what it consisted of then."""
        self.template = state.template
        self.ids, self.sent, self.data = dict(state.ids), dict(state.sent), dict(state.data)
        self.brought_at = dict(state.brought_at)
        self.attempted.clear()

    def enter(self, status: str, now: float, *, deletes: bool = False) -> None:
        """Change the status; a rollback of a creation ``deletes`` the stack's resources too."""
        last = self.history[-1] if self.history else Record(now, REVIEW)
        updated_at = now if status == "UPDATE_IN_PROGRESS" else last.updated_at
        self.history.append(Record(now, status, updated_at, now if deletes else last.deleted_at))

    def described(self, at: float) -> dict[str, Any]:
        """The record of ``DescribeStacks`` as it was at a moment."""
        past = (one for one in reversed(self.history) if one.since <= at)
        record = next(past, Record(at, REVIEW))
        described: dict[str, Any] = {"StackId": self.id, "StackStatus": record.status}
        if record.updated_at is not None:
            described["LastUpdatedTime"] = datetime.fromtimestamp(record.updated_at, UTC)
        if record.deleted_at is not None:
            described["DeletionTime"] = datetime.fromtimestamp(record.deleted_at, UTC)
        if self.parent is not None:
            described["ParentId"] = self.parent.id
        return described

    def changed(self) -> list[Declared]:
        """Snapshots that the last successful deployment did not have like this."""
        return [
            one for one in self.template.snapshots if self.deployed.get(one.id) != one.generation
        ]

    def succeed(self) -> None:
        """Remember what was deployed."""
        self.deployed = {one.id: one.generation for one in self.template.snapshots}
