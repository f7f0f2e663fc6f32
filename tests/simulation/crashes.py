"""Disturb every scenario at every call and count: ``python -m simulation.crashes``."""

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from simulation.disturbing import Disturbance, calls, failures
from simulation.scenarios import SCENARIOS


def main() -> int:
    """Say how many points each scenario has, and what went wrong at which."""
    began = time.monotonic()
    total = wrong = 0
    # Spawned: forked processes would share the one that synthesizes.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        # By number: a scenario is made of functions, which do not travel between processes.
        for name, count, found in pool.map(_try, range(len(SCENARIOS))):
            total += count
            wrong += len(found)
            sys.stdout.write(f"{name:<56} {count:>5} points\n" + "".join(found))
            sys.stdout.flush()
    seconds = time.monotonic() - began
    sys.stdout.write(f"{total} points, {wrong} failures, {seconds:.0f} s\n")
    return 1 if wrong else 0


def _try(number: int) -> tuple[str, int, list[str]]:
    scenario = SCENARIOS[number]
    found = [
        f"  {disturbance.value} {failure}\n"
        for disturbance in Disturbance
        for failure in failures(scenario, disturbance, every=True)
    ]
    return scenario.name, len(calls(scenario)) * len(Disturbance), found


if __name__ == "__main__":
    sys.exit(main())
