"""Synthesises stacks, here or in a process of its own: ``python -m benchmarks.stacks``."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import peers
from deployment.cdk_cli import PROJECT
from deployment.synthesis import synthesize


def synthesise(peer: str, name: str, clusters: Sequence[str], directory: Path) -> dict[str, Any]:
    """Write the assembly of one stack; gives its template."""
    synthesize(directory, name, lambda stack: peers.ALL[peer](stack, clusters))
    return dict(json.loads((directory / f"{name}.template.json").read_text()))


class Taken(NamedTuple):
    """Seconds of a whole process, and those of them after its imports."""

    process: float
    app: float


def synthesise_apart(peer: str, name: str, count: int, directory: Path) -> Taken:
    """Do so in a fresh process, as the CDK's command line does; gives the time it took."""
    started = time.perf_counter()
    command = [sys.executable, "-m", __name__, peer, name, str(count), str(directory)]
    path = os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    ended = subprocess.run(  # noqa: S603 - our own command and arguments
        command,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return Taken(time.perf_counter() - started, float(ended.stdout))


def names(count: int, prefix: str = "graph") -> list[str]:
    """Name clusters."""
    return [f"{prefix}-{number:03}" for number in range(count)]


def resource_types(template: dict[str, Any]) -> Counter[str]:
    """Count the resources of a template by type."""
    return Counter(each["Type"] for each in template["Resources"].values())


def _main() -> None:
    peer, name, count, directory = sys.argv[1:]
    started = time.perf_counter()
    synthesise(peer, name, names(int(count)), Path(directory))
    sys.stdout.write(str(time.perf_counter() - started))


if __name__ == "__main__":
    _main()
