"""An account instead of local AWS: ``make smoke-aws`` runs the marked tests with ``--account``."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_logs as logs

from aws_smoke.account import connect
from aws_smoke.naming import Run
from aws_smoke.recording import Recorder, Records
from deployment.cdk_cli import Cdk, Result
from support.deployment import Deployment, Snapshots


@dataclass(frozen=True)
class AccountRun:
    """One run of ``make smoke-aws``.

    ``taken`` is a snapshot that exists and belongs to no stack; ``lanes`` are to be run.
    """

    recorder: Recorder
    taken: str
    lanes: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "AccountRun":
        """Read what the program has written, and connect to the account."""
        said = json.loads(path.read_text())
        recorder = Recorder(connect(), Run(said["run"]), said["cluster"], Records(path.parent))
        return cls(recorder, said["taken"], tuple(said["lanes"]))

    def snapshots(self, lane: str) -> Snapshots:
        """The snapshots of a lane; all lanes use one cluster."""
        recorder = self.recorder
        prefix = f"{recorder.run.named(lane)}-"
        return Snapshots(recorder.account, recorder.cluster, prefix)


class RecordedDeployment(Deployment):
    """A stack in an account, tagged to be found again; every step is recorded."""

    def __init__(self, recorder: Recorder, lane: str, directory: Path) -> None:
        name = recorder.run.named(lane)
        super().__init__(recorder.account, Cdk(os.environ, directory), name, directory)
        self.tags = recorder.run.tags
        self._recorder = recorder
        self._lane = lane

    def deploy(
        self, define: Callable[[cdk.Stack], object], *options: str, step: str = ""
    ) -> Result:
        def define_with_logs(stack: cdk.Stack) -> None:
            define(stack)
            keep_logs(stack)

        return super().deploy(define_with_logs, *options, step=step)

    def act(self, step: str, command: Callable[[], Result]) -> Result:
        return self._recorder.record(self._lane, step, command)


def keep_logs(stack: cdk.Stack) -> None:
    """Let log groups outlive the stack, to be read then, under names that are known."""
    for each in stack.node.find_all():
        if isinstance(each, logs.CfnLogGroup):
            each.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
            owner = each.node.path.split("/")[1]
            each.log_group_name = f"{stack.stack_name}-{owner}"
