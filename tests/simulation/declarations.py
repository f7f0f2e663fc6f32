"""What Hypothesis can draw: what users declare, and how they deploy it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from simulation.fault_strategies import SELDOM
from simulation.stacks import Style
from simulation.templates import Declared

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
    st.builds(Style, keeps_failed=st.sampled_from([True]), sends_attempted=st.booleans()),
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
