"""The Lambda runtime: the context, cold starts, the log and the clock of one execution."""

import logging
import sys
from collections.abc import Callable
from typing import Final

from simulation.engine import Engine
from simulation.functions import FUNCTION

_PROVIDER: Final = "neptune_snapshot_provider"


class Context:
    """Lambda's context."""

    function_name = FUNCTION

    def __init__(self, remaining: Callable[[], float]) -> None:
        self._remaining = remaining

    def get_remaining_time_in_millis(self) -> int:
        """Return the time until the process is ended."""
        return int(self._remaining() * 1000)


class LogLines(logging.Handler):
    """Collects the lines that the provider logs."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Collect one line."""
        self._lines.append(self.format(record))


class Timers:
    """Stands in for the module ``threading`` of crhelper, which uses nothing but its ``Timer``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def Timer(self, seconds: float, action: Callable[[], None]) -> "Timer":  # noqa: N802 - threading's
        """Make a timer that ends the running invocation."""
        return Timer(self._engine, seconds, action)


class Timer:
    """A timer of the invocation that starts it."""

    def __init__(self, engine: Engine, seconds: float, action: Callable[[], None]) -> None:
        self._engine = engine
        self._timer = (engine.now + seconds, action)

    def start(self) -> None:
        """Begin to wait."""
        if self._engine.current:
            self._engine.current.crhelper_timer = self._timer

    def cancel(self) -> None:
        """Wait no longer."""
        if self._engine.current:
            self._engine.current.crhelper_timer = None


def sleep(engine: Engine, seconds: float) -> None:
    """Let the running invocation wait, as ``time.sleep``.

    Raises:
        ValueError: ``seconds`` is negative.
    """
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if engine.current is None:
        raise AssertionError("a sleep outside any invocation")
    engine.current.pause(seconds)


def start_cold() -> None:
    """Clear every cache of the provider, as a new execution environment does."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_PROVIDER):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
