"""Options of ``take``, and how their values are read: by the rules of the resource's properties."""

import shlex
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import typer

from neptune_snapshot_cli import options
from neptune_snapshot_cli.running import where
from neptune_snapshot_provider.contract import (
    CHAIN_TIMEOUT_MAX,
    KEEP_LAST_MAX,
    REUSE_SECONDS_MAX,
    TAGS_MAX,
    CallerTag,
    OwnerTag,
)
from neptune_snapshot_provider.name_rules import identifier_problem, parameter_problem, tag_problem

TIMEOUT_DEFAULT: Final = float(CHAIN_TIMEOUT_MAX)
_TAGS_MAX: Final = TAGS_MAX + len((OwnerTag.STACK, OwnerTag.RESOURCE)) - len(CallerTag)
"""Tags a user can give."""

_SNAPSHOT: Final = "The snapshot"
_OLDER: Final = "Older snapshots and the parameter"

Cluster = Annotated[
    str, typer.Argument(metavar="CLUSTER", help="The identifier of a Neptune DB cluster.")
]
RequestId = Annotated[
    str,
    typer.Option(
        "--request",
        rich_help_panel=_SNAPSHOT,
        metavar="ID",
        help="Names this run, such as the run's ID in CI. A second run with the same ID finds the "
        "snapshot of the first and takes none. Default: a new ID, which is printed.",
    ),
]
Prefix = Annotated[
    str,
    typer.Option(
        "--prefix",
        rich_help_panel=_SNAPSHOT,
        metavar="TEXT",
        help="What the snapshot's name starts with. Default: the cluster's identifier.",
    ),
]
Trigger = Annotated[
    str,
    typer.Option(
        "--trigger",
        rich_help_panel=_SNAPSHOT,
        metavar="TEXT",
        help="What the snapshot is for, such as the migration's version. It is part of the name, "
        "and only a snapshot with the same trigger is reused.",
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        rich_help_panel=_SNAPSHOT,
        metavar="KEY=VALUE",
        help="A tag of the snapshot. May be repeated.",
    ),
]
KeepLast = Annotated[
    int | None,
    typer.Option(
        "--keep-last",
        rich_help_panel=_OLDER,
        metavar="N",
        help="Delete older snapshots of this owner and cluster, but keep the newest N. A snapshot "
        "is only deleted when `confirm` has said that a later one's migration has succeeded. "
        "Default: delete none.",
    ),
]
Reuse = Annotated[
    str | None,
    typer.Option(
        "--reuse-younger-than",
        rich_help_panel=_SNAPSHOT,
        metavar="DURATION",
        help="Instead of a new snapshot, use one of this owner, cluster and trigger that is "
        "younger than this, unless its migration has succeeded. Default: always take a new one.",
    ),
]
Parameter = Annotated[
    str,
    typer.Option(
        "--last-good-parameter",
        rich_help_panel=_OLDER,
        metavar="NAME",
        help="A parameter of Parameter Store in which the ARN is written. After an attempt that "
        "failed it keeps naming the first snapshot.",
    ),
]
Owner = Annotated[
    str,
    typer.Option(
        "--owner",
        rich_help_panel=_SNAPSHOT,
        metavar="NAME",
        help="Whose snapshot it is. Runs of one pipeline have the same owner. Default: the ARN of "
        "the role or user, without the session's name.",
    ),
]
Timeout = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        metavar="DURATION",
        help="Give up after 90s, 45m, 2h; the snapshot continues. Default: 12h.",
    ),
]


def cluster(value: str) -> str:
    """Read the cluster's identifier, in lower case, as Neptune stores it.

    Raises:
        typer.BadParameter: It is none.
    """
    return _identifier("CLUSTER", value)


def prefix(value: str) -> str:
    """Read a prefix; empty stays empty.

    Raises:
        typer.BadParameter: It breaks a rule of identifiers.
    """
    return _identifier("--prefix", value) if value else ""


def tags(values: Sequence[str]) -> dict[str, str]:
    """Read tags.

    Raises:
        typer.BadParameter: One breaks a rule, or there are too many.
    """
    found: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"--tag {text!r} must be KEY=VALUE")
        if problem := tag_problem(key, value):
            raise typer.BadParameter(f"--tag {text!r}: {problem}")
        found[key] = value
    if len(found) > _TAGS_MAX:
        raise typer.BadParameter(f"--tag: {len(found)} tags; must be at most {_TAGS_MAX}")
    return found


def keep_last(value: int | None) -> int:
    """Read how many snapshots to keep; 0 stands for all.

    Raises:
        typer.BadParameter: It is too small or too large.
    """
    if value is None:
        return 0
    if not 1 <= value <= KEEP_LAST_MAX:
        rule = f"must be a whole number from 1 to {KEEP_LAST_MAX}"
        raise typer.BadParameter(f"--keep-last {value} {rule}")
    return value


def reuse_seconds(value: str | None) -> int:
    """Read how young a snapshot must be to be reused, in seconds; 0 stands for never.

    Raises:
        typer.BadParameter: It is no duration, or too long.
    """
    found = int(options.seconds(value, "--reuse-younger-than") or 0)
    if found > REUSE_SECONDS_MAX:
        rule = f"must be at most {REUSE_SECONDS_MAX // 86400}d"
        raise typer.BadParameter(f"--reuse-younger-than {value!r} {rule}")
    return found


def parameter(value: str) -> str:
    """Read the name of a parameter; empty stays empty.

    Raises:
        typer.BadParameter: It breaks a rule.
    """
    if value and (problem := parameter_problem(value)):
        raise typer.BadParameter(f"--last-good-parameter {value!r}: {problem}")
    # It is kept in a tag.
    return tag_value("--last-good-parameter", value)


def tag_value(option: str, value: str) -> str:
    """Read a text that becomes the value of an owner tag; empty stays empty.

    Raises:
        typer.BadParameter: It breaks a rule of tags.
    """
    if value and (problem := tag_problem("key", value)):
        raise typer.BadParameter(f"{option} {value!r}: {problem}")
    return value


def new_request_id() -> str:
    """An ID that no other run has."""
    return uuid.uuid4().hex


def resume(context: typer.Context, changed: Mapping[str, str]) -> str:
    """The command that continues a run.

    Args:
        context: The run's own command.
        changed: Values by parameter that differ from those that were given.
    """
    found = where(context, context.params.get("region"), context.params.get("profile"))
    given = {**context.params, "region": found.region, "profile": found.profile, **changed}
    words = ["neptune-snapshot", str(context.info_name)]
    for one in context.command.params:
        value = given.get(str(one.name))
        if one.param_type_name == "argument":
            words.append(str(value))
        elif value is True:
            words.append(one.opts[0])
        elif value:
            for each in value if isinstance(value, list | tuple) else (value,):
                words += (one.opts[0], str(each))
    return shlex.join(words)


def _identifier(option: str, value: str) -> str:
    if problem := identifier_problem(value):
        raise typer.BadParameter(f"{option} {value!r}: {problem}")
    return value.lower()
