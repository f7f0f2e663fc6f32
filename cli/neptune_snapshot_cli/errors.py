"""How the command ends, and what it says when it does not end well."""

from enum import IntEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """Exit statuses of every command."""

    OK = 0
    FAILED = 1
    """What was asked about is not well: a failed snapshot, a rollback, a check not passed."""
    USAGE = 2
    """The command line is wrong."""
    NO_ACCESS = 3
    """AWS could not be asked: credentials, region, profile, rights or the connection."""
    NOT_FOUND = 4
    """There is no such stack, cluster or snapshot."""
    TIMED_OUT = 5
    """``--timeout`` is over; what was watched goes on."""
    INTERRUPTED = 130
    """Ctrl-C; what was watched goes on."""


class CliError(Exception):
    """Ends a command.

    Args:
        message: what happened, to what.
        advice: what to do now.
    """

    status: ClassVar[ExitStatus] = ExitStatus.FAILED

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(f"{message} {advice}".rstrip())


class Failed(CliError):
    """What was asked about is not well."""


class NoAccess(CliError):
    """AWS could not be asked, and asking again will not help."""

    status = ExitStatus.NO_ACCESS


class Denied(NoAccess):
    """A right is missing.

    Attributes:
        action: the IAM action, such as ``rds:DescribeDBClusters``.
    """

    def __init__(self, action: str, said: str) -> None:
        self.action = action
        super().__init__(
            f"The right {action} is missing.",
            f"Have it allowed for these credentials, or choose others with --profile. "
            f"AWS says: {said}",
        )


class Unanswered(NoAccess):
    """AWS did not answer this time: throttled, a fault of the service, or no connection."""


class NotFound(CliError):
    """There is no such stack, cluster or snapshot."""

    status = ExitStatus.NOT_FOUND


class TimedOut(CliError):
    """``--timeout`` is over."""

    status = ExitStatus.TIMED_OUT
