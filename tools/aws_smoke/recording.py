"""What a scenario did to its stack, step by step, and how the scenario ended."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from aws_smoke.account import Account, manual_snapshots
from aws_smoke.naming import Run, as_mapping
from deployment.cdk_cli import Result

_STEPS, _ENDING = "steps.jsonl", "ending.json"


@dataclass(frozen=True)
class Step:
    """One deployment or deletion of a scenario's stack.

    Attributes:
        lane: The scenario, and the end of its stack's name.
        name: What was done.
        succeeded: Whether the command line succeeded.
        output: What it printed.
        status: Of the stack afterwards; empty if it is gone.
        stack_id: Of the stack; empty if there was none.
        before: Snapshots of the lane before the step, with their tags.
        after: Snapshots of the lane after it.
        began: Seconds since the epoch.
        ended: Likewise.
        outputs: Of the stack.
    """

    lane: str
    name: str
    succeeded: bool
    output: str = ""
    status: str = ""
    stack_id: str = ""
    before: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]], hash=False)
    after: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]], hash=False)
    began: float = 0.0
    ended: float = 0.0
    outputs: dict[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def gone(self) -> list[str]:
        """Snapshots that this step deleted."""
        return [name for name in self.before if name not in self.after]


@dataclass(frozen=True)
class Ending:
    """How a scenario ended; ``problem`` is empty if all was as it should be."""

    lane: str
    title: str
    problem: str
    seconds: float


class Records:
    """The steps and endings of scenarios, in a folder that several processes share."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which exists."""
        self._folder = folder

    def add(self, step: Step) -> None:
        """Record a step; one process writes those of a lane."""
        with self._file(step.lane, _STEPS).open("a") as file:
            file.write(json.dumps(asdict(step)) + "\n")

    def end(self, ending: Ending) -> None:
        """Record how a scenario ended."""
        self._file(ending.lane, _ENDING).write_text(json.dumps(asdict(ending)) + "\n")

    def steps(self) -> list[Step]:
        """All steps so far, in the order of their beginnings."""
        return sorted((Step(**one) for one in self._read(_STEPS)), key=lambda one: one.began)

    def endings(self) -> list[Ending]:
        """The scenarios that have ended."""
        return [Ending(**one) for one in self._read(_ENDING)]

    def _file(self, lane: str, name: str) -> Path:
        return self._folder / f"{lane}.{name}"

    def _read(self, name: str) -> list[dict[str, Any]]:
        # A line that another process is just writing has no end yet.
        return [
            json.loads(line)
            for file in sorted(self._folder.glob(f"*.{name}"))
            for line in file.read_text().splitlines(keepends=True)
            if line.endswith("\n")
        ]


@dataclass(frozen=True)
class Recorder:
    """Records what the command line does to the stacks of a run."""

    account: Account
    run: Run
    cluster: str
    records: Records

    def record(self, lane: str, name: str, command: Callable[[], Result]) -> Result:
        """Run a command for a lane's stack, and record it with the snapshots it found and left."""
        before, began = self.snapshots(lane), time.time()
        # What is deleted is not found afterwards.
        _, old_id = self._describe(lane)
        result = command()
        status, stack_id = self._describe(lane)
        step = Step(
            lane=lane,
            name=name,
            succeeded=result.succeeded,
            output=result.output,
            status=status,
            stack_id=stack_id or old_id,
            before=before,
            after=self.snapshots(lane),
            began=began,
            ended=time.time(),
            outputs=result.outputs,
        )
        self.records.add(step)
        return result

    def snapshots(self, lane: str) -> dict[str, dict[str, str]]:
        """The snapshots of a lane with their tags."""
        found = {}
        neptune = self.account.client("neptune")
        for record in manual_snapshots(self.account, self.cluster):
            name = str(record["DBClusterSnapshotIdentifier"])
            if name.startswith(f"{self.run.named(lane)}-"):
                arn = record["DBClusterSnapshotArn"]
                tags = neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
                found[name] = as_mapping(tags)
        return found

    def _describe(self, lane: str) -> tuple[str, str]:
        try:
            name = self.run.named(lane)
            found = self.account.client("cloudformation").describe_stacks(StackName=name)
        except ClientError:
            return "", ""
        return found["Stacks"][0]["StackStatus"], found["Stacks"][0]["StackId"]
