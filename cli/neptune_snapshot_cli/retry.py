"""How long a watch takes: pauses between polls, retries while AWS does not respond, the timeout."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from neptune_snapshot_cli.errors import TimedOut, Unanswered
from neptune_snapshot_cli.progress import duration
from neptune_snapshot_cli.screen import Board

PAUSE_MIN: Final = 2.0
"""Seconds between two polls; a person sees no difference, AWS has half the calls."""
PAUSE_UNANSWERED: Final = 15.0
"""Seconds to leave AWS alone that did not answer."""
UNANSWERED_MAX: Final = 300.0
"""Seconds without any response, after which the command ends."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Clock:
    """Time, in seconds since the epoch, and letting it pass."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """From 0 to 1, so that many watchers do not poll in step."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long to watch, and whether to wait for what has not begun.

    ``timeout`` is in seconds, ``None`` is for ever.
    """

    timeout: float | None = None
    wait: bool = False


class Retries:
    """The time one watch has."""

    def __init__(self, board: Board, clock: Clock, timeout: float | None) -> None:
        """Begin now.

        Args:
            board: where to say that AWS does not answer.
            clock: the time.
            timeout: seconds; ``None`` for ever.
        """
        self._board = board
        self._clock = clock
        self._started = clock.now()
        self._timeout = timeout
        self._silent_since: float | None = None

    def ask(self, question: Callable[[], _T]) -> _T | None:
        """Ask AWS; ``None`` if it did not answer this time.

        Raises:
            Unanswered: It has not for too long.
        """
        try:
            answer = question()
        except Unanswered as problem:
            now = self._clock.now()
            if self._silent_since is None:
                self._silent_since = now
                self._board.warn(f"{problem} Asking again.")
            if now - self._silent_since >= UNANSWERED_MAX:
                raise
            return None
        self._silent_since = None
        return answer

    def insist(self, question: Callable[[], _T], going_on: str) -> _T:
        """Ask AWS until it answers.

        Raises:
            CliError: It has not for too long, or the time allowed is over.
        """
        while True:
            # In a list, as an answer may be empty.
            answers = self.ask(lambda: [question()])
            if answers is not None:
                return answers[0]
            self.rest(PAUSE_UNANSWERED, going_on)

    def rest(self, pause: float, going_on: str) -> None:
        """Let time pass until the next poll.

        Args:
            pause: seconds.
            going_on: what is not over yet, for the message.

        Raises:
            TimedOut: The time allowed is over.
        """
        wanted = max(pause, PAUSE_MIN)
        if self._silent_since is not None:
            wanted = max(wanted, PAUSE_UNANSWERED)
        if self._timeout is not None:
            left = self._started + self._timeout - self._clock.now()
            if left <= 0:
                raise TimedOut(
                    f"{duration(self._timeout)} are over: {going_on}.",
                    "The operation continues; the same command watches it again.",
                )
            wanted = min(wanted, left)
        self._clock.sleep(wanted)
