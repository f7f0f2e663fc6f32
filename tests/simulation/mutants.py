"""Try every mutation: ``python -m simulation.mutants``; 1 if a mistake is noticed by no test."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from simulation.mutation import Mutation
from simulation.mutations import MUTATIONS

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = "neptune_snapshot_provider"
PYTEST: Final = (
    sys.executable,
    "-m",
    "pytest",
    "-x",
    "-q",
    "--no-header",
    "-p",
    "no:cacheprovider",
    # A mistake may make the provider wait for ever in time that costs nothing.
    "--timeout=120",
)
STAGES: Final = (
    # Quick first: few mistakes get past the situations and the tests of the pure core.
    (
        "tests/simulation/test_situations_stack.py",
        "tests/simulation/test_situations_calls.py",
        "tests/simulation/test_answers.py",
        "tests/simulation/test_regressions.py",
    ),
    ("tests/provider",),
    ("tests/simulation/test_sequences.py",),
    ("tests/simulation/test_crashes.py",),
)


def main() -> int:
    """Say of each mutation which test notices it."""
    began = time.monotonic()
    survivors = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for mutation, test in zip(MUTATIONS, pool.map(noticed_by, MUTATIONS), strict=True):
            survivors += not test
            _say(f"{mutation.name:<56} {test or '*** SURVIVES ***'}")
    seconds = time.monotonic() - began
    _say(f"{len(MUTATIONS)} mutants, {survivors} survive, {seconds:.0f} s")
    return 1 if survivors else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def noticed_by(mutation: Mutation) -> str:
    """The first test that fails on the mutated provider; empty if none does."""
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "provider")
        shutil.copytree(ROOT / "provider", source, ignore=shutil.ignore_patterns("__pycache__"))
        mutation.apply(source / PACKAGE)
        environment = {**os.environ, "PYTHONPATH": str(source), "SIMULATION_SHRINKS": "no"}
        for stage in STAGES:
            run = subprocess.run(
                [*PYTEST, *stage],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if run.returncode == 1:
                return first_failure(run.stdout)
            if run.returncode != 0:
                raise RuntimeError(f"{mutation.name}: {run.stdout}{run.stderr}")
    return ""


def first_failure(report: str) -> str:
    """The name of the test, from pytest's summary."""
    found = re.search(r"^(?:FAILED|ERROR) \S*?([^/\s]+\.py\S*)", report, re.MULTILINE)
    return found[1] if found else "a test"


if __name__ == "__main__":
    sys.exit(main())
