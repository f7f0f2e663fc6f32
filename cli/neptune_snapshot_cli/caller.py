"""The caller of a command: the credentials in use, and whose snapshots they take."""

from typing import Any, Final

import boto3

from neptune_snapshot_provider.aws.client import CONFIG, BotoAws
from neptune_snapshot_provider.aws.translation import refusals
from neptune_snapshot_provider.core.models import Missing, Stack

FORWARD: Final = Stack(status="UPDATE_IN_PROGRESS")
"""What stands for the stack of a caller: nothing reverts what a script does."""
_ASSUMED: Final = ":assumed-role/"


class CallerAws(BotoAws):
    """The provider's calls with the caller's credentials, and without a stack."""

    def __init__(self, session: boto3.Session) -> None:
        super().__init__(session)
        self._session = session

    def stack(self, stack_id: str) -> Stack | Missing:  # noqa: ARG002 - there is none
        """The operation that a caller's request belongs to; it always goes forward."""
        return FORWARD

    def caller(self) -> str:
        """Who takes snapshots with these credentials, the same in every session.

        Raises:
            Refusal: The credentials do not tell.
        """
        with refusals("GetCallerIdentity"):
            sts: Any = self._session.client("sts", config=CONFIG)
            return without_session(str(sts.get_caller_identity()["Arn"]))


def without_session(arn: str) -> str:
    """Leave out the name of the session, which is another in every run of a pipeline."""
    start, assumed, role = arn.partition(_ASSUMED)
    return start + assumed + role.partition("/")[0]
