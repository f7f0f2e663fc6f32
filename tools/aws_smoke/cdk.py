"""The real CDK command line, which other threads can stop."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aws_cdk as cdk

PROJECT: Final = Path(__file__).resolve().parents[2]
LONGEST: Final = 2 * 3600.0
"""Seconds; a deployment with one snapshot can take over an hour."""


class Stopped(Exception):
    """Somebody asked to stop while a command ran."""


@dataclass(frozen=True)
class Result:
    """How the command line ended, what it said, and the stack's outputs."""

    status: int
    output: str
    outputs: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.status == 0


def synthesise(
    directory: Path,
    name: str,
    define: Callable[[cdk.Stack], object],
    tags: Mapping[str, str] | None = None,
) -> Path:
    """Write the cloud assembly of one stack; not to be called from several threads at once.

    Args:
        directory: Where to write it.
        name: The stack's.
        define: Puts into the stack what belongs there.
        tags: For the stack and all that is in it.
    """
    context = json.loads((PROJECT / "cdk.json").read_text())["context"]
    app = cdk.App(outdir=str(directory), context=context)
    stack = cdk.Stack(app, name, tags=tags)
    for key, value in (tags or {}).items():
        cdk.Tags.of(stack).add(key, value)
    define(stack)
    app.synth()
    return directory


class Cdk:
    """Runs ``cdk`` in an environment; ``stop`` ends all that runs."""

    def __init__(
        self, environment: Mapping[str, str], directory: Path, longest: float = LONGEST
    ) -> None:
        """Find the command that ``make setup`` installs.

        Args:
            environment: Variables of the commands.
            directory: Where they run and leave their outputs.
            longest: Seconds after which a command is ended.

        Raises:
            FileNotFoundError: It is not installed.
        """
        places = (PROJECT / "node_modules" / ".bin", Path(sys.executable).parent)
        path = os.pathsep.join([*map(str, places), environment.get("PATH", "")])
        command = shutil.which("cdk", path=path)
        if command is None:
            raise FileNotFoundError("the CDK's command line is not installed; `make setup` does it")
        self._command = command
        self._environment = {**environment, "PATH": path}
        self._directory = directory
        self._longest = longest
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def deploy(self, assembly: Path, stack: str, *options: str) -> Result:
        """Deploy a synthesised stack."""
        outputs = self._directory / f"{assembly.name}.outputs.json"
        outputs.unlink(missing_ok=True)
        ended = self.run(
            *("deploy", "--app", str(assembly), "--all", "--require-approval=never"),
            *("--method=direct", "--progress=events", f"--outputs-file={outputs}", *options),
        )
        found = json.loads(outputs.read_text()) if outputs.exists() else {}
        return Result(ended.status, ended.output, found.get(stack, {}))

    def destroy(self, assembly: Path, stack: str) -> Result:
        """Delete a stack."""
        return self.run("destroy", "--app", str(assembly), "--force", stack)

    def run(self, *arguments: str) -> Result:
        """Run one command to its end.

        Raises:
            Stopped: ``stop`` was called.
        """
        process = self._start(arguments)
        try:
            output, _ = process.communicate(timeout=self._longest)
        finally:
            _end(process)
            with self._lock:
                self._running.discard(process)
        if self._stopped:
            raise Stopped
        return Result(process.returncode, output)

    def stop(self) -> None:
        """End every command, and let none begin."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                _end(process)

    def _start(self, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped:
                raise Stopped
            process = subprocess.Popen(  # noqa: S603 - our own command line
                [self._command, *arguments, "--no-color"],
                cwd=self._directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                # A Ctrl-C is for us alone: what is deployed has to be known before it is undone.
                start_new_session=True,
            )
            self._running.add(process)
        return process


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
