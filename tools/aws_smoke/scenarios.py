"""The end-to-end tests that are marked for an account, run side by side."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from aws_smoke.naming import Run
from deployment.cdk_cli import PROJECT

KEEP: Final = "keep"
FAILING: Final = "undo"
"""The lane that fails with DESTROY; its status is read all the time."""
FIRST: Final = "first"
UNROLLED: Final = "unrolled"
NAME_TAKEN: Final = "name"
DENIED: Final = "denied"
POLL: Final = "poll"
AGAIN: Final = "again"
NATIVE: Final = "native"
POLICIES: Final = "policies"
RETRIES: Final = "retries"
LANES: Final = (
    *(RETRIES, FAILING, KEEP, POLL, DENIED, UNROLLED),
    *(AGAIN, FIRST, NAME_TAKEN, NATIVE, POLICIES),
)
"""The marks of the tests; a lane is one stack."""
FAILURE, DESTROYED, TAGS_ONLY, REPETITION = "failure", "destroy", "tags only", "repetition"
"""Steps that checks look at."""
_AT_ONCE: Final = 4
_ENDING_SECONDS: Final = 60.0


def run(run: Run, cluster: str, taken: str, lanes: Sequence[str], folder: Path) -> None:
    """Run the scenarios of some lanes; returns when all have ended, however they did.

    They take snapshots of the cluster and record in the folder. ``taken`` is a snapshot that exists
    and belongs to no stack.
    """
    said = folder / "run.json"
    fields = {"run": run.id, "cluster": cluster, "taken": taken, "lanes": list(lanes)}
    said.write_text(json.dumps(fields))
    at_once = min(_AT_ONCE, len(lanes))
    options = ("-maccount", f"--account={said}", f"-n{at_once if at_once > 1 else 0}", "-qrN")
    process = subprocess.Popen(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "tests/e2e", *options, "--tb=no", "--no-header", "-v"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        # A Ctrl-C is for us alone, which pass it on.
        start_new_session=True,
    )
    try:
        process.wait()
    finally:
        # As Ctrl-C does: each test stops its own command line.
        for number in (signal.SIGINT, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_ENDING_SECONDS)
