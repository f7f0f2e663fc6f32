"""The program, run on local AWS."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import Caller, LocalAws

_QUIET = 15.0
"""Seconds; the provider's pauses are shorter."""


@dataclass(frozen=True)
class Program:
    """``python -m aws_smoke`` in a folder of its own, on local AWS."""

    aws: LocalAws
    directory: Path

    @property
    def report(self) -> str:
        """The report it wrote."""
        return (self.directory / "report.md").read_text()

    def command(self, *arguments: str) -> list[str]:
        """Its command line."""
        return [sys.executable, "-m", "aws_smoke", "--report", "report.md", *arguments]

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end; an empty variable is taken out of its environment."""
        variables = {**self.aws.environment, **environment}
        return subprocess.run(
            self.command(*arguments),
            cwd=self.directory,
            env={key: value for key, value in variables.items() if value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )

    def settle(self) -> None:
        """Wait until no function makes a call, and remove what it brought back.

        A function that runs on after its stack is deleted writes to its log group again, and the
        emulator brings the stack back when the creation that was interrupted ends.
        """
        while (
            time.time() - max(call.time for call in self.aws.calls(caller=Caller.LAMBDA)) < _QUIET
        ):
            time.sleep(1)
        if self.left():
            assert self.run("--clean-up", "--yes").returncode == 0

    def left(self) -> list[str]:
        """What there is of any run."""
        neptune = self.aws.client("neptune")
        cloudformation, logs = self.aws.client("cloudformation"), self.aws.client("logs")
        stacks = cloudformation.describe_stacks()["Stacks"]
        listed: dict[str, list[Any]] = {
            "DBClusterIdentifier": neptune.describe_db_clusters()["DBClusters"],
            "DBClusterSnapshotIdentifier": neptune.describe_db_cluster_snapshots()[
                "DBClusterSnapshots"
            ],
            "logGroupName": logs.describe_log_groups()["logGroups"],
            "StackName": [one for one in stacks if one["StackStatus"] != "DELETE_COMPLETE"],
            "Name": self.aws.client("events").list_rules()["Rules"],
        }
        names = [str(one[key]) for key, records in listed.items() for one in records]
        return [name for name in names if name.startswith("neptune-s")]
