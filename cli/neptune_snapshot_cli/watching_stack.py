"""``watch --stack``: until a stack's operation is over, and with it its snapshots."""

from typing import Final

from neptune_snapshot_cli import messages
from neptune_snapshot_cli.attempts import read_attempts
from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Failed, NotFound
from neptune_snapshot_cli.retry import Clock, Retries, Terms
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.snapshot_lookup import SnapshotLookup
from neptune_snapshot_cli.stack_events import StackEvents
from neptune_snapshot_cli.stacks import (
    Resource,
    Stack,
    has_failed,
    has_succeeded,
    is_in_progress,
    is_over,
)
from neptune_snapshot_cli.tracking import Tracker
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import Missing, Snapshot

_IDLE_PAUSE: Final = 5.0


class StackWatch:
    """Watches what a stack does, and the snapshots it takes meanwhile."""

    def __init__(self, aws: Aws, board: Board, clock: Clock, terms: Terms) -> None:
        """Ask ``aws`` and show it on ``board``."""
        self._aws = aws
        self._board = board
        self._wait = terms.wait
        self._tracker = Tracker(aws, board, clock)
        self._retries = Retries(board, clock, terms.timeout)
        self._lookup = SnapshotLookup(aws)

    def run(self, name: str) -> list[Snapshot]:
        """Watch until the stack is done; its snapshots, all of them available.

        Args:
            name: the stack's name or ARN.

        Raises:
            CliError: There is no such stack or it has no snapshot, something failed, or the time
                is over.
        """
        stack = self._begin(name)
        events = StackEvents(self._aws, stack)
        while True:
            answered = self._retries.ask(lambda: self._poll(events))
            stack = answered or stack
            if answered and (is_over(stack.status) or has_failed(stack.status)):
                break
            going_on = messages.going_on(stack, self._tracker.going_on)
            self._retries.rest(self._tracker.pause, going_on)
        self._board.waiting("")
        if has_failed(stack.status):
            raise self._failure(stack, events)
        if not has_succeeded(stack.status):
            raise Failed(f"Stack {stack.name} is {stack.status}: it takes no snapshot.")
        return self._results(stack)

    def _begin(self, name: str) -> Stack:
        """Find the stack; with ``--wait``, one that is at work, or has been since."""
        first: Stack | Missing | None = None
        while True:
            found = self._retries.ask(lambda: self._aws.stack(name))
            first = first or found
            if isinstance(found, Stack):
                if is_in_progress(found.status) and not self._will_come_back(found):
                    return found
                # A deployment that fails at once ends before the next poll.
                if self._wait and found != first and not self._will_come_back(found):
                    return found
                if not self._wait:
                    self._board.note(
                        f"Stack {found.name} is {found.status}: no operation is in progress."
                    )
                    return found
                waited_for = f"stack {found.name} is {found.status}: waiting for its next operation"
            elif isinstance(found, Missing) and not self._wait:
                raise NotFound(
                    f"There is no stack {name} in {self._aws.region}.",
                    "Begin the deployment first, choose another --region, or let --wait wait "
                    "for it.",
                )
            else:
                waited_for = f"waiting for stack {name}: not there yet"
            self._board.waiting(waited_for)
            self._retries.rest(_IDLE_PAUSE, waited_for)

    def _will_come_back(self, stack: Stack) -> bool:
        """Whether it is worth waiting for the next stack of that name."""
        return self._wait and stack.status.startswith("DELETE")

    def _poll(self, events: StackEvents) -> Stack:
        """Poll the stacks' new events, then the snapshots."""
        stack = events.poll()
        resources = events.snapshots
        for resource in resources:
            if resource.is_complete and not ownership.is_skipped_id(resource.physical_id):
                self._tracker.add(resource.physical_id)
        self._lookup.since = events.started_at
        for snapshot in self._lookup.find(resources):
            self._tracker.add(snapshot.identifier, snapshot)
        self._board.waiting(self._waited_for(stack, resources))
        self._tracker.poll()
        return stack

    def _waited_for(self, stack: Stack, resources: list[Resource]) -> str:
        waiting = [one for one in resources if one.is_in_progress and not self._lookup.has(one)]
        clusters = {
            cluster: self._tracker.clusters.status(cluster)
            for cluster in map(self._lookup.cluster, waiting)
            if cluster
        }
        return messages.waiting(
            stack,
            waiting,
            clusters,
            going_on=bool(self._tracker.going_on),
            available=bool(self._tracker.available),
        )

    def _failure(self, stack: Stack, events: StackEvents) -> Failed:
        """Say what became of the snapshots of this operation, too."""
        for name in events.answered:
            self._tracker.add(name)
        self._retries.ask(self._poll_once)
        new = [one for one in self._tracker.available if self._lookup.is_new(one)]
        attempts = self._retries.ask(lambda: read_attempts(self._aws, self._lookup, events)) or []
        others = [
            *map(messages.continuing, self._tracker.going_on),
            *self._tracker.problems.values(),
        ]
        return Failed(messages.failure(stack, events.operations, new, attempts, others))

    def _results(self, stack: Stack) -> list[Snapshot]:
        """Read all snapshots of the stack again, also those that the operation did not change."""
        found = self._resources(stack.arn)
        if not found:
            raise NotFound(
                f"Stack {stack.name} has no Neptune snapshot: none of its resources is a "
                "Custom::NeptuneClusterSnapshot.",
            )
        names: list[str] = []
        for resource in found:
            if ownership.is_skipped_id(resource.physical_id):
                self._board.note(f"{resource.name} took no snapshot: there was no cluster yet.")
            else:
                names.append(resource.physical_id)
        return self._settled(names)

    def _settled(self, names: list[str]) -> list[Snapshot]:
        for name in names:
            self._tracker.add(name)
        while not self._retries.ask(self._poll_once) or self._tracker.going_on:
            going_on = "; ".join(view.title() for view in self._tracker.going_on)
            self._retries.rest(self._tracker.pause, going_on)
        problems = [
            *self._tracker.problems.values(),
            *(
                f"Snapshot {name}, which the stack uses, does not exist any more: it was deleted "
                "outside the stack."
                for name in self._tracker.missing
            ),
        ]
        if problems:
            raise Failed(" ".join(problems))
        return [one for one in self._tracker.available if one.identifier in names]

    def _poll_once(self) -> bool:
        self._tracker.poll()
        return True

    def _resources(self, arn: str) -> list[Resource]:
        """The snapshot resources of a stack and those nested in it."""
        found: list[Resource] = []
        for one in self._retries.insist(
            lambda: self._aws.resources(arn), f"the resources of {arn}"
        ):
            if one.is_snapshot and one.is_complete:
                found.append(one)
            elif one.is_nested and one.physical_id:
                found += self._resources(one.physical_id)
        return found
