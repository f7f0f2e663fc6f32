"""``python -m benchmarks``: measure everything, or a part, and write the document."""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

from benchmarks import document, machine

RESULTS: Final = Path(__file__).parent / "results.json"


def main() -> None:
    """Measure and write."""
    arguments = _arguments()
    results = _read(RESULTS)
    if not arguments.render:
        results = _measure(arguments.only or document.SECTIONS, quick=arguments.quick)
    if arguments.quick:
        sys.stdout.write(document.render(results, {}))
        return
    document.write(results)
    _say("Wrote docs/benchmarks.md")


def _measure(names: tuple[str, ...] | list[str], *, quick: bool) -> dict[str, Any]:
    # A quick run never overwrites what the document says, and one that measures everything starts
    # anew: if it is cut short, nothing older passes for its own.
    several = set(names) != set(document.SECTIONS)
    kept = several and not quick
    results: dict[str, Any] = _read(RESULTS) if kept else {}
    about = {"machine": machine.describe(), "quick": quick, "several_runs": several}
    for name in names:
        load = os.getloadavg()[0]
        module = document.section(name)
        started = time.perf_counter()
        _say(f"{module.TITLE} ...")
        measured = module.measure(quick=quick)
        seconds = time.perf_counter() - started
        _say(f"  done in {seconds:.0f} s")
        # Read again, so that parts can be measured by several runs side by side.
        known = _read(RESULTS) if kept else results
        loads = {**known.get("load", {}), name: load}
        results = {**known, **about, "load": loads, name: measured}
        if not quick:
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    return results


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="few repetitions; prints and keeps nothing")
    only = "measure these and keep the others"
    add("--only", nargs="+", choices=document.SECTIONS, help=only)
    add("--render", action="store_true", help="measure nothing, write the document again")
    return parser.parse_args()


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
