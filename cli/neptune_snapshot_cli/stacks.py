"""A stack's operation, read from its events; pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from neptune_snapshot_provider.contract import (
    RESOURCE_TYPE,
    WAIT_RESOURCE_TYPE,
    Property,
)
from neptune_snapshot_provider.name_rules import identifier_problem

STACK_TYPE: Final = "AWS::CloudFormation::Stack"
_IN_PROGRESS: Final = "_IN_PROGRESS"
_STARTS: Final = tuple(f"{verb}_IN_PROGRESS" for verb in ("CREATE", "UPDATE", "DELETE", "IMPORT"))
_SUCCEEDED: Final = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "IMPORT_COMPLETE",
)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack; ``name`` is the last but one part of its ARN.

    ``updated_at`` is when its last update began, in seconds since the epoch; ``None`` if there was
    none. ``parameters`` are the values of its template's parameters.
    """

    arn: str
    status: str
    reason: str = ""
    updated_at: float | None = None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.arn)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of a stack; ``at`` in seconds since the epoch, ``properties`` JSON or empty."""

    id: str
    stack: str
    resource: str
    physical_id: str
    type: str
    status: str
    at: float
    reason: str = ""
    properties: str = ""

    def read_properties(self) -> Mapping[str, Any]:
        """Read the resource's properties; empty if the event has none."""
        try:
            found = json.loads(self.properties or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def is_start(self) -> bool:
        """Whether an operation on the stack itself begins with it."""
        return self.is_of_stack and self.status in _STARTS

    @property
    def is_of_stack(self) -> bool:
        """Whether it is about the stack itself, and not one nested in it."""
        return self.type == STACK_TYPE and self.physical_id == self.stack

    @property
    def is_failure(self) -> bool:
        """Whether something went wrong here, perhaps as a consequence of something else."""
        return self.status.endswith("_FAILED")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as its last event, or CloudFormation's list, leaves it.

    ``cluster`` is the identifier of the cluster it is about, as far as events tell.
    """

    stack: str
    name: str
    physical_id: str
    type: str
    status: str
    cluster: str = ""

    @property
    def is_snapshot(self) -> bool:
        """Whether it takes snapshots."""
        return self.type == RESOURCE_TYPE

    @property
    def is_nested(self) -> bool:
        """Whether it is a stack."""
        return self.type == STACK_TYPE

    @property
    def is_in_progress(self) -> bool:
        """Whether CloudFormation waits for it."""
        return self.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")

    @property
    def is_complete(self) -> bool:
        """Whether it is as its stack wants it."""
        return self.status.endswith("_COMPLETE") and not self.status.startswith("DELETE")


@dataclass(frozen=True)
class Operation:
    """The last operation on a stack; ``events`` since it began, oldest first."""

    events: Sequence[Event]

    @property
    def started_at(self) -> float:
        """In seconds since the epoch."""
        return self.events[0].at if self.events else 0.0

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """The resources it has come to, by their logical ids."""
        found: dict[str, Resource] = {}
        for event in self.events:
            last = found.get(event.resource)
            # What is replaced is deleted under the same logical id.
            if event.is_of_stack or (last and event.status.startswith("DELETE")):
                continue
            found[event.resource] = Resource(
                stack=event.stack,
                name=event.resource,
                physical_id=event.physical_id,
                type=event.type,
                status=event.status,
                cluster=str(event.read_properties().get(Property.CLUSTER_IDENTIFIER, ""))
                or (last.cluster if last else ""),
            )
        return found

    @property
    def snapshots(self) -> list[Resource]:
        """Those that take snapshots."""
        return [one for one in self.resources.values() if one.is_snapshot]

    @property
    def answered(self) -> list[str]:
        """Every snapshot that a snapshot resource stood for meanwhile."""
        names = (event.physical_id for event in self.events if event.type == RESOURCE_TYPE)
        # CloudFormation invents ids for what never had one, and what took no snapshot has another.
        return list(dict.fromkeys(name for name in names if identifier_problem(name) is None))

    @property
    def nested(self) -> list[str]:
        """ARNs of the stacks in it."""
        stacks = (one.physical_id for one in self.resources.values() if one.is_nested)
        return [arn for arn in stacks if arn]


def since_start(newest_first: Iterable[Event]) -> list[Event]:
    """The events of the last operation, oldest first."""
    found: list[Event] = []
    for event in newest_first:
        found.append(event)
        if event.is_start:
            break
    return found[::-1]


def cause(operations: Iterable[Operation]) -> Event | None:
    """The event that explains a failure, in a stack or one nested in it."""
    failures = [event for one in operations for event in one.events if event.is_failure]
    # A nested stack only reports that something in it failed. What CloudFormation cancels fails
    # after the resource that is the reason.
    failures.sort(key=lambda event: (event.type == STACK_TYPE, event.at))
    return failures[0] if failures else None


def is_in_progress(status: str) -> bool:
    """Whether CloudFormation is at work on a stack, and not just tidying up."""
    return status.endswith(_IN_PROGRESS) and not status.endswith("_CLEANUP_IN_PROGRESS")


def is_over(status: str) -> bool:
    """Whether nothing more is to be expected of a stack: it rests, or goes away."""
    return not is_in_progress(status) or status.startswith("DELETE")


def has_succeeded(status: str) -> bool:
    """Whether a stack is as its last deployment wanted it."""
    return status in _SUCCEEDED


def has_failed(status: str) -> bool:
    """Whether a stack's last operation failed, also while its rollback is in progress."""
    return "ROLLBACK" in status or status.endswith("_FAILED")


def last_good_parameters(
    template: Mapping[str, Any] | None, values: Mapping[str, str]
) -> set[str] | None:
    """The Parameter Store names in a template; ``None`` if one is not known before deployment.

    Args:
        template: The processed template; ``None`` if it is not JSON.
        values: Values of the template's parameters.
    """
    if template is None:
        return None
    names: set[str] = set()
    for resource in template.get("Resources", {}).values():
        if resource.get("Type") not in (RESOURCE_TYPE, WAIT_RESOURCE_TYPE):
            continue
        name = resource.get("Properties", {}).get(Property.LAST_GOOD_PARAMETER, "")
        if isinstance(name, Mapping):
            name = values.get(str(name.get("Ref", "")))
        if name is None:
            return None
        names.add(str(name))
    return names - {""}


def name_of(arn: str) -> str:
    """The name in a stack's ARN."""
    parts = arn.split("/")
    return parts[1] if len(parts) > 1 else arn
