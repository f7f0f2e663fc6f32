"""What CloudFormation does to create, update, roll back and delete a stack."""

from collections.abc import Iterable
from typing import Any, Final

from simulation.requests import Request
from simulation.rollbacks import Rollbacks
from simulation.stacks import Condition, Operation, Part, Stack, State
from simulation.templates import MissingAttribute, Template

MIGRATION_SECONDS: Final = 5.0
_GENERATION: Final = (
    "DBClusterIdentifier",
    "DBClusterSnapshotIdentifier",
    "SnapshotIdentifierPrefix",
    "Trigger",
)
"""Properties that decide whether a deployment needs another snapshot."""
CLEANUP: Final = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"


class Operations(Rollbacks):
    """Every operation of a stack, as a generator that yields what it waits for."""

    def create(self, stack: Stack) -> Operation:
        """Create every resource, or take back what was created."""
        style, tried = stack.style, list[Request]()
        self._enter(stack, "CREATE_IN_PROGRESS")
        succeeded = yield from self._forward(stack, tried)
        self._end(stack, succeeded=succeeded)
        if succeeded:
            self._enter(stack, "CREATE_COMPLETE")
        elif style.keeps_failed:
            yield from self.keep_failed(stack, tried)
            self._enter(stack, "CREATE_FAILED")
        else:
            yield from self.take_back(stack, tried, style)

    def update(self, stack: Stack, template: Template) -> Operation:
        """Bring every resource to where the template wants it, or back."""
        self._enter(stack, "UPDATE_IN_PROGRESS")
        before, tried = stack.state, list[Request]()
        stack.template = template
        yield from self._remove_leftovers(stack)
        succeeded = yield from self._forward(stack, tried)
        if succeeded:
            self._enter(stack, CLEANUP)
            yield lambda: stack.confirmed is not None
            succeeded = bool(stack.confirmed)
        self._end(stack, succeeded=succeeded)
        if succeeded:
            yield from self._clean_up(stack, before)
            self._enter(stack, "UPDATE_COMPLETE")
        elif stack.style.keeps_failed:
            yield from self.keep_failed(stack, tried)
            self._enter(stack, "UPDATE_FAILED")
        else:
            yield from self.roll_back(stack, tried, before)

    def delete(self, stack: Stack, given_up: Iterable[Request]) -> Operation:
        """Delete every resource, and those whose creation was ``given_up``."""
        self._enter(stack, "DELETE_IN_PROGRESS", deletes=True)
        self._forget(stack)
        created = {one.logical_id: one.physical_id for one in given_up}
        gone = {**created, **stack.leftovers, **stack.ids}
        deleted = yield from self._remove(stack, gone, stack.template)
        self._enter(stack, "DELETE_COMPLETE" if deleted else "DELETE_FAILED")

    def _end(self, stack: Stack, *, succeeded: bool) -> None:
        for watch in self.watches:
            watch.ended(stack, succeeded=succeeded)
        if succeeded:
            stack.succeed()

    def _forward(self, stack: Stack, tried: list[Request]) -> Part:
        """Bring every resource to where the template wants it, in order, and migrate."""
        begun, done = set[str](), set[str]()
        pending: list[Request] = []
        while len(done) < len(stack.template.resources):
            try:
                started = self._begin(stack, begun, done)
            except MissingAttribute as missing:
                stack.missing.append(str(missing))
                return False
            pending += started
            tried += started
            yield _one_settled(stack, pending)
            settled = [one for one in pending if one.settled]
            if stack.cancelled or not self._accept(stack, settled):
                yield from self._finish_others(stack, pending)
                return False
            done |= {one.logical_id for one in settled}
            pending = [one for one in pending if not one.settled]
        return (yield from self._migrate(stack))

    def _begin(self, stack: Stack, begun: set[str], done: set[str]) -> list[Request]:
        """Send what can be sent now; what does not change is done at once."""
        sent: list[Request] = []
        while ready := list(stack.template.ready(begun, done)):
            for key in ready:
                begun.add(key)
                if request := self._bring(stack, key):
                    sent.append(request)
                else:
                    done.add(key)
        return sent

    def _migrate(self, stack: Stack) -> Part:
        for watch in self.watches:
            watch.began(stack)
        yield from self.pause(MIGRATION_SECONDS)
        return not (stack.template.migration_fails or stack.cancelled)

    def _accept(self, stack: Stack, settled: Iterable[Request]) -> bool:
        """Take responses as what the resources are now; whether all of them can be."""
        accepted = True
        for one in settled:
            key = one.logical_id
            replaced = key in stack.ids and one.physical_id != stack.ids[key]
            if not one.succeeded or (replaced and stack.style.keeps_failed):
                accepted = False
                continue
            one.is_accepted = True
            if replaced or _is_new_generation(one, stack.sent.get(key)):
                stack.brought_at[key] = stack.began_at
            stack.ids[key], stack.data[key] = one.physical_id, one.data
            stack.sent[key] = one.event["ResourceProperties"]
            stack.attempted.pop(key, None)
        return accepted

    def _finish_others(self, stack: Stack, pending: list[Request]) -> Part:
        """Without a rollback, what does not depend on the failed resource continues."""
        if stack.style.keeps_failed:
            yield lambda: stack.cancelled or all(one.settled for one in pending)
            self._accept(stack, [one for one in pending if one.settled])
        return True

    def _bring(self, stack: Stack, key: str) -> Request | None:
        wanted = stack.template.properties(key, stack.ids, stack.data)
        if key not in stack.ids:
            return self._send(stack, "Create", key, wanted)
        current = old = stack.sent[key]
        if stack.style.sends_attempted:
            old = stack.attempted.get(key, current)
        if wanted == old == current:
            return None
        return self._send(stack, "Update", key, wanted, physical_id=stack.ids[key], old=old)

    def _clean_up(self, stack: Stack, before: State) -> Part:
        """Delete what was replaced and what the template no longer has."""
        removed = set(before.ids) - set(stack.template.resources)
        for key in removed:
            stack.ids.pop(key, None)
        gone = {key: name for key, name in before.ids.items() if stack.ids.get(key) != name}
        yield from self._remove(stack, gone, before.template)
        return True

    def _remove_leftovers(self, stack: Stack) -> Part:
        leftovers, stack.leftovers = stack.leftovers, {}
        return (yield from self._remove(stack, leftovers, Template()))


def _one_settled(stack: Stack, pending: list[Request]) -> Condition:
    return lambda: stack.cancelled or not pending or any(one.settled for one in pending)


def _is_new_generation(request: Request, before: dict[str, Any] | None) -> bool:
    properties = request.event["ResourceProperties"]
    return before is None or any(before.get(key) != properties.get(key) for key in _GENERATION)
