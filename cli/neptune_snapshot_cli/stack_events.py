"""Reads the events of a stack, and of those nested in it, as they come."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.stacks import Event, Operation, Resource, Stack, since_start
from neptune_snapshot_provider.contract import Property


class _Operation:
    """The events of one stack's last operation."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def poll(self, aws: Aws, arn: str) -> None:
        """Add what is new; a new operation begins anew."""
        last = self.events[-1].id if self.events else ""
        new = list(takewhile(lambda event: event.id != last, aws.events(arn)))
        if not last or any(event.is_start for event in new):
            self.events = since_start(new)
        else:
            self.events += new[::-1]


class StackEvents:
    """What a stack and those nested in it are doing."""

    def __init__(self, aws: Aws, stack: Stack) -> None:
        """Begin with nothing read."""
        self._aws = aws
        self._stack = stack
        self._events: dict[str, _Operation] = {}
        self.operations: list[Operation] = []
        """The stack's first, then those of nested stacks."""

    def poll(self) -> Stack:
        """Read what is new; the stack as its last event leaves it.

        Raises:
            NoAccess: AWS refuses the calls.
        """
        operations: list[Operation] = []
        waiting = [self._stack.arn]
        while waiting:
            arn = waiting.pop(0)
            operation_events = self._events.setdefault(arn, _Operation())
            operation_events.poll(self._aws, arn)
            operation = Operation(tuple(operation_events.events))
            operations.append(operation)
            waiting += operation.nested
        self.operations = operations
        of_stack = [event for event in operations[0].events if event.is_of_stack]
        if of_stack:
            last = of_stack[-1]
            self._stack = replace(self._stack, status=last.status, reason=last.reason)
        return self._stack

    @property
    def started_at(self) -> float:
        """When the operation began, in seconds since the epoch."""
        return self.operations[0].started_at

    @property
    def snapshots(self) -> list[Resource]:
        """Resources that take snapshots, in all the stacks."""
        return [one for operation in self.operations for one in operation.snapshots]

    def creates(self, resource: Resource) -> bool:
        """Whether the operation creates a resource."""
        return any(
            event.resource == resource.name and event.status == "CREATE_IN_PROGRESS"
            for event in self._events_of(resource)
        )

    def replaced_by(self, resource: Resource) -> str:
        """The snapshot that a resource used before the operation, if an event has it."""
        for event in self._events_of(resource):
            if event.resource == resource.name and event.status == "UPDATE_IN_PROGRESS":
                return event.physical_id
        return ""

    def last_good_parameter(self, resource: Resource) -> str:
        """The parameter that a snapshot resource, or the end of its chain, writes."""
        for event in self._events_of(resource):
            properties = event.read_properties()
            owner = properties.get(Property.OWNER) or event.resource
            name = properties.get(Property.LAST_GOOD_PARAMETER)
            if name and owner == resource.name:
                return str(name)
        return ""

    def _events_of(self, resource: Resource) -> Iterator[Event]:
        for operation in self.operations:
            yield from (event for event in operation.events if event.stack == resource.stack)

    @property
    def answered(self) -> list[str]:
        """Every snapshot that a resource stood for meanwhile, also before it was rolled back."""
        return [name for operation in self.operations for name in operation.answered]
