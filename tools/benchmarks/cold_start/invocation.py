"""Invokes a handler once in this fresh process: ``python invocation.py module function``.

Reads the event from standard input. Prints when it began and when the module had been imported, in
seconds since the epoch, and the most memory it had, in MB. Run by path, in an interpreter that has
what AWS's runtime has and nothing else.
"""

import time

began = time.time()  # before anything else is imported

import importlib  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402


class Context:
    """Lambda's context, as far as handlers read it."""

    function_name = "benchmark"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Give the longest there is."""
        return 900_000


def main() -> None:
    """Import, invoke, report."""
    event = json.load(sys.stdin)
    handler = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
    imported = time.time()
    handler(event, Context())
    json.dump({"began": began, "imported": imported, "memory": _peak_memory()}, sys.stdout)


def _peak_memory() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    # Not getrusage: on Linux it includes what the process was before it became Python.
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    main()
