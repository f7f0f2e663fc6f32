"""500 sequences of events and faults, the same ones every time."""

import os

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from simulation.machine import SETTINGS, Lifecycle

SEQUENCES = 500


def test_nothing_is_ever_lost() -> None:
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
