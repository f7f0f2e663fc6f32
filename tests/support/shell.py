"""Runs the command line in this process, on AWS emulated on this machine."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from neptune_snapshot_cli.commands import app

COMMAND = [sys.executable, "-m", "neptune_snapshot_cli"]
"""Runs it in a process of its own."""


@dataclass
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass
class Shell:
    """Runs commands with the settings that lead to local AWS."""

    settings: dict[str, str]
    without: set[str] = field(default_factory=set[str])

    @property
    def environment(self) -> dict[str, str]:
        return {name: text for name, text in self.settings.items() if name not in self.without}

    def __call__(self, *words: str) -> Ran:
        absent: dict[str, str | None] = dict.fromkeys(
            name for name in os.environ if name.startswith("AWS_")
        )
        result = CliRunner().invoke(app, words, env={**absent, **self.environment})
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return Ran(result.exit_code, result.stdout, result.stderr)

    def start(self, *command: str, cwd: Path | None = None) -> "subprocess.Popen[str]":
        """Start a program in a group of its own, whose Ctrl-C is not ignored."""
        others = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.Popen(
            ["/usr/bin/env", "--default-signal=INT", *command],
            env={**others, **self.environment},
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
