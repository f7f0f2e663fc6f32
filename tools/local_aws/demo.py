"""``make demo``: the real ``cdk`` command line takes a Neptune snapshot on this machine."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError
from rich.console import Console

from deployment.cdk_cli import PROJECT, Cdk, CdkError
from fake_neptune import SnapshotBehaviour
from local_aws import signals
from local_aws.client import LocalAws, LocalAwsError
from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_provider.core.models import Snapshot

_CLUSTER = "my-graph"
_STACK = "NeptuneSnapshot"
_SNAPSHOT_SECONDS = 20
_INTERRUPTED = 130


class DemoError(RuntimeError):
    """Something is not as it should be; says what."""


class Screen:
    """The terminal, or a file where lines follow one another."""

    def __init__(self) -> None:
        """Use the standard output."""
        self.console = Console(highlight=False, soft_wrap=True)

    def line(self, text: str, style: str = "") -> None:
        """Print a line."""
        self.console.print(text, style=style, markup=False)

    def failure(self, text: str) -> None:
        """Print what went wrong."""
        self.line(f"✗ {text}", style="bold red")

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        """Show what is being done, and then a line that it is done and how long it took."""
        started = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(doing):
                yield
        else:
            yield
        self.done(done, started)

    def done(self, text: str, started: float | None = None) -> None:
        """Print that something is done, and how long it took."""
        took = "" if started is None else f"  ({time.monotonic() - started:.1f} s)"
        self.console.print(f"[green]✓[/] {text}[dim]{took}[/]")


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
        """Do all of it; a failed command raises `CdkError`, a wrong result `DemoError`."""
        screen = self._screen
        self._neptune.create_db_cluster(DBClusterIdentifier=_CLUSTER, Engine="neptune")
        screen.done(f"Neptune cluster {_CLUSTER} created through the API")
        with screen.step("cdk bootstrap", "cdk bootstrap: account prepared for deployments"):
            self._cdk.bootstrap(self._aws.account_id, self._aws.region).require()
        outputs = self._deploy()
        width = max(map(len, outputs))
        for name, value in outputs.items():
            screen.line(f"    {name:<{width}}  {value}")
        identifier, arn = outputs["SnapshotIdentifier"], outputs["SnapshotArn"]
        self._require_available(identifier, arn)
        screen.done(f"The Neptune API agrees: {identifier} is available, 100 %")
        with screen.step("cdk destroy", "cdk destroy: the stack is gone"):
            self._destroy()
        self._require_available(identifier, arn)
        screen.done(f"{identifier} is retained: a snapshot outlives its stack by default")

    def _deploy(self) -> dict[str, str]:
        self._aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=_SNAPSHOT_SECONDS))
        started = time.monotonic()
        with Board(self._screen.console) as board:
            board.waiting("cdk deploy: creating the provider")
            result = self._cdk.deploy_app(
                *("-c", f"cluster={_CLUSTER}", "--output", str(self._assembly)),
                # A rollback would delete the provider's log group, which explains the failure.
                "--no-rollback",
                cwd=PROJECT,
                meanwhile=lambda: self._show(board),
            )
            outputs = result.require().outputs
            # What happened since the last look, so that the bar never ends half way.
            self._show(board)
        done = "CloudFormation waited until the snapshot was available"
        self._screen.done(f"cdk deploy -c cluster={_CLUSTER}: {done}", started)
        return outputs

    def _destroy(self) -> None:
        self._cdk.destroy(self._assembly).require()
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
        describe = self._neptune.describe_db_cluster_snapshots
        try:
            (found,) = describe(DBClusterSnapshotIdentifier=identifier)["DBClusterSnapshots"]
        except ClientError as problem:
            raise DemoError(str(problem)) from problem
        expected = {"Status": "available", "PercentProgress": 100, "DBClusterSnapshotArn": arn}
        problems = [
            f"{field} is {found.get(field)!r} instead of {value!r}"
            for field, value in expected.items()
            if found.get(field) != value
        ]
        if problems:
            raise DemoError(f"snapshot {identifier}: {'; '.join(problems)}")


def main() -> int:
    """Run the demo; returns its exit status."""
    signals.end_cleanly()
    screen = Screen()
    started = time.monotonic()
    title = "A Neptune snapshot with `cdk deploy`, on AWS emulated on this machine"
    screen.line(f"\n{title}\n", style="bold")
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
        passed = f"It worked, in {time.monotonic() - started:.0f} s"
        screen.line(f"\n{passed}. Nothing is left running.\n", style="bold")
    return 0 if worked else 1


def _run(aws: LocalAws, screen: Screen) -> bool:
    try:
        Demo(aws, screen).run()
    except CdkError as problem:
        screen.failure("cdk failed. This is all it said, with the provider's log:")
        screen.line(str(problem))
    except (DemoError, FileNotFoundError) as problem:
        screen.failure(str(problem))
        screen.line("\n".join(["The provider's log:", *aws.function_log()]))
    else:
        return True
    screen.line(f"The end of the server's log:\n{aws.log_tail()}")
    return False


if __name__ == "__main__":
    sys.exit(main())
