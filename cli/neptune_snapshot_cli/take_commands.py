"""``take`` and ``confirm``: the commands that change something."""

import json
from datetime import UTC, datetime
from typing import Final

import typer
from rich.console import Console

from neptune_snapshot_cli import confirming, options, take_options
from neptune_snapshot_cli.caller import CallerAws
from neptune_snapshot_cli.errors import CliError
from neptune_snapshot_cli.options import Profile, Region
from neptune_snapshot_cli.refusals import access
from neptune_snapshot_cli.running import connect, ending, say
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.taking import Take, Wanted, to_fields
from neptune_snapshot_provider.clock import SystemClock
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.name_rules import tag_problem

TAKE_EXAMPLES: Final = """\b
Examples:
  ARN=$(neptune-snapshot take my-graph)
  ARN=$(neptune-snapshot take my-graph --request "$RUN_ID" --keep-last 5)
  neptune-snapshot take my-graph --trigger v2 --tag team=graph --json
"""
CONFIRM_EXAMPLES: Final = """\b
Example:
  ./migrate && neptune-snapshot confirm "$ARN"
"""


def take(  # noqa: PLR0913 - options
    context: typer.Context,
    cluster: take_options.Cluster,
    *,
    request: take_options.RequestId = "",
    trigger: take_options.Trigger = "",
    prefix: take_options.Prefix = "",
    tag: take_options.Tags = None,
    keep_last: take_options.KeepLast = None,
    last_good_parameter: take_options.Parameter = "",
    reuse_younger_than: take_options.Reuse = None,
    owner: take_options.Owner = "",
    timeout: take_options.Timeout = None,
    as_json: options.AsJson = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Take a snapshot before a migration, wait until it is available, and print its ARN.

    For a migration that is a script. Waits for a busy cluster. The ARN goes to the standard
    output, everything else to standard error.

    Run it again with the same `--request` after an interruption: it continues, and never takes a
    second snapshot. Ctrl-C stops waiting; the snapshot continues.
    """
    properties = Properties(
        cluster=take_options.cluster(cluster),
        prefix=take_options.prefix(prefix),
        trigger=trigger,
        tags=take_options.tags(tag or []),
        keep_last=take_options.keep_last(keep_last),
        last_good_parameter=take_options.parameter(last_good_parameter),
        reuse_seconds=take_options.reuse_seconds(reuse_younger_than),
    )
    request_id = take_options.tag_value("--request", request)
    is_new = not request_id
    request_id = request_id or take_options.new_request_id()
    resume = take_options.resume(context, {"request": request_id})
    seconds = options.seconds(timeout) or take_options.TIMEOUT_DEFAULT
    caller = take_options.tag_value("--owner", owner)
    with ending(f"Interrupted. No snapshot was started.\nTo continue: {resume}"):
        aws = connect(context, region, profile).caller
        wanted = Wanted(
            caller=caller or _caller(aws),
            request_id=request_id,
            properties=properties,
            timeout=seconds,
            resume=resume,
        )
    if is_new:
        say(f"  request {request_id}; to continue after an interruption: {resume}")
    _run(aws, wanted, as_json=as_json)


def confirm(
    context: typer.Context,
    identifier: options.SnapshotName,
    *,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Say that the migration after a snapshot has succeeded.

    From then on `take --keep-last` may delete snapshots that are older than this one, and
    `take --last-good-parameter` names the next one. Without it nothing is deleted, as an older
    snapshot may be the only copy of the data before a migration that failed.
    """
    with ending():
        aws = connect(context, region, profile)
        name = options.snapshot_identifier(identifier, aws.region, "ID")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        say(confirming.confirm(aws.caller, SystemClock(), name, now))


def _run(aws: CallerAws, wanted: Wanted, *, as_json: bool) -> None:
    board = Board(Console(stderr=True))
    command = Take(aws, SystemClock(), board, wanted)
    with ending(command.continuing):
        with board:
            response = command.run()
        if as_json:
            typer.echo(json.dumps(to_fields(response, wanted), indent=2))
        elif response.snapshot:
            typer.echo(response.snapshot.arn)


def _caller(aws: CallerAws) -> str:
    with access():
        name = aws.caller()
    if problem := tag_problem("key", name):
        raise CliError(f"{name} cannot be a tag: {problem}.", "Give --owner.")
    return name
