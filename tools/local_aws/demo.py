"""``make demo``: the real ``cdk`` command line takes a Neptune snapshot on this machine."""

import sys
import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from deployment.cdk_cli import PROJECT, Cdk, Result
from fake_neptune import SnapshotBehaviour
from local_aws import signals
from local_aws.client import LocalAws, LocalAwsError
from local_aws.demo_screen import Screen
from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_provider.core.models import Snapshot

if TYPE_CHECKING:
    from types_boto3_neptune.type_defs import DBClusterSnapshotTypeDef

_CLUSTER = "my-graph"
_STACK = "NeptuneSnapshot"
_SNAPSHOT_SECONDS = 20
_INTERRUPTED = 130


class DemoError(RuntimeError):
    """Something is not as it should be; says what."""


class CdkError(DemoError):
    """A command failed; ``output`` is all that it printed."""

    def __init__(self, command: str, output: str) -> None:
        """Keep what it printed."""
        super().__init__(f"cdk {command} failed")
        self.output = output


class Demo:
    """The demo's steps, in order."""

    def __init__(self, aws: LocalAws, screen: Screen) -> None:
        """Use a running server and a screen."""
        self._aws = aws
        self._screen = screen
        self._cdk = Cdk(aws.environment, aws.directory)
        self._assembly = aws.directory / "cdk.out"
        self._neptune = aws.client("neptune")

    def run(self) -> None:
        """Do all of it; a failed command and a wrong result raise `DemoError`."""
        self._prepare()
        outputs = self._deploy()
        self._screen.values(outputs)
        identifier = outputs["SnapshotIdentifier"]
        self._require_available(identifier, outputs["SnapshotArn"])
        self._screen.done(f"The Neptune API agrees: {identifier} is available, 100 %")
        self._destroy()
        self._require_available(identifier, outputs["SnapshotArn"])
        self._screen.done(f"{identifier} is retained: a snapshot outlives its stack by default")

    def _prepare(self) -> None:
        self._neptune.create_db_cluster(DBClusterIdentifier=_CLUSTER, Engine="neptune")
        self._screen.done(f"Neptune cluster {_CLUSTER} created through the API")
        with self._screen.step("cdk bootstrap", "cdk bootstrap: account prepared for deployments"):
            _require("bootstrap", self._cdk.bootstrap(self._aws.account_id, self._aws.region))

    def _deploy(self) -> dict[str, str]:
        self._aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=_SNAPSHOT_SECONDS))
        started = time.monotonic()
        command = f"cdk deploy -c cluster={_CLUSTER}"
        with self._screen.board() as board:
            board.waiting("cdk deploy: creating the provider")
            result = self._cdk.deploy_app(
                *("-c", f"cluster={_CLUSTER}", "--output", str(self._assembly)),
                # A rollback would delete the provider's log group, which explains the failure.
                "--no-rollback",
                cwd=PROJECT,
                meanwhile=lambda: self._show(board),
            )
            outputs = _require("deploy", result).outputs
            # What happened since the last look, so that the bar never ends half way.
            self._show(board)
        self._screen.done(
            f"{command}: CloudFormation waited until the snapshot was available", started
        )
        return outputs

    def _destroy(self) -> None:
        with self._screen.step("cdk destroy", "cdk destroy: the stack is gone"):
            _require("destroy", self._cdk.destroy(self._assembly))
            try:
                self._aws.client("cloudformation").describe_stacks(StackName=_STACK)
            except ClientError:
                return
            raise DemoError(f"the stack {_STACK} is still there after cdk destroy")

    def _show(self, board: Board) -> None:
        found = self._neptune.describe_db_cluster_snapshots(DBClusterIdentifier=_CLUSTER)
        for fields in found["DBClusterSnapshots"]:
            view = View.of(Snapshot.of(fields))
            board.waiting("cdk deploy: finishing the stack" if view.is_available else "")
            board.show(view)

    def _require_available(self, identifier: str, arn: str) -> None:
        snapshot = self._describe(identifier)
        problems = [
            f"{field} is {snapshot.get(field)!r} instead of {expected!r}"
            for field, expected in (
                ("Status", "available"),
                ("PercentProgress", 100),
                ("DBClusterSnapshotArn", arn),
            )
            if snapshot.get(field) != expected
        ]
        if problems:
            raise DemoError(f"snapshot {identifier}: {'; '.join(problems)}")

    def _describe(self, identifier: str) -> "DBClusterSnapshotTypeDef":
        try:
            found = self._neptune.describe_db_cluster_snapshots(
                DBClusterSnapshotIdentifier=identifier
            )
        except ClientError as problem:
            raise DemoError(str(problem)) from problem
        return found["DBClusterSnapshots"][0]


def _require(command: str, result: Result) -> Result:
    if not result.succeeded:
        raise CdkError(command, result.output)
    return result


def main() -> int:
    """Run the demo; returns its exit status."""
    signals.end_cleanly()
    screen = Screen()
    started = time.monotonic()
    screen.title("A Neptune snapshot with `cdk deploy`, on AWS emulated on this machine")
    try:
        with LocalAws() as aws:
            screen.done(f"AWS is at {aws.endpoint_url}; no account is needed or used", started)
            try:
                worked = _run(aws, screen)
            finally:
                # From here on it only cleans up: a second Ctrl-C must not stop that half way.
                signals.ignore()
    except LocalAwsError as problem:
        screen.failure(str(problem))
        return 1
    except KeyboardInterrupt:
        screen.failure("Interrupted; its processes and files are gone")
        return _INTERRUPTED
    except signals.EndedBySignal as ending:
        screen.failure("Asked to end; its processes and files are gone")
        return int(ending.code or 1)
    if worked:
        screen.title(f"It worked, in {time.monotonic() - started:.0f} s. Nothing is left running.")
    return 0 if worked else 1


def _run(aws: LocalAws, screen: Screen) -> bool:
    try:
        Demo(aws, screen).run()
    except CdkError as problem:
        screen.failure(f"{problem}. This is all it said, with the provider's log:")
        screen.line(problem.output)
    except (DemoError, FileNotFoundError) as problem:
        screen.failure(str(problem))
        screen.line("\n".join(["The provider's log:", *aws.function_log()]))
    else:
        return True
    screen.line(f"The end of the server's log:\n{aws.log_tail()}")
    return False


if __name__ == "__main__":
    sys.exit(main())
