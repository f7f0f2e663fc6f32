"""What Hypothesis can draw: faults, disasters and how long things take."""

import random
from collections.abc import Callable

from hypothesis import strategies as st

from simulation.faults import BATCHES, Fault, Kind
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
TEARDOWN = ("DescribeRule", "RemoveTargets", "DeleteRule")
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
