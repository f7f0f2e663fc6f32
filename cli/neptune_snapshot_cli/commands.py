"""The command line: results go to the standard output, all that is said to standard error."""

import json
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Final

import typer
from rich.console import Console

from neptune_snapshot_cli import listing, options, table, take_commands
from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import ExitStatus, NotFound
from neptune_snapshot_cli.help import GroupedCommand, GroupedCommands
from neptune_snapshot_cli.options import Profile, Region
from neptune_snapshot_cli.planning import Planner
from neptune_snapshot_cli.retry import Clock, Terms
from neptune_snapshot_cli.running import Where, connect, ending, say
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.watching import SnapshotWatch
from neptune_snapshot_cli.watching_stack import StackWatch
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.models import Missing, Snapshot

app = typer.Typer(
    no_args_is_help=True,
    cls=GroupedCommands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Exit status: 0 success, 1 failure, 2 wrong usage, 3 no access to AWS,
  4 not found, 5 timeout, 130 Ctrl-C, 143 SIGTERM.
Help of a command: neptune-snapshot COMMAND --help
""",
)
_TAKE: Final = "Around a migration"
_SEE: Final = "See what there is"
_RESTORE: Final = "After a migration that failed"
app.command(
    cls=GroupedCommand,
    short_help="Take a snapshot, wait for it, print its ARN.",
    epilog=take_commands.TAKE_EXAMPLES,
    rich_help_panel=_TAKE,
)(take_commands.take)
app.command(
    cls=GroupedCommand,
    short_help="Say that a migration has succeeded.",
    epilog=take_commands.CONFIRM_EXAMPLES,
    rich_help_panel=_TAKE,
)(take_commands.confirm)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        typer.echo(f"neptune-snapshot {version('cdk-neptune-snapshot')}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    *,
    region: Region = None,
    profile: Profile = None,
    show_version: Annotated[  # noqa: ARG001 - its callback is all there is to it
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take, watch, list and restore snapshots of Amazon Neptune DB clusters.

    Uses your own AWS credentials. Only `take` and `confirm` change anything.
    """
    context.obj = Where(region, profile)


@app.command(
    cls=GroupedCommand,
    short_help="Show progress until snapshots are available.",
    epilog="""\b
Examples:
  neptune-snapshot watch --stack my-stack
  neptune-snapshot watch --stack my-stack --wait --timeout 1h
  neptune-snapshot watch --snapshot my-graph-v2-3f0c9d2e7a
""",
    rich_help_panel=_SEE,
)
def watch(  # noqa: PLR0913 - options
    context: typer.Context,
    more: options.MoreNames = None,
    *,
    stack: options.StackName = "",
    snapshot: options.SnapshotNames = None,
    wait: options.Wait = False,
    timeout: options.Timeout = None,
    as_json: options.AsJson = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Show the progress of snapshots until they are available; print their ARNs.

    With `--stack`: the stack's operation, until it ends. Start it while `cdk deploy` runs.

    With `--snapshot`: these snapshots, whoever takes them.

    A terminal shows bars, a log gets lines. Ctrl-C stops watching; the snapshot continues.
    """
    names = [*(snapshot or []), *(more or [])]
    if bool(stack) == bool(names):
        raise typer.BadParameter("Give either --stack NAME or --snapshot ID.")
    seconds = options.seconds(timeout)
    with ending("No longer watching; the operation continues."):
        aws = connect(context, region, profile)
        identifiers = [options.snapshot_identifier(name, aws.region) for name in names]
        with Board(Console(stderr=True)) as board:
            how = Terms(timeout=seconds, wait=wait)
            found = (
                StackWatch(aws, board, Clock(), how).run(stack)
                if stack
                else SnapshotWatch(aws, board, Clock(), how).run(identifiers)
            )
        if as_json:
            _print_json([attributes(one.fields) for one in found])
        else:
            _print_arns(found)


@app.command(
    name="list",
    cls=GroupedCommand,
    short_help="List snapshots, who took them, what may go.",
    epilog="""\b
Examples:
  neptune-snapshot list --cluster my-graph
  neptune-snapshot list --stack my-stack --keep-last 5 --json
""",
    rich_help_panel=_SEE,
)
def list_snapshots(  # noqa: PLR0913 - options
    context: typer.Context,
    *,
    cluster: options.ClusterName = "",
    stack: options.StackName = "",
    keep_last: options.KeepLast = 1,
    as_json: options.AsJson = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """List manual Neptune snapshots, newest first, and who took them.

    `prunable` is what `keep_last`, or `take --keep-last`, would delete. `kept` comes with its
    reason, such as `newest`, `replaced` (its stack uses it) or `foreign` (neither a stack nor
    `take` took it).
    """
    with ending():
        name = options.cluster_identifier(cluster)
        aws = connect(context, region, profile)
        rows, problems = listing.read(aws, cluster=name, stack=stack, keep_last=keep_last)
        for problem in problems:
            say(f"! {problem}", "yellow")
        if not rows:
            _explain_nothing(aws, name, stack)
        if as_json:
            typer.echo(listing.to_json(rows, time.time()))
        elif rows:
            table.print_rows(Console(), rows, time.time())


@app.command(
    cls=GroupedCommand,
    short_help="Print and check the command that restores.",
    epilog="""\b
Examples:
  neptune-snapshot restore-plan my-graph-v2-3f0c9d2e7a
  RESTORE=$(neptune-snapshot restore-plan "$ARN")
""",
    rich_help_panel=_RESTORE,
)
def restore_plan(
    context: typer.Context,
    identifier: options.SnapshotName,
    *,
    as_json: options.AsJson = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Print the command that restores a snapshot into a new cluster, and check what it needs.

    The command goes to the standard output, so that `RESTORE=$(neptune-snapshot restore-plan ID)`
    keeps it; the checks go to standard error. Nothing is restored.
    """
    with ending():
        aws = connect(context, region, profile)
        name = options.snapshot_identifier(identifier, aws.region, "ID")
        plan = Planner(aws, name).plan()
        if as_json:
            _print_json(plan.to_fields())
        else:
            table.print_checks(Console(stderr=True), plan.checks)
            typer.echo(plan.command)
        if not plan.is_good:
            raise typer.Exit(ExitStatus.FAILED)


def _print_json(found: object) -> None:
    typer.echo(json.dumps(found, indent=2))


def _print_arns(snapshots: Sequence[Snapshot]) -> None:
    for snapshot in snapshots:
        typer.echo(snapshot.arn)


def _explain_nothing(aws: Aws, cluster: str, stack: str) -> None:
    """Say that there is nothing to list; whether the cluster is there is worth a call then.

    Raises:
        NotFound: There is no such cluster either.
    """
    of_cluster = f" of cluster {cluster}" if cluster else ""
    of_stack = f" taken by stack {stack}" if stack else ""
    nothing = f"There is no manual Neptune snapshot{of_cluster}{of_stack} in {aws.region}"
    if cluster and isinstance(aws.cluster(cluster), Missing):
        raise NotFound(f"{nothing}, and no such cluster.", "Choose another --region?")
    say(f"{nothing}.")
