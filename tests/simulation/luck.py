"""What Hypothesis can draw: faults, and what users declare."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from simulation.stacks import Style
from simulation.faults import Fault, Kind
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
SET_UP = ("PutRule", "AddPermission", "PutTargets")
TEARDOWN = ("RemoveTargets", "DeleteRule", "RemovePermission", "GetPolicy")
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
_NEW_ROLE = st.builds(
    Fault, st.just(Kind.DENIED), st.sampled_from(NEPTUNE), st.just(0), st.integers(1, 8)
)
_LOST_ANSWERS = st.builds(
    Fault,
    st.sampled_from([Kind.RESET, Kind.RESET_LATE]),
    st.just(ANSWER),
    st.just(0),
    st.integers(1, 12),
)
FAULTS = st.one_of(_BLIPS, _BLIPS, _POLL_FAULTS, _LOST_ANSWERS, _NEW_ROLE, _OUTAGES)

SELDOM = st.sampled_from([False, False, True])
SECONDS = st.sampled_from([0.05, 0.15, 0.4, 1.0, 5.0, 30.0, 61.0, 300.0, 820.0, 1200.0, 3500.0])
DURATIONS = st.sampled_from([2.0, 0.0, 40.0, 400.0, 830.0, 840.0, 2000.0])
TIMEOUTS = st.sampled_from([3300, 3300, 3300, 600, 20])
TAGS: SearchStrategy[dict[str, str]] = st.sampled_from(
    [{}, {"team": "a"}, {"team": "b"}, {"cost": "c", "team": "a"}]
)
STYLES = st.builds(Style, st.booleans(), st.booleans())
DECLARED = st.builds(
    Declared,
    st.just("Snapshot0"),
    tags=TAGS,
    name=st.sampled_from(["", "", "", "", "by-name"]),
    trigger=st.sampled_from(["", "1"]),
    timeout=st.sampled_from([3300, 3300, 3300, 600]),
    retain=st.booleans(),
    
    keep_last=st.sampled_from([0, 0, 1, 2]),
    parameter=st.sampled_from(["", "/graph/last-good"]),
    reuse=st.sampled_from([0, 0, 600]),
    skips=st.booleans(),
)
CHANGED: SearchStrategy[dict[str, str]] = st.sampled_from(
    [
        {},
        {"trigger": "4"},
        {"trigger": "5"},
        {"name": "", "trigger": ""},
        {"trigger": "1"},
        {"trigger": "2"},
        {"trigger": "3"},
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
    """Everything that an update of a stack can change, all at once."""

    change: Mapping[str, str]
    tags: Mapping[str, str]
    timeout: int
    count: int
    fails: bool
    style: Style

    @property
    def changes(self) -> dict[str, Any]:
        """What changes in the first snapshot."""
        return {"tags": self.tags, "timeout": self.timeout, **self.change}


UPDATES = st.builds(
    Update,
    change=CHANGED,
    tags=TAGS,
    timeout=TIMEOUTS,
    count=st.integers(1, 3),
    fails=SELDOM,
    style=STYLES,
)

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
