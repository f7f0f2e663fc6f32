"""What a person sees while it runs: plain lines, one per event, fit for a log."""

import sys
import threading
import time
from collections.abc import Iterable
from typing import TextIO


class Screen:
    """Writes lines with the time passed; threads may share it."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to a stream; standard output if not given."""
        self._stream = stream or sys.stdout
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def doing(self, what: str) -> None:
        """Say what begins now."""
        passed = time.monotonic() - self._began
        self.lines([f"[{passed:6.0f} s] {what}"])

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines as they are."""
        with self._lock:
            for line in lines:
                self._stream.write(f"{line}\n")
            self._stream.flush()
