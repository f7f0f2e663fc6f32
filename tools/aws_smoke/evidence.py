"""What a run has seen; checks judge it, the report quotes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aws_smoke.recording import Ending, Step


class NotSeen(Exception):
    """The evidence does not tell; says what is missing."""


@dataclass(frozen=True)
class StackEvent:
    """One event of a stack; ``time`` is in seconds since the epoch, as CloudFormation says."""

    lane: str
    time: float
    logical_id: str
    type: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class LogLine:
    """One line of a function's log; ``fields`` is what its JSON says."""

    lane: str
    time: float
    fields: dict[str, Any] = field(hash=False)
    is_provider: bool = True

    def text(self, key: str) -> str:
        """A field as text; empty if the line does not have it."""
        return str(self.fields.get(key, ""))

    @property
    def event(self) -> str:
        """The stable code of what the provider reports."""
        return self.text("event")


@dataclass(frozen=True)
class Look:
    """A snapshot as it was seen from outside, when that had changed."""

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
    """All of it; ``rules`` are those of polls that were seen, with the length of their input."""

    has_instances: bool | None = None
    steps: list[Step] = field(default_factory=list[Step])
    endings: list[Ending] = field(default_factory=list[Ending])
    events: list[StackEvent] = field(default_factory=list[StackEvent])
    log: list[LogLine] = field(default_factory=list[LogLine])
    looks: list[Look] = field(default_factory=list[Look])
    status_reads: list[StatusRead] = field(default_factory=list[StatusRead])
    cluster_statuses: set[str] = field(default_factory=set[str])
    rules: dict[str, int] = field(default_factory=dict[str, int])
    rules_left: list[str] | None = None
    asked: dict[str, Asked] = field(default_factory=dict[str, Asked])
    fields: set[str] = field(default_factory=set[str])

    def code(self, question: str, *expected: str) -> str:
        """The code by which a question was refused; empty if it was answered.

        `NotSeen` if it was not asked, or refused with none of the expected codes, if there are any.
        """
        if (asked := self.asked.get(question)) is None:
            raise NotSeen("was not asked")
        if expected and asked.code not in expected:
            raise NotSeen(f"{question}: {asked.code or 'no refusal'}")
        return asked.code

    def answered(self, question: str) -> Asked:
        """A question with its answer; `NotSeen` if it was not asked, or refused."""
        self.code(question, "")
        return self.asked[question]

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

    def told(self, lane: str = "", logical_id: str = "") -> list[dict[str, Any]]:
        """What CloudFormation asked of the probes, in a lane or in all, oldest first."""
        found = [
            one.fields
            for one in self.log
            if not one.is_provider
            and lane in ("", one.lane)
            and "RequestType" in one.fields
            and one.text("LogicalResourceId").startswith(logical_id)
        ]
        return sorted(found, key=lambda one: float(one["Now"]))

    def requests(self, lane: str, logical_id: str) -> list[dict[str, Any]]:
        """What was told, each request once though it may have been delivered twice."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.told(lane, logical_id):
            found.setdefault(str(one["RequestId"]), one)
        return list(found.values())

    def during(self, step: Step | None, logical_id: str = "") -> list[dict[str, Any]]:
        """The requests of a step to the probes, each once."""
        if step is None:
            return []
        told = self.requests(step.lane, logical_id)
        return [one for one in told if step.contains(float(one["Now"]))]

    def snapshots_seen(self) -> Iterator[list[Look]]:
        """The looks at each snapshot, oldest first."""
        for name in sorted({one.name for one in self.looks}):
            yield [one for one in self.looks if one.name == name]
