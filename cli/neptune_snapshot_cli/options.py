"""Options and how their values are read."""

import re
from typing import Annotated, Final

import typer

from neptune_snapshot_provider.contract import KEEP_LAST_MAX
from neptune_snapshot_provider.name_rules import identifier_problem

_ARN: Final = re.compile(r"arn:[^:]+:rds:([^:]+):[^:]*:cluster-snapshot:(.+)")
_DURATION: Final = re.compile(r"(\d+)([smhd]?)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

Region = Annotated[
    str | None,
    typer.Option("--region", metavar="REGION", help="AWS region. Default: as the AWS CLI's."),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="AWS profile. Default: as the AWS CLI's."),
]
StackName = Annotated[
    str,
    typer.Option("--stack", metavar="NAME", help="A stack's name or ARN."),
]
SnapshotNames = Annotated[
    list[str] | None,
    typer.Option(
        "--snapshot",
        metavar="ID",
        help="A snapshot's identifier or ARN; more may follow, or repeat the option.",
    ),
]
MoreNames = Annotated[list[str] | None, typer.Argument(metavar="ID", hidden=True)]
SnapshotName = Annotated[str, typer.Argument(metavar="ID", help="A snapshot's identifier or ARN.")]
ClusterName = Annotated[
    str,
    typer.Option("--cluster", metavar="ID", help="Only snapshots of this cluster. Default: all."),
]
Wait = Annotated[
    bool,
    typer.Option(
        "--wait",
        help="Wait for a stack or snapshot that does not exist yet, or for the next "
        "update of an idle stack. Default: report it and end.",
    ),
]
Timeout = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        metavar="DURATION",
        help="Give up after 90s, 45m, 2h; the snapshot continues. Default: never.",
    ),
]
KeepLast = Annotated[
    int,
    typer.Option(
        "--keep-last",
        metavar="N",
        min=1,
        max=KEEP_LAST_MAX,
        help="Call prunable what `keep_last=N` would delete.",
        show_default=True,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; its keys are documented.")]


def snapshot_identifier(value: str, region: str, option: str = "--snapshot") -> str:
    """Read a snapshot's identifier, or its ARN.

    Raises:
        typer.BadParameter: It is neither, or the ARN is of another region.
    """
    arn = _ARN.fullmatch(value)
    if arn and arn[1] != region:
        raise typer.BadParameter(f"{value} is in {arn[1]}, not in {region}: add --region {arn[1]}")
    identifier = (arn[2] if arn else value).lower()
    # Automated snapshots are called rds:…
    if problem := identifier_problem(identifier.removeprefix("rds:")):
        raise typer.BadParameter(f"{option} {value!r} is no snapshot identifier: {problem}")
    return identifier


def cluster_identifier(value: str) -> str:
    """Read a cluster's identifier; empty stays empty.

    Raises:
        typer.BadParameter: It is none.
    """
    if value and (problem := identifier_problem(value)):
        raise typer.BadParameter(f"--cluster {value!r} is no cluster identifier: {problem}")
    return value.lower()


def seconds(value: str | None, option: str = "--timeout") -> float | None:
    """Read a duration such as ``90s``, ``45m``, ``2h`` or ``1d``; plain numbers are seconds.

    Raises:
        typer.BadParameter: It is none.
    """
    if value is None:
        return None
    match = _DURATION.fullmatch(value)
    if match is None or int(match[1]) == 0:
        raise typer.BadParameter(f"{option} {value!r} is no duration such as 90s, 45m, 2h or 1d")
    return float(int(match[1]) * _SECONDS[match[2]])
