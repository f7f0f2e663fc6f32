"""500 sequences of events and faults, the same ones every time: ``python -m simulation.sequences``.

A process of its own: Hypothesis draws numbers also from the sources of all modules that are loaded.
"""

import os
import sys

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from simulation.machine import SETTINGS, Lifecycle

SEQUENCES = 500


def main() -> None:
    """Run them.

    Raises:
        AssertionError: a promise is broken; with the shortest sequence that breaks it.
    """
    phases = [Phase.generate]
    if os.environ.get("SIMULATION_SHRINKS") != "no":  # a mutant only has to be noticed
        phases.append(Phase.shrink)
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            SETTINGS,
            max_examples=SEQUENCES,
            stateful_step_count=25,
            derandomize=True,
            phases=phases,
        ),
    )
    sys.stdout.write(f"{SEQUENCES} sequences, no promise broken\n")


if __name__ == "__main__":
    main()
