"""Shows a person what the provider's core logs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from neptune_snapshot_cli.screen import Board
from neptune_snapshot_provider.logs import LogEvent

_NOTED: Final = frozenset(
    {
        LogEvent.SNAPSHOT_STARTED,
        LogEvent.SNAPSHOT_REUSED,
        LogEvent.TAGS_CHANGED,
        LogEvent.PARAMETER_WRITTEN,
        LogEvent.PARAMETER_RETAINED,
    }
)
"""Everything else that goes well is shown in another way."""


@contextmanager
def shown_on(board: Board) -> Iterator[None]:
    """Show the provider's log lines on a board."""
    logger = logging.getLogger("neptune_snapshot_provider")
    handler = _Lines(board)
    level, propagates = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagates


class _Lines(logging.Handler):
    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            self._board.warn(record.getMessage())
        elif getattr(record, "fields", {}).get("event") in _NOTED:
            self._board.note(record.getMessage())
