"""Enters every change to a snapshot or a parameter in the ledger, before it is made."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fake_neptune import ARN, client_error
from neptune_snapshot_provider.contract import OwnerTag, Property
from simulation.cloudformation import CloudFormation
from simulation.ledger import Deed, Written
from simulation.neptune import Snapshot
from simulation.requests import Request
from simulation.stacks import Stack

if TYPE_CHECKING:
    from simulation.universe import Universe


class Witness:
    """Knows from the simulation, not from tags, whose a snapshot is and who uses it."""

    def __init__(self, universe: "Universe") -> None:
        self._universe = universe

    def snapshot(self, operation: str, snapshot: Snapshot) -> None:
        """Enter a change to a snapshot.

        Raises:
            ClientError: IAM refuses it, as the snapshot's tags name another stack.
        """
        universe, now = self._universe, self._universe.engine.now
        request = universe.request()
        if operation != "create" and snapshot.tags.get(OwnerTag.STACK) != request.event["StackId"]:
            # So the role's policy says.
            raise client_error("AccessDenied", f"{snapshot.name} has no such tag", operation, 403)
        owner = (request.event["StackId"], _owner(request))
        if operation == "create":
            snapshot.made_by = owner
        current = universe.neptune.snapshots.get(self._current(request))
        universe.ledger.deeds.append(
            Deed(
                operation=operation,
                name=snapshot.name,
                request=request,
                own=snapshot.made_by == owner,
                in_use=any(
                    snapshot.name in one.ids.values() for one in _living(universe.cloudformation)
                ),
                is_copy=bool(snapshot.source),
                is_newer=current is not None and snapshot.created_at >= current.created_at,
                named_by=self._named_by(snapshot),
                protected_for=now
                - (now if snapshot.protected_at is None else snapshot.protected_at),
                stack_status=universe.stack_of(request).statuses,
                read_status=request.read_status,
                read_for=now - request.read_at,
                answer=str((request.answer or {}).get("Status", "")),
                answered_with=str((request.answer or {}).get("PhysicalResourceId", "")),
                answered_for=now - (request.answered_at or now),
                tags=dict(snapshot.tags),
            )
        )

    def status(self, stack_id: str, status: str) -> None:
        """Note what a request has read of its stack, and of those around it that are busy."""
        request = self._universe.request()
        request.read_at = self._universe.engine.now
        if stack_id == request.event["StackId"]:
            request.read_status = status
        elif status.endswith("_IN_PROGRESS"):
            request.read_status += f"/{status}"

    def parameter(self, name: str, value: str) -> None:
        """Enter a PutParameter."""
        universe = self._universe
        request = universe.request()
        before = universe.parameters.values.get(name, "")
        status = universe.stack_of(request).statuses
        universe.ledger.written.append(
            Written(name, value, before, request, universe.engine.now, status)
        )

    def _current(self, request: Request) -> str:
        """Return the snapshot that the resource had when the operation of a request began."""
        stack, owner = self._universe.stack_of(request), _owner(request)
        began_at = stack.updated_at or 0.0
        for one in self._universe.cloudformation.requests.values():
            is_same = one.event["StackId"] == stack.id and one.logical_id == owner
            if is_same and one.type == "Update" and one.sent_at >= began_at:
                return str(one.event["PhysicalResourceId"])
        return stack.ids.get(owner, "")

    def _named_by(self, snapshot: Snapshot) -> tuple[str, ...]:
        values = self._universe.parameters.values
        return tuple(name for name, value in values.items() if value == ARN + snapshot.name)


def _owner(request: Request) -> str:
    """Return the logical ID of the resource that owns the snapshots of a request."""
    properties = request.event["ResourceProperties"]
    return str(properties.get(Property.OWNER) or request.logical_id)


def _living(cloudformation: CloudFormation) -> Iterator[Stack]:
    for stack in cloudformation.stacks.values():
        if not stack.status.startswith(("DELETE", "ROLLBACK")):
            yield stack
