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


@dataclass(frozen=True)
class Step:
    """One deployment or deletion of a scenario's stack, with its times since the epoch.

    ``status`` and ``stack_id`` are empty without a stack; ``before`` and ``after`` are the
    snapshots of the lane with their tags.
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

    def contains(self, time: float) -> bool:
        """Whether it lasted at a time."""
        return self.began <= time <= self.ended


@dataclass(frozen=True)
class Ending:
    """How a scenario ended; ``problem`` is empty if all was as it should be."""

    lane: str
    title: str
    problem: str
    seconds: float


@dataclass(frozen=True)
class Records:
    """The steps and endings of scenarios, in a folder that several processes share."""

    folder: Path

    def add(self, record: Step | Ending) -> None:
        """Record a step or an ending; one process writes those of a lane."""
        with (self.folder / f"{record.lane}.jsonl").open("a") as file:
            file.write(json.dumps([type(record).__name__, asdict(record)]) + "\n")

    def steps(self) -> list[Step]:
        """All steps so far, in the order of their beginnings."""
        return sorted((Step(**one) for one in self._read("Step")), key=lambda one: one.began)

    def endings(self) -> list[Ending]:
        """How each scenario has ended; what is recorded last of it counts."""
        return list({one["lane"]: Ending(**one) for one in self._read("Ending")}.values())

    def _read(self, kind: str) -> list[dict[str, Any]]:
        # A line that another process is just writing has no end yet.
        records = [
            json.loads(line)
            for file in sorted(self.folder.glob("*.jsonl"))
            for line in file.read_text().splitlines(keepends=True)
            if line.endswith("\n")
        ]
        return [fields for name, fields in records if name == kind]


@dataclass(frozen=True)
class Recorder:
    """Records what the command line does to the stacks of a run."""

    account: Account
    run: Run
    cluster: str
    records: Records

    def record(self, lane: str, name: str, command: Callable[[], Result]) -> Result:
        """Run a command for a lane's stack, and record it with the snapshots it found and left."""
        before, began = self._snapshots(lane), time.time()
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
            after=self._snapshots(lane),
            began=began,
            ended=time.time(),
            outputs=result.outputs,
        )
        self.records.add(step)
        return result

    def _snapshots(self, lane: str) -> dict[str, dict[str, str]]:
        list_tags = self.account.client("neptune").list_tags_for_resource
        return {
            name: as_mapping(list_tags(ResourceName=one["DBClusterSnapshotArn"])["TagList"])
            for one in manual_snapshots(self.account, self.cluster)
            if (name := one["DBClusterSnapshotIdentifier"]).startswith(f"{self.run.named(lane)}-")
        }

    def _describe(self, lane: str) -> tuple[str, str]:
        try:
            name = self.run.named(lane)
            found = self.account.client("cloudformation").describe_stacks(StackName=name)
        except ClientError:
            return "", ""
        return found["Stacks"][0]["StackStatus"], found["Stacks"][0]["StackId"]
