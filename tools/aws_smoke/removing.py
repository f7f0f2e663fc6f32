"""How each kind of thing is removed; each returns when it is gone."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import ClientError

from aws_smoke.account import Account, error_code

_LOOK_SECONDS: Final = 2.0
_WAIT_SECONDS: Final = 75 * 60.0
"""A resource that waits is given up by CloudFormation after an hour."""


class Remover:
    """Removes things of an account, which may be gone already.

    Every method may raise ``TimeoutError``, or what boto3 raises for a call that is refused.
    """

    def __init__(self, account: Account) -> None:
        """Remove things of an account."""
        self._account = account
        self._cloudformation = account.client("cloudformation")
        self._neptune = account.client("neptune")

    def stack(self, stack_id: str) -> None:
        """Delete a stack, which may still be about something else."""
        status = self._stack_status(stack_id)
        if status == "UPDATE_IN_PROGRESS":
            with suppress(ClientError):
                self._cloudformation.cancel_update_stack(StackName=stack_id)
        if status.endswith("_IN_PROGRESS") and status.startswith(("UPDATE", "IMPORT")):
            _wait_for(lambda: not self._stack_status(stack_id).endswith("_IN_PROGRESS"), stack_id)
        self._cloudformation.delete_stack(StackName=stack_id)

        def ended() -> bool:
            return self._stack_status(stack_id) in ("DELETE_COMPLETE", "DELETE_FAILED", "")

        _wait_for(ended, stack_id)
        if self._stack_status(stack_id) == "DELETE_FAILED":
            raise TimeoutError(f"{stack_id} is DELETE_FAILED; its events say why")

    def _stack_status(self, stack_id: str) -> str:
        try:
            found = self._cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
        except ClientError as problem:
            if error_code(problem) == "ValidationError":
                return ""
            raise
        return str(found[0]["StackStatus"])

    def rule(self, name: str, target_ids: list[str]) -> None:
        """Delete a rule and its targets."""
        events = self._account.client("events")
        events.remove_targets(Rule=name, Ids=target_ids)
        events.delete_rule(Name=name)

    def snapshot(self, name: str) -> None:
        """Delete a snapshot once it can be, and wait until it is gone."""

        def state() -> str:
            return self._state("describe_db_cluster_snapshots", "DBClusterSnapshot", name)

        # Neptune deletes none that is still being made.
        _wait_for(lambda: state() not in ("creating", "copying", "pending"), name)
        if state() not in ("", "deleting"):
            self._neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
        _wait_for(lambda: not state(), name)

    def cluster(self, name: str) -> None:
        """Delete a cluster without a last snapshot, and wait until it is gone."""

        def state() -> str:
            return self._state("describe_db_clusters", "DBCluster", name)

        if state() != "deleting":
            self._neptune.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        _wait_for(lambda: not state(), name)

    def _state(self, operation: str, kind: str, name: str) -> str:
        """The status of a cluster or snapshot; empty if there is none."""
        try:
            answer = getattr(self._neptune, operation)(**{f"{kind}Identifier": name})
        except ClientError as problem:
            if error_code(problem) == f"{kind}NotFoundFault":
                return ""
            raise
        records: list[dict[str, Any]] = answer[f"{kind}s"]
        return str(records[0]["Status"]) if records else ""


def _wait_for(over: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _WAIT_SECONDS
    while not over():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} is not done after {_WAIT_SECONDS / 60:.0f} minutes")
        time.sleep(_LOOK_SECONDS)
