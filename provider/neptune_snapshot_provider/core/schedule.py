"""How long until the next look, when to hand over, when to give up; pure. All times in seconds."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

PAUSE_MIN: Final = 1.0
PAUSE_MAX: Final = 10.0
ELAPSED_SHARE: Final = 0.0075
"""Between the bounds a look is at most this share of the time late, half of it on average."""
REMAINING_SHARE: Final = 0.1
"""While much is left there is no hurry: the next look comes after this share of it."""
STANDSTILL_SHARE: Final = 0.2
"""Progress that has stood still this share of the time says nothing about what is left."""
JITTER: Final = 0.2
"""Each pause is shortened by up to this share, so that many snapshots do not look in step."""

HAND_OVER_MARGIN: Final = 90.0
"""Of a Lambda invocation this much is kept free to set up the poll and to answer."""
TICK_LENGTH: Final = 50.0
"""A tick looks this long; the next one comes a minute after it began."""
ACCESS_GRACE: Final = 120.0
"""A right may be missing this long after the start, while a new role spreads through IAM."""


LAST_LOOK_GRACE: Final = 60.0
"""A look that is refused at the deadline is repeated this long; the margin allows for it."""


class Verdict(Enum):
    """What to do before the next look."""

    GO_ON = auto()
    HAND_OVER = auto()
    GIVE_UP = auto()


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The time a request has, and how much of it this invocation has.

    ``deadline`` and ``invocation_ends`` are in seconds since the epoch.
    """

    started_at: float
    deadline: float
    invocation_ends: float

    @classmethod
    def first(
        cls, now: float, timeout: float, lambda_remaining: float, sent_at: float | None = None
    ) -> "Budget":
        """Budget of the invocation that CloudFormation made, at ``sent_at`` or just now."""
        started_at = now if sent_at is None else min(sent_at, now)
        return cls(
            started_at=started_at,
            deadline=started_at + timeout,
            invocation_ends=now + lambda_remaining - HAND_OVER_MARGIN,
        )

    @classmethod
    def tick(cls, now: float, started_at: float, timeout: float) -> "Budget":
        """Budget of an invocation that the poll made."""
        return cls(
            started_at=started_at,
            deadline=started_at + timeout,
            invocation_ends=now + TICK_LENGTH,
        )

    def verdict(self, now: float) -> Verdict:
        """Judge once more time has been found to be needed."""
        if now >= self.deadline:
            return Verdict.GIVE_UP
        if now >= self.invocation_ends:
            return Verdict.HAND_OVER
        return Verdict.GO_ON

    def may_look_again(self, now: float) -> bool:
        """Whether a look that was refused at the deadline may be repeated."""
        return self.deadline <= now < self.deadline + LAST_LOOK_GRACE

    def until_verdict(self, now: float) -> float:
        """Seconds until `verdict` changes."""
        return min(self.deadline, self.invocation_ends) - now

    def access_may_spread(self, now: float) -> bool:
        """Whether a denied call may still be a role that is too new."""
        return now < self.started_at + ACCESS_GRACE


@dataclass(frozen=True)
class Progress:
    """What was reported last, from 0 to 100 or ``None``, and ``since`` when it has been that."""

    percent: int | None = None
    since: float = 0.0

    def reported(self, percent: int | None, now: float) -> "Progress":
        """Take note of a report."""
        return self if percent == self.percent else Progress(percent, now)


def pause(elapsed: float, progress: Progress, now: float, chance: float) -> float:
    """Seconds to wait before the next look.

    Args:
        elapsed: since the snapshot, or the wait for its cluster, began.
        progress: as Neptune reports it.
        now: when that was looked at.
        chance: a random number from 0 to 1, for the jitter.
    """
    wanted = ELAPSED_SHARE * elapsed
    percent = progress.percent
    moves = now - progress.since <= STANDSTILL_SHARE * elapsed
    if moves and percent is not None and 0 < percent < 100:  # noqa: PLR2004 - per cent
        wanted = max(wanted, REMAINING_SHARE * elapsed * (100 - percent) / percent)
    return min(max(wanted, PAUSE_MIN), PAUSE_MAX) * (1 - JITTER * chance)
