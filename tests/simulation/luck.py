"""What Hypothesis can draw: faults, and what users declare."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from simulation.faults import BATCHES, Fault, Kind
from simulation.stacks import Style
from simulation.templates import Declared
from simulation.universe import ANSWER

LOOKS = (
    "DescribeDBClusterSnapshots",
    "DescribeDBClusters",
    "ListTagsForResource",
    "DescribeStacks",
)
CHANGES = (
    "CreateDBClusterSnapshot",
    "DeleteDBClusterSnapshot",
    "AddTagsToResource",
    "RemoveTagsFromResource",
)
SET_UP = ("PutRule", "PutTargets")
TEARDOWN = ("RemoveTargets", "DeleteRule")
NEPTUNE = LOOKS + CHANGES

TRANSIENT = st.sampled_from(
    [Kind.THROTTLED, Kind.SERVER_ERROR, Kind.SERVER_ERROR_LATE, Kind.RESET, Kind.RESET_LATE]
)
KILLS = st.builds(
    Fault,
    st.sampled_from([Kind.KILL, Kind.KILL_LATE]),
    st.sampled_from([None, None, ANSWER, *NEPTUNE, *SET_UP, *TEARDOWN]),
    st.integers(0, 6),
)
HANGS = st.builds(
    Fault,
    st.sampled_from([Kind.TIMEOUT, Kind.TIMEOUT_LATE]),
    st.sampled_from([None, *NEPTUNE, *SET_UP, *TEARDOWN]),
    st.integers(0, 80),
)
_BLIPS = st.builds(Fault, TRANSIENT, st.sampled_from(NEPTUNE), st.integers(0, 4), st.integers(1, 3))
_OUTAGES = st.builds(
    Fault,
    TRANSIENT,
    st.sampled_from(NEPTUNE),
    st.integers(0, 2),
    seconds=st.sampled_from([60.0, 850.0, 1500.0]),
)
_POLL_FAULTS = st.builds(
    Fault,
    st.sampled_from([Kind.THROTTLED, Kind.DENIED, Kind.RESET, Kind.RESET_LATE]),
    st.sampled_from(SET_UP + TEARDOWN),
    st.integers(0, 1),
    st.sampled_from([1, 1, 4]),
)
_CONFLICTS = st.builds(
    Fault,
    st.just(Kind.CONFLICT),
    st.sampled_from(SET_UP + TEARDOWN),
    st.integers(0, 1),
    st.sampled_from([1, 3]),
)
_PARTIAL_FAILURES = st.builds(
    Fault,
    st.just(Kind.PARTIAL),
    st.sampled_from(BATCHES),
    st.integers(0, 1),
    st.sampled_from([1, 3]),
)
_NEW_ROLE = st.builds(
    Fault, st.just(Kind.DENIED), st.sampled_from(NEPTUNE), st.just(0), st.integers(1, 8)
)
_LOST_ANSWERS = st.builds(
    Fault,
    st.sampled_from([Kind.RESET, Kind.RESET_LATE, Kind.SERVER_ERROR, Kind.SERVER_ERROR_LATE]),
    st.just(ANSWER),
    st.just(0),
    st.integers(1, 12),
)
FAULTS = st.one_of(
    _BLIPS,
    _BLIPS,
    _POLL_FAULTS,
    _CONFLICTS,
    _PARTIAL_FAILURES,
    _LOST_ANSWERS,
    _NEW_ROLE,
    _OUTAGES,
)

SELDOM = st.sampled_from([False, False, True])
SECONDS = st.sampled_from([0.05, 0.15, 0.4, 1.0, 5.0, 30.0, 61.0, 300.0, 820.0, 1200.0, 3500.0])
DURATIONS = st.sampled_from([2.0, 0.0, 40.0, 400.0, 830.0, 840.0, 2000.0])
HOUR = 3300
"""Seconds that one resource waits; what takes longer needs a chain of resources."""
TIMEOUTS = st.sampled_from([HOUR, HOUR, HOUR, 2 * HOUR, 600, 20])
TAGS: SearchStrategy[dict[str, str]] = st.sampled_from(
    [{}, {"team": "a"}, {"team": "b"}, {"cost": "c", "team": "a"}]
)
_ROLLED_BACK = st.one_of(
    st.just(Style()),
    st.just(Style()),
    st.builds(Style, updates_replaced=st.booleans(), sends_new_id=st.booleans()),
)
STYLES = st.one_of(
    _ROLLED_BACK,
    _ROLLED_BACK,
    st.builds(Style, keeps_failed=st.just(True), sends_attempted=st.booleans()),
    st.builds(Style, sends_attempted=st.booleans()),
)
CREATION_STYLES = st.sampled_from(
    [Style(), Style(), Style(keeps_failed=True), Style(deletes_failed_stack=True)]
)
NOW = "now"
"""Stands for the trigger of ``every_deployment``: the time of the synthesis."""
_NAMING: SearchStrategy[dict[str, str]] = st.sampled_from(
    [{}, {}, {"trigger": "1"}, {"trigger": NOW}, {"name": "by-name"}]
)
DECLARED = st.builds(
    lambda naming, declared: declared.but(**naming),
    _NAMING,
    st.builds(
        Declared,
        st.just("Snapshot0"),
        tags=TAGS,
        timeout=st.sampled_from([HOUR, HOUR, HOUR, 600, 3 * HOUR]),
        retain=st.booleans(),
        keep_last=st.sampled_from([0, 0, 1, 2]),
        parameter=st.sampled_from(["", "/graph/last-good"]),
        reuse=st.sampled_from([0, 0, 600]),
        skips=st.booleans(),
    ),
)
CHANGED: SearchStrategy[dict[str, str]] = st.sampled_from(
    [
        {},
        {"trigger": "4"},
        {"trigger": "5"},
        {"trigger": ""},
        {"trigger": "1"},
        {"trigger": "2"},
        {"trigger": "3"},
        {"trigger": NOW},
        {"name": "by-name"},
        {"name": "another-name"},
        {"name": "precious"},
        {"name": ""},
        {"prefix": "nightly"},
        {"cluster": "other"},
        {"cluster": "graph"},
        {"cluster": "nowhere"},
        {"cluster": "aurora"},
        {"cluster": "9--bad"},
        {},
    ]
)
"""What makes the next snapshot another one."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """Everything that an update of a stack can change, all at once.

    ``through_parent`` is for a nested stack; with ``parent_fails`` its parent fails afterwards.
    """

    change: Mapping[str, str]
    tags: Mapping[str, str]
    timeout: int
    count: int
    fails: bool
    style: Style
    through_parent: bool
    parent_fails: bool

    def of(self, declared: Declared) -> Declared:
        """Change what is declared; the construct takes no name beside a trigger or a prefix."""
        change = dict(self.change)
        if change.get("name"):
            change |= {"trigger": "", "prefix": ""}
        elif change.get("trigger") or change.get("prefix"):
            change["name"] = ""
        return declared.but(tags=self.tags, timeout=self.timeout, **change)


UPDATES = st.builds(
    Update,
    change=CHANGED,
    tags=TAGS,
    timeout=TIMEOUTS,
    count=st.integers(1, 3),
    fails=SELDOM,
    style=STYLES,
    through_parent=st.booleans(),
    parent_fails=SELDOM,
)


def _attempts(failing: list[Update], last: Update, trigger: str, retried: str) -> list[Update]:
    """Let attempts at one generation fail, then deploy that generation or another one."""
    changed = [replace(one, change={"trigger": trigger}, fails=True) for one in failing]
    return [*changed, replace(last, change={"trigger": retried})]


ATTEMPTS = st.builds(
    _attempts,
    st.lists(UPDATES, min_size=1, max_size=3),
    UPDATES,
    st.sampled_from(["5", NOW]),
    st.sampled_from(["5", "5", "5.1", NOW]),
)
"""A deployment that fails, is tried again, and may succeed in the end."""


def time_trigger(now: float) -> str:
    """The trigger of ``every_deployment`` for an app that is synthesized now."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def staleness(source: random.Random) -> Callable[[], float]:
    """Draw for how many seconds reads of a stack are stale: mostly a few, rarely up to a minute."""

    def draw() -> float:
        kind = source.random()
        if kind < _FRESH:
            return 0.0
        return source.uniform(0.0, 60.0 if kind > _MOSTLY else 6.0)

    return draw


_FRESH = 0.4
_MOSTLY = 0.98

DISASTERS = st.sampled_from(
    [
        "no room",
        "never ends",
        "deleted",
        "deleted and made again",
        "failed",
        "incompatible-restore",
        "copying",
        "unheard-of",
    ]
)
"""What becomes of a snapshot or of its successors; a word of Neptune's is its new status."""


def causes(fault: Fault) -> set[str]:
    """Good reasons to fail that a fault is."""
    if fault.kind.kills:
        return {"killed"}
    if fault.operation in SET_UP + TEARDOWN:
        return {"set-up"}
    if fault.kind is Kind.DENIED:
        return {"denied", "stack unknown"} if fault.operation == "DescribeStacks" else {"denied"}
    return {"outage"} if fault.seconds else set()
