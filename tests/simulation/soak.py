"""Search for as long as one likes: ``python -m simulation.soak --minutes 30``.

Every batch has a seed of its own. What is found is written, shrunk, with the seed that finds it
again: ``python -m simulation.soak --seed <seed>``.
"""

import argparse
import secrets
import sys
import time
import traceback
from pathlib import Path

from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from simulation.machine import SETTINGS, Lifecycle

BATCH = 200
STEPS = 40


def main() -> int:
    """Run batches until time is over; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, help="run this batch only")
    parser.add_argument("--findings", type=Path, default=Path("soak-findings.txt"))
    wanted = parser.parse_args()
    ends_at = time.monotonic() + 60 * wanted.minutes
    sequences = found = 0
    while True:
        number = secrets.randbelow(2**32) if wanted.seed is None else wanted.seed
        finding = search(number)
        sequences += BATCH
        if finding:
            found += 1
            with wanted.findings.open("a") as file:
                file.write(f"--- python -m simulation.soak --seed {number}\n{finding}\n")
        sys.stdout.write(f"{sequences} sequences, {found} findings, last seed {number}\n")
        sys.stdout.flush()
        if wanted.seed is not None or time.monotonic() >= ends_at:
            return 1 if found else 0


def search(number: int) -> str:
    """Run one batch; what it found, with the steps that lead there."""

    @seed(number)
    class Batch(Lifecycle):
        """A class of its own, as Hypothesis keeps the seed with the class."""

    try:
        run_state_machine_as_test(
            Batch,
            settings=settings(
                SETTINGS,
                max_examples=BATCH,
                stateful_step_count=STEPS,
                phases=[Phase.generate, Phase.shrink],
            ),
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        notes = getattr(error, "__notes__", [])
        return "\n".join([*traceback.format_exception_only(error), *notes])
    return ""


if __name__ == "__main__":
    sys.exit(main())
