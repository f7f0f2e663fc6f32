"""How the command ends, and what it says when it does not end well."""

from enum import IntEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """Exit statuses of every command."""

    OK = 0
    FAILED = 1
    """A failed snapshot, a rollback, or a failed check."""
    USAGE = 2
    """The command line is wrong."""
    NO_ACCESS = 3
    """AWS cannot be called: credentials, region, profile, permissions or the connection."""
    NOT_FOUND = 4
    """There is no such stack, cluster or snapshot."""
    TIMED_OUT = 5
    """``--timeout`` is over; the operation continues."""
    INTERRUPTED = 130
    """Ctrl-C; the operation continues."""
    TERMINATED = 143
    """SIGTERM, as a job that is cancelled sends it; the operation continues."""


class Terminated(SystemExit):
    """SIGTERM was received."""

    def __init__(self) -> None:
        super().__init__(int(ExitStatus.TERMINATED))


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
    """A snapshot or a stack failed."""


class NoAccess(CliError):
    """AWS refuses the calls, and a retry does not help."""

    status = ExitStatus.NO_ACCESS


class Denied(NoAccess):
    """A permission is missing.

    Attributes:
        action: the IAM action, such as ``rds:DescribeDBClusters``.
    """

    def __init__(self, action: str, said: str) -> None:
        self.action = action
        super().__init__(
            f"The permission {action} is missing.",
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
