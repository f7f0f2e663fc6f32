"""Runs the lanes side by side."""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from botocore.exceptions import ClientError

from aws_smoke.account import Account
from aws_smoke.asking import Questions
from aws_smoke.authorization import Trials
from aws_smoke.evidence import Done, Evidence
from aws_smoke.naming import Run, as_mapping
from aws_smoke.scenarios import Step, lanes
from aws_smoke.screen import Screen
from aws_smoke.stacks import Recipe, define
from aws_smoke.watching import manual_snapshots
from deployment.cdk_cli import Cdk, Result, Stopped, synthesize

_RETRIES_SECONDS: Final = 225.0
"""Lambda tries again after one and after two more minutes."""
_INGESTION_SECONDS: Final = 10.0
"""CloudWatch Logs shows a line some seconds late."""


class Lanes:
    """All scenarios of a run, but those in ``skipped``."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self,
        account: Account,
        run: Run,
        cluster: str,
        cdk: Cdk,
        evidence: Evidence,
        screen: Screen,
    ) -> None:
        """Prepare for a cluster."""
        self._account = account
        self._run = run
        self._cluster = cluster
        self._cdk = cdk
        self._evidence = evidence
        self._screen = screen
        self._questions = Questions(account, run, cluster, evidence)
        self._trials = Trials(account, run, cluster, evidence, self._questions)
        self._assemblies: dict[str, Path] = {}
        self._over = threading.Event()
        self.stack_ids: dict[str, str] = {}

    def synthesise(self, directory: Path, wanted: tuple[str, ...]) -> None:
        """Write all templates first: what fails here costs nothing.

        Args:
            directory: Where to write them.
            wanted: Names of the lanes to run.
        """
        for lane, steps in self._steps(wanted).items():
            name = self._run.named(lane)
            for number, step in enumerate(steps):
                recipe = step.recipe
                if recipe is None:
                    continue
                self._assemblies[step.name] = synthesize(
                    directory / f"{lane}-{number}",
                    name,
                    partial(define, recipe=recipe, cluster=self._cluster, prefix=name),
                    self._run.tags,
                )

    def run(self, wanted: tuple[str, ...]) -> None:
        """Ask Neptune, then run the lanes; returns when all have ended.

        Raises:
            KeyboardInterrupt: As it comes; what runs has been stopped then.
        """
        threads = [
            threading.Thread(target=self._run_lane, args=(lane, steps), daemon=True)
            for lane, steps in self._steps(wanted).items()
        ]
        try:
            self._screen.doing("asking Neptune directly")
            self._questions.ask_neptune()
            self._questions.ask_others()
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                time.sleep(0.2)
            time.sleep(_INGESTION_SECONDS if not self._account.foreign_endpoint else 0)
        finally:
            self._over.set()
            self._cdk.stop()
            for thread in threads:
                if thread.is_alive():
                    thread.join()

    def _steps(self, wanted: tuple[str, ...]) -> Mapping[str, tuple[Step, ...]]:
        every = lanes(self._questions.taken)
        return {lane: steps for lane, steps in every.items() if lane in wanted}

    def _run_lane(self, lane: str, steps: tuple[Step, ...]) -> None:
        assembly: Path | None = None
        try:
            for step in steps:
                assembly = self._assemblies.get(step.name, assembly)
                done = self._run_step(lane, step, assembly)
                self._evidence.steps.append(done)
                self._screen.scenario(done)
                self._follow_up(done)
                # What follows would only say the same again.
                if done.problem:
                    return
        except Stopped:
            return
        except Exception as problem:  # noqa: BLE001 - other lanes go on
            text = f"{type(problem).__name__}: {problem}"
            done = Done(lane, steps[0].name, False, text, "", {}, {}, problem=text)  # noqa: FBT003
            self._evidence.steps.append(done)
            self._screen.scenario(done)

    def _run_step(self, lane: str, step: Step, assembly: Path | None) -> Done:
        name, before, began = self._run.named(lane), self._snapshots(lane), time.time()
        if assembly is None:
            raise RuntimeError(f"{step.name} has nothing to begin with")
        result = self._act(step.recipe, assembly)
        status = self._status(lane, name)
        after = self._snapshots(lane)
        done = Done(
            lane=lane,
            step=step.name,
            succeeded=result.succeeded,
            output=result.output,
            status=status,
            before=before,
            after=after,
            began=began,
            ended=time.time(),
            outputs=result.outputs,
        )
        return replace(done, problem=step.problem(done))

    def _act(self, recipe: Recipe | None, assembly: Path) -> Result:
        if recipe is None:
            return self._cdk.destroy(assembly)
        options = () if recipe.rollback else ("--no-rollback",)
        return self._cdk.deploy(assembly, *options)

    def _snapshots(self, lane: str) -> dict[str, dict[str, str]]:
        """The snapshots of a lane with their tags."""
        found = {}
        neptune = self._account.client("neptune")
        for record in manual_snapshots(self._account, self._cluster):
            name = str(record["DBClusterSnapshotIdentifier"])
            if name.startswith(f"{self._run.named(lane)}-"):
                arn = record["DBClusterSnapshotArn"]
                tags = neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
                found[name] = as_mapping(tags)
        return found

    def _status(self, lane: str, name: str) -> str:
        cloudformation = self._account.client("cloudformation")
        try:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError:
            return ""
        self.stack_ids[lane] = stack["StackId"]
        return str(stack["StackStatus"])

    def _follow_up(self, done: Done) -> None:
        """Ask what only a function or role of a deployed stack can be asked."""
        function = done.outputs.get("Function", "")
        if role := done.outputs.get("RoleArn"):
            self._trials.run(role)
        if done.lane == "retries" and function:
            self._account.client("lambda").invoke(
                FunctionName=function, InvocationType="Event", Payload=b'{"attempt": "failing"}'
            )
            self._over.wait(_RETRIES_SECONDS)
