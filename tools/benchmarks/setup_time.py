"""``python -m benchmarks.setup_time OLD NEW``: how long two revisions take to be set up.

Both are cloned into temporary folders and set up in turn with package caches of their own: cold
(the caches are empty), warm (another clone uses the same caches) and again (the same clone).
Git, the package registries and ``make`` have to be in reach.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

PURPOSES: Final = {"demo": "demo", "tests": "test"}
"""Target of ``make`` that needs the set-up, by what the set-up is for."""
STATES: Final = ("cold", "warm", "again")
CACHES: Final = ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.setup_time", description=__doc__)
    parser.add_argument("old", help="a revision of this repository")
    parser.add_argument("new", help="the revision to compare")
    options = parser.parse_args()
    sys.stdout.write("| set-up | old | new | new / old |\n|---|---:|---:|---:|\n")
    with TemporaryDirectory() as folder:
        for purpose in PURPOSES:
            for state in STATES:
                old, new = (
                    measure(Path(folder, name), revision, purpose, state)
                    for name, revision in (("old", options.old), ("new", options.new))
                )
                row = f"| {purpose}, {state} | {old:.1f} s | {new:.1f} s | {new / old:.2f} |\n"
                sys.stdout.write(row)
                sys.stdout.flush()


def measure(folder: Path, revision: str, purpose: str, state: str) -> float:
    """Set a clone of the revision up.

    Returns:
        Seconds that ``make`` took, without the clone.
    """
    caches = {name: str(folder / purpose / name) for name in CACHES}
    checkout = folder / purpose / ("warm" if state == "again" else state)
    if state != "again":
        clone(revision, checkout)
    targets = prerequisites(checkout, PURPOSES[purpose])
    started = time.perf_counter()
    run("make", *targets, cwd=checkout, env={**os.environ, **caches})
    return time.perf_counter() - started


def clone(revision: str, checkout: Path) -> None:
    """Clone this repository and check the revision out."""
    here = Path(__file__).parent
    root = run("git", "rev-parse", "--show-toplevel", cwd=here).strip()
    commit = run("git", "rev-parse", "--verify", f"{revision}^{{commit}}", cwd=here).strip()
    run("git", "clone", "--quiet", "--no-checkout", root, str(checkout))
    run("git", "checkout", "--quiet", commit, cwd=checkout)


def prerequisites(checkout: Path, target: str) -> list[str]:
    """Ask ``make`` what a target needs before its own commands run."""
    rules = run("make", "--dry-run", "--print-data-base", target, cwd=checkout)
    (needed,) = re.findall(rf"^{target}: (.+)$", rules, re.MULTILINE)
    return str(needed).split()


def run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run a command, which has to succeed, and return what it printed."""
    return subprocess.run(  # noqa: S603 - git and make, with the revisions that the caller names
        command, cwd=cwd, env=env, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


if __name__ == "__main__":
    main()
