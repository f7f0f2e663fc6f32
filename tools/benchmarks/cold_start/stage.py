"""Runs handlers in fresh processes against local AWS."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks import requests, stacks
from benchmarks.peers import CODE, OURS
from local_aws import LocalAws, SnapshotBehaviour
from local_aws.lambdas import make_runtime

_HERE: Final = Path(__file__).parent
_CLUSTER: Final = "cold"


Handler: TypeAlias = tuple[Path, str]
"""Where a handler's code lies and which module it is in."""


@dataclass(frozen=True)
class Run:
    """One start: seconds of each phase, and the peak memory in MB."""

    interpreter: float
    imports: float
    until_call: float
    total: float
    memory: float


class Stage:
    """An interpreter with what AWS's runtime has, both handlers, and something to ask."""

    def __init__(self, aws: LocalAws, directory: Path) -> None:
        """Put everything into a directory."""
        self._aws = aws
        self._python = make_runtime(directory / "runtime")
        assembly = directory / "cdk.out"
        stacks.synthesise(OURS, "One", stacks.names(1), assembly)
        (asset,) = assembly.glob("asset.*")
        self.ours: Handler = (asset, "neptune_snapshot_provider.entry")
        self.bare: Handler = (CODE / "bare", "index")
        aws.client("neptune").create_db_cluster(DBClusterIdentifier=_CLUSTER, Engine="neptune")
        aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0))
        aws.set_snapshot_quota(10_000)
        self._stack = requests.pending_stack(aws)

    def start(self, handler: Handler) -> Run:
        """Start a process for one invocation and see when its first call to Neptune arrives."""
        event = requests.create(self._aws, self._stack, "arn:aws:lambda:x", _CLUSTER)
        self._aws.clear_calls()
        started = time.time()
        report = json.loads(self._invoke(handler, event))
        first = next(call for call in self._aws.calls(service="rds"))
        return Run(
            interpreter=report["began"] - started,
            imports=report["imported"] - report["began"],
            until_call=first.time - report["imported"],
            total=first.time - started,
            memory=report["memory"],
        )

    def _invoke(self, handler: Handler, event: dict[str, Any]) -> str:
        code, module = handler
        ended = subprocess.run(  # noqa: S603 - our own command and arguments
            [str(self._python), str(_HERE / "invocation.py"), module, "handler"],
            env={
                **self._aws.environment,
                "PYTHONPATH": str(code),
                # Sources are compiled at each start: in Lambda nothing keeps what was compiled.
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            input=json.dumps(event),
            capture_output=True,
            text=True,
            check=True,
        )
        return ended.stdout


@contextmanager
def start() -> Iterator[Stage]:
    """Start local AWS and put the stage beside it."""
    with LocalAws() as aws, tempfile.TemporaryDirectory() as directory:
        yield Stage(aws, Path(directory))
