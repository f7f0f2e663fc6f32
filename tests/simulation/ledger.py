"""What happened in one run of the simulation, for the invariants to judge."""

from dataclasses import dataclass, field
from typing import Any

from simulation.neptune import Snapshot
from simulation.requests import Request


@dataclass(frozen=True)
class Deed:
    """A change to a snapshot, and the state of the simulation just before it.

    ``own`` is true when a request of the same resource created the snapshot: tags prove nothing.
    ``is_newer`` says that the snapshot is as new as, or newer than, the one that the resource had
    when the operation began. ``named_by`` are the parameters that name the snapshot.
    ``protected_for`` is for how many seconds it has been shared or tagged to be kept.
    ``read_status`` is what the request last read of its stacks, ``read_for`` seconds ago.
    """

    operation: str
    name: str
    request: Request
    own: bool
    in_use: bool
    is_copy: bool
    is_newer: bool
    named_by: tuple[str, ...]
    protected_for: float
    stack_status: str
    read_status: str
    read_for: float
    answer: str
    answered_with: str
    answered_for: float
    tags: dict[str, str]


@dataclass(frozen=True)
class Answered:
    """A response that CloudFormation received, and the state of the simulation at that time."""

    request: Request
    body: dict[str, Any]
    problems: list[str]
    is_first: bool
    snapshot: Snapshot | None
    snapshot_status: str


@dataclass(frozen=True)
class Attempt:
    """One attempt to send a response; ``status`` is 0 when the connection was lost."""

    request: Request
    at: float
    status: int


@dataclass(frozen=True)
class Written:
    """A PutParameter; ``before`` is the previous value, empty if there was none."""

    name: str
    value: str
    before: str
    request: Request
    at: float
    stack_status: str


@dataclass
class Ledger:
    """Everything that is to be judged.

    ``causes`` are good reasons for a request to fail, ``struck`` the names of snapshots that were
    deleted by hand, replaced by a stranger's or broken. ``foreign`` has the state and the tags of
    each snapshot that the provider did not create.
    """

    calls: list[str] = field(default_factory=list[str])
    deeds: list[Deed] = field(default_factory=list[Deed])
    answers: list[Answered] = field(default_factory=list[Answered])
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    written: list[Written] = field(default_factory=list[Written])
    log: list[str] = field(default_factory=list[str])
    causes: set[str] = field(default_factory=set[str])
    struck: set[str] = field(default_factory=set[str])
    foreign: dict[str, tuple[str, dict[str, str]]] = field(
        default_factory=dict[str, tuple[str, dict[str, str]]]
    )
