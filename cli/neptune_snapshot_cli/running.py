"""What all commands share: where AWS is called, and how a command ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.text import Text

from neptune_snapshot_cli import boto
from neptune_snapshot_cli.errors import CliError, ExitStatus, Terminated


@dataclass(frozen=True)
class Where:
    """Options given before the command."""

    region: str | None = None
    profile: str | None = None


def where(context: typer.Context, region: str | None, profile: str | None) -> Where:
    """Take options from behind the command, or else from before it."""
    before = context.find_object(Where) or Where()
    return Where(region or before.region, profile or before.profile)


def connect(context: typer.Context, region: str | None, profile: str | None) -> boto.BotoAws:
    """Use the caller's credentials.

    Raises:
        NoAccess: There is no such profile, or no region.
    """
    found = where(context, region, profile)
    return boto.connect(found.region, found.profile)


@contextmanager
def ending(interrupted: str | Callable[[], str] = "Interrupted.") -> Iterator[None]:
    """Turn what went wrong into a sentence and an exit status.

    Args:
        interrupted: What to say at Ctrl-C or SIGTERM.
    """
    try:
        yield
    except CliError as problem:
        headline, *more = str(problem).splitlines()
        say(f"✗ {headline}", "bold red")
        for line in more:
            say(f"  {line}")
        raise typer.Exit(problem.status) from problem
    except (KeyboardInterrupt, Terminated) as end:
        say(interrupted if isinstance(interrupted, str) else interrupted())
        is_terminated = isinstance(end, Terminated)
        status = ExitStatus.TERMINATED if is_terminated else ExitStatus.INTERRUPTED
        raise typer.Exit(status) from end


def say(text: str, style: str = "") -> None:
    """Print to standard error."""
    Console(stderr=True).print(Text(text, style=style), soft_wrap=True, highlight=False)
