"""The real CDK command line, for the demo, the tests, the benchmarks and the smoke checks."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
LONGEST: Final = 2 * 3600.0
"""Seconds; a deployment with one snapshot can take over an hour."""
_POLL_SECONDS: Final = 0.2


class CdkError(RuntimeError):
    """A command failed; says all that it printed."""


@dataclass(frozen=True)
class Result:
    """How the command line ended, what it printed, and the outputs of every stack by its name."""

    status: int
    output: str
    by_stack: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    @property
    def succeeded(self) -> bool:
        """Whether the command succeeded."""
        return self.status == 0

    def require(self) -> "Result":
        """The result of a command that has to succeed; `CdkError` if it did not."""
        if not self.succeeded:
            raise CdkError(self.output)
        return self

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks together."""
        return {name: value for each in self.by_stack.values() for name, value in each.items()}


class Cdk:
    """Runs ``cdk`` in an environment."""

    def __init__(
        self,
        environment: Mapping[str, str],
        directory: Path,
        *,
        longest: float = LONGEST,
        programs: Path = Path(sys.executable).parent,
    ) -> None:
        """Find the command that ``make setup`` installs; raise ``FileNotFoundError`` without it.

        Commands run in the directory and leave their outputs there. They are ended after
        ``longest`` seconds; ``programs`` is the folder of the ``python3`` that apps name.
        """
        places = (PROJECT / "node_modules" / ".bin", programs)
        path = os.pathsep.join([*map(str, places), environment.get("PATH", "")])
        command = shutil.which("cdk", path=path)
        if command is None:
            raise FileNotFoundError("the CDK's command line is not installed; `make setup` does it")
        self._command = command
        self._environment = {**environment, "PATH": path}
        self._directory = directory
        self._longest = longest

    def bootstrap(self, account: str, region: str) -> Result:
        """Prepare an account for deployments."""
        return self.run("bootstrap", f"aws://{account}/{region}")

    def deploy(self, assembly: Path, *options: str) -> Result:
        """Deploy the stacks of a cloud assembly."""
        return self.deploy_app(f"--app={assembly}", "--all", "--method=direct", *options)

    def deploy_app(
        self, *options: str, cwd: Path | None = None, meanwhile: Callable[[], object] | None = None
    ) -> Result:
        """Deploy stacks of an app, by default that of ``cdk.json`` in the folder.

        Options may name stacks; ``meanwhile`` is called again and again while the command runs.
        """
        with tempfile.TemporaryDirectory(dir=self._directory) as folder:
            outputs = Path(folder) / "outputs.json"
            fixed = ("--require-approval=never", "--progress=events", f"--outputs-file={outputs}")
            ended = self.run("deploy", *fixed, *options, cwd=cwd, meanwhile=meanwhile)
            found = json.loads(outputs.read_text()) if outputs.exists() else {}
        return Result(ended.status, ended.output, found)

    def destroy(self, assembly: Path, *options: str) -> Result:
        """Delete the stacks of a cloud assembly."""
        return self.run("destroy", f"--app={assembly}", "--force", "--all", *options)

    def run(
        self,
        *arguments: str,
        cwd: Path | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> Result:
        """Run one command to its end, or until it took too long; what it started ends with it."""
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [self._command, *arguments, "--no-color"],
            cwd=cwd or self._directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A Ctrl-C is for us alone: what is deployed has to be known before it is undone.
            start_new_session=True,
        )
        until = time.monotonic() + self._longest
        try:
            output = _wait(process, until, meanwhile)
        finally:
            # The app that it synthesizes is in its group, and may outlive it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return Result(process.returncode, output)


def _wait(
    process: "subprocess.Popen[str]", until: float, meanwhile: Callable[[], object] | None
) -> str:
    while True:
        left = until - time.monotonic()
        try:
            return process.communicate(timeout=min(left, _POLL_SECONDS) if meanwhile else left)[0]
        except subprocess.TimeoutExpired:
            if meanwhile is None or time.monotonic() > until:
                raise
            meanwhile()
