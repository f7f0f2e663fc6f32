"""Nothing is ever lost, in whatever order things happen."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_nothing_is_ever_lost() -> None:
    paths = [os.environ.get("PYTHONPATH", ""), str(TESTS)]
    done = subprocess.run(
        [sys.executable, "-m", "simulation.sequences"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "500 sequences, no promise broken\n"
