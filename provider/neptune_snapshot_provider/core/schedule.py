"""When to poll next, when to continue in another invocation, when to give up; pure.

All times are in seconds, points in time in seconds since the epoch.
"""

import math
from dataclasses import dataclass
from typing import Final

PAUSE_MIN: Final = 1.0
PAUSE_MAX: Final = 10.0
ELAPSED_SHARE: Final = 0.0075
"""Between the bounds a poll is at most this share of the elapsed time late, half on average."""
REMAINING_SHARE: Final = 0.1
"""While much time remains the next poll comes after this share of it."""
STANDSTILL_SHARE: Final = 0.2
"""Progress that stood still for this share of the elapsed time says nothing about the rest."""
JITTER: Final = 0.2
"""Each pause is shortened by up to this share, so that many snapshots are not polled in step."""

HANDOVER_MARGIN: Final = 90.0
"""Of a Lambda invocation this much is kept free to set up the rule and to respond."""
TICK_INTERVAL: Final = 60.0
"""An invocation by the rule begins this long after the one before."""
TICK_LENGTH: Final = 55.0
"""An invocation by the rule polls this long."""
LONG: Final = 600.0
"""With more time than this remaining, the first invocation leaves the rest to the rule.

An invocation that sleeps still counts against the account's concurrency limit. An invocation by the
rule does not leave early: it cannot tell progress that stands still from progress that moves.
"""
LATE_AFTER: Final = 30.0
"""A first invocation that begins later was throttled or repeated: Lambda has little concurrency."""
LATE_LENGTH: Final = 60.0
"""How long a late first invocation polls before it leaves the rest to the rule."""
PROPAGATION_SECONDS: Final = 120.0
"""A permission may be missing this long after the start, until IAM has propagated it."""
LAST_POLL_SECONDS: Final = 60.0
"""A call that is refused at the deadline is retried this long; the margin allows for it."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The time a request has, and how much of it this invocation has.

    ``delay`` is how late the first invocation was. If the snapshot needs longer than
    ``hand_over_beyond`` seconds, this invocation hands over at once. ``propagation`` is how long
    after the start a denied call may be due to a permission that has not propagated yet.
    """

    started_at: float
    deadline: float
    invocation_ends: float
    delay: float = 0.0
    hand_over_beyond: float = LONG
    propagation: float = PROPAGATION_SECONDS

    @classmethod
    def first(
        cls, now: float, timeout: float, lambda_remaining: float, sent_at: float | None = None
    ) -> "Budget":
        """Budget of the invocation by CloudFormation, which sent the request at ``sent_at``."""
        started_at = now if sent_at is None else min(sent_at, now)
        delay = now - started_at
        length = lambda_remaining - HANDOVER_MARGIN
        # A late delivery may be one that has its response already: only the stack's status tells.
        propagation = min(delay + PROPAGATION_SECONDS, max(timeout, PROPAGATION_SECONDS))
        if delay > LATE_AFTER:
            length = min(length, LATE_LENGTH)
        return cls(
            started_at=started_at,
            deadline=started_at + timeout,
            invocation_ends=now + length,
            delay=delay,
            propagation=propagation,
        )

    @classmethod
    def of_caller(cls, now: float, timeout: float) -> "Budget":
        """Budget of a process that waits to the end, with permissions that do not change."""
        return cls(
            started_at=now,
            deadline=now + timeout,
            invocation_ends=math.inf,
            hand_over_beyond=math.inf,
            propagation=0.0,
        )

    @classmethod
    def tick(cls, now: float, started_at: float, timeout: float, delay: float = 0.0) -> "Budget":
        """Budget of an invocation by the rule."""
        return cls(
            started_at=started_at,
            deadline=started_at + timeout,
            invocation_ends=now + TICK_LENGTH,
            delay=delay,
            hand_over_beyond=math.inf,
        )


@dataclass(frozen=True, kw_only=True)
class Timing:
    """A budget at one moment.

    ``remaining`` is the estimated time until the snapshot is available; ``None`` if unknown.
    """

    budget: Budget
    now: float
    remaining: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether the request's time is over."""
        return self.now >= self.budget.deadline

    @property
    def may_repeat(self) -> bool:
        """Whether a call that was refused at the deadline may be retried."""
        return self.is_over and self.now < self.budget.deadline + LAST_POLL_SECONDS

    @property
    def hands_over(self) -> bool:
        """Whether the rest is for another invocation."""
        if self.now >= self.budget.invocation_ends:
            return True
        # The invocation in which the deadline passes waits for it, to have time for the response.
        is_last = self.now + TICK_INTERVAL >= self.budget.deadline
        is_long = self.remaining is not None and self.remaining > self.budget.hand_over_beyond
        return is_long and not is_last

    @property
    def may_propagate(self) -> bool:
        """Whether a denied call may be due to a permission that has not propagated yet."""
        return self.now < self.budget.started_at + self.budget.propagation


@dataclass(frozen=True)
class Progress:
    """The last report, from 0 to 100 or ``None``, and ``since`` when it has been that."""

    percent: int | None = None
    since: float = 0.0

    def reported(self, percent: int | None, now: float) -> "Progress":
        """Take note of a report."""
        return self if percent == self.percent else Progress(percent, now)


def remaining(elapsed: float, progress: Progress, now: float) -> float | None:
    """Estimate how long the snapshot still takes; ``None`` where the progress does not tell.

    Args:
        elapsed: Time since the snapshot, or the wait for its cluster, began.
        progress: As Neptune reports it.
        now: When that was read.
    """
    percent = progress.percent
    moves = now - progress.since <= STANDSTILL_SHARE * elapsed
    if not moves or percent is None or not 0 < percent < 100:  # noqa: PLR2004 - per cent
        return None
    return elapsed * (100 - percent) / percent


def pause(elapsed: float, estimate: float | None, chance: float) -> float:
    """Time to wait before the next poll.

    Args:
        elapsed: Time since the snapshot, or the wait for its cluster, began.
        estimate: What `remaining` says.
        chance: A random number from 0 to 1, for the jitter.
    """
    wanted = max(ELAPSED_SHARE * elapsed, REMAINING_SHARE * (estimate or 0.0))
    return min(max(wanted, PAUSE_MIN), PAUSE_MAX) * (1 - JITTER * chance)
