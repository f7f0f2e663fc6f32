"""Signals that end a program become exceptions, so that ``with`` blocks clean up."""

import signal
from types import FrameType
from typing import NoReturn

_ENDING = (signal.SIGTERM, signal.SIGHUP)


class EndedBySignal(SystemExit):
    """The program was asked to end; its exit status says by which signal."""


def end_cleanly() -> None:
    """Make the signals that end a program raise; Ctrl-C raises ``KeyboardInterrupt`` already."""
    for number in _ENDING:
        # What `nohup` ignores stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise)


def ignore() -> None:
    """Let nothing interrupt what follows: cleaning up."""
    for number in (*_ENDING, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _raise(number: int, _frame: FrameType | None) -> NoReturn:
    raise EndedBySignal(128 + number)
