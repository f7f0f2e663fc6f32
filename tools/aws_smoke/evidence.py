"""What a run has seen; checks judge it, the report quotes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aws_smoke.recording import Ending, Step


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
        """What the provider reports, for a person; no check concludes anything from it."""
        return str(self.fields.get("message", ""))

    @property
    def event(self) -> str:
        """The stable code of what the provider reports."""
        return str(self.fields.get("event", ""))

    @property
    def code(self) -> str:
        """The code of the error that the line is about; empty if it is about none."""
        return str(self.fields.get("code", ""))

    @property
    def operation(self) -> str:
        """The API operation that was refused; empty if none was."""
        return str(self.fields.get("operation", ""))

    @property
    def status(self) -> str:
        """The status, or the code of a refused call, that the line is about."""
        return str(self.fields.get("status", ""))


@dataclass(frozen=True)
class Look:
    """A snapshot as it was seen from outside, when that had changed; times as in the API."""

    time: float
    name: str
    status: str
    percent: int | None
    created_at: float | None


@dataclass(frozen=True)
class StatusRead:
    """A status as ``DescribeStacks`` returned it, when, and the time that its record shows."""

    lane: str
    time: float
    status: str
    began: float | None = None


@dataclass(frozen=True)
class RuleSeen:
    """A poll's rule while it was there."""

    time: float
    name: str
    input_length: int


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


@dataclass
class Evidence:
    """All of it."""

    has_instances: bool | None = None
    steps: list[Step] = field(default_factory=list[Step])
    endings: list[Ending] = field(default_factory=list[Ending])
    events: list[StackEvent] = field(default_factory=list[StackEvent])
    log: list[LogLine] = field(default_factory=list[LogLine])
    looks: list[Look] = field(default_factory=list[Look])
    status_reads: list[StatusRead] = field(default_factory=list[StatusRead])
    cluster_statuses: set[str] = field(default_factory=set[str])
    rules: list[RuleSeen] = field(default_factory=list[RuleSeen])
    rules_left: list[str] | None = None
    asked: dict[str, Asked] = field(default_factory=dict[str, Asked])
    fields: set[str] = field(default_factory=set[str])

    def step(self, lane: str, name: str = "") -> Step | None:
        """The last step of a lane with a name, or with any."""
        found = [one for one in self.steps if one.lane == lane and name in ("", one.name)]
        return found[-1] if found else None

    def provider(self, lane: str = "", event: str = "") -> list[LogLine]:
        """What the provider logged in a lane, or of an event, oldest first."""
        lines = [
            one
            for one in self.log
            if one.is_provider and lane in ("", one.lane) and event in ("", one.event)
        ]
        return sorted(lines, key=lambda one: one.time)

    def told(self, lane: str, logical_id: str = "") -> list[dict[str, Any]]:
        """What CloudFormation asked of the probes in a lane, oldest first."""
        found = [one.fields for one in self.log if not one.is_provider and lane in ("", one.lane)]
        asked = [one for one in found if "RequestType" in one]
        wanted = [
            one for one in asked if str(one.get("LogicalResourceId", "")).startswith(logical_id)
        ]
        return sorted(wanted, key=lambda one: float(one["Now"]))

    def requests(self, lane: str, logical_id: str) -> list[dict[str, Any]]:
        """What was told, each request once though it may have been delivered twice."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.told(lane, logical_id):
            found.setdefault(str(one["RequestId"]), one)
        return list(found.values())

    def during(self, step: Step | None, logical_id: str = "") -> list[dict[str, Any]]:
        """The requests of a step to the probes, each once."""
        return [
            one
            for one in (self.requests(step.lane, logical_id) if step else [])
            if step and step.began <= float(one["Now"]) <= step.ended
        ]

    def attempts(self) -> list[float]:
        """When the invocation that always fails was made, oldest first."""
        found = [one.fields for one in self.log if not one.is_provider and "Attempt" in one.fields]
        return sorted(float(one["Now"]) for one in found)

    def snapshots_seen(self) -> Iterator[list[Look]]:
        """The looks at each snapshot, oldest first."""
        for name in sorted({one.name for one in self.looks}):
            yield [one for one in self.looks if one.name == name]
