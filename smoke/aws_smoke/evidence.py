"""What a run has seen; checks judge it, the report quotes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StackEvent:
    """One event of a stack; ``time`` is in seconds since the epoch, as CloudFormation says."""

    lane: str
    time: float
    logical_id: str
    type: str
    status: str
    physical_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class LogLine:
    """One line of a function's log; ``fields`` is what its JSON says."""

    lane: str
    time: float
    fields: dict[str, Any] = field(hash=False)
    is_provider: bool = True

    @property
    def message(self) -> str:
        """The message of the provider."""
        return str(self.fields.get("message", ""))


@dataclass(frozen=True)
class Look:
    """A snapshot as it was seen from outside, when that had changed; times as in the API."""

    time: float
    name: str
    status: str
    percent: int | None
    created_at: float | None


@dataclass(frozen=True)
class RuleSeen:
    """A poll's rule while it was there, and the function's permissions then."""

    time: float
    name: str
    input_length: int
    statements: list[dict[str, Any]] = field(hash=False)


@dataclass(frozen=True)
class Asked:
    """A question asked of the API directly: what was refused, or answered, and when.

    ``began`` and ``ended`` are by this machine's clock, ``server`` is the Date of the answer; all
    in seconds since the epoch.
    """

    code: str = ""
    answer: dict[str, Any] = field(default_factory=dict[str, Any], hash=False)
    began: float = 0.0
    ended: float = 0.0
    server: float | None = None


@dataclass(frozen=True)
class Done:
    """One step of a scenario.

    Attributes:
        lane: Its stack.
        step: What was done.
        succeeded: Whether the command line ended well.
        output: What it printed.
        status: Of the stack afterwards; empty if it is gone.
        before: Snapshots of the lane before it, with their tags.
        after: And after it.
        began: Seconds since the epoch.
        ended: Likewise.
        problem: What was not as it should be; empty if all was.
        outputs: Of the stack.
    """

    lane: str
    step: str
    succeeded: bool
    output: str
    status: str
    before: dict[str, dict[str, str]] = field(hash=False)
    after: dict[str, dict[str, str]] = field(hash=False)
    began: float = 0.0
    ended: float = 0.0
    problem: str = ""
    outputs: dict[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def new(self) -> list[str]:
        """Snapshots that this step took."""
        return [name for name in self.after if name not in self.before]

    @property
    def gone(self) -> list[str]:
        """Snapshots that this step deleted."""
        return [name for name in self.before if name not in self.after]


@dataclass
class Evidence:
    """All of it."""

    has_instances: bool | None = None
    steps: list[Done] = field(default_factory=list[Done])
    events: list[StackEvent] = field(default_factory=list[StackEvent])
    log: list[LogLine] = field(default_factory=list[LogLine])
    looks: list[Look] = field(default_factory=list[Look])
    cluster_statuses: set[str] = field(default_factory=set[str])
    rules: list[RuleSeen] = field(default_factory=list[RuleSeen])
    rules_left: list[str] | None = None
    asked: dict[str, Asked] = field(default_factory=dict[str, Asked])
    fields: set[str] = field(default_factory=set[str])

    def step(self, name: str) -> Done | None:
        """One step, if it was done."""
        return next((one for one in self.steps if one.step == name), None)

    def provider(self, lane: str = "") -> list[LogLine]:
        """What the provider logged, oldest first."""
        lines = [one for one in self.log if one.is_provider and lane in ("", one.lane)]
        return sorted(lines, key=lambda one: one.time)

    def told(self, lane: str, logical_id: str = "") -> list[dict[str, Any]]:
        """What CloudFormation asked of the probes in a lane, oldest first."""
        found = [one.fields for one in self.log if not one.is_provider and lane in ("", one.lane)]
        asked = [one for one in found if "RequestType" in one]
        wanted = [
            one for one in asked if str(one.get("LogicalResourceId", "")).startswith(logical_id)
        ]
        return sorted(wanted, key=lambda one: float(one["Now"]))

    def attempts(self) -> list[float]:
        """When the invocation that always fails was made, oldest first."""
        found = [one.fields for one in self.log if not one.is_provider and "Attempt" in one.fields]
        return sorted(float(one["Now"]) for one in found)

    def snapshots_seen(self) -> Iterator[list[Look]]:
        """The looks at each snapshot, oldest first."""
        for name in sorted({one.name for one in self.looks}):
            yield [one for one in self.looks if one.name == name]
