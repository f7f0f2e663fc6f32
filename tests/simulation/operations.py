"""What CloudFormation does to create, update, roll back and delete a stack."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from simulation.engine import Engine
from simulation.requests import Request
from simulation.stacks import Condition, Operation, Part, Stack, State, Style
from simulation.templates import MissingAttribute, Template

MIGRATION_SECONDS: Final = 5.0
CLEANUP: Final = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"


class Send(Protocol):
    """Sends one request to the provider."""

    def __call__(
        self,
        stack: Stack,
        kind: str,
        key: str,
        wanted: dict[str, Any],
        physical_id: str = "",
        old: dict[str, Any] | None = None,
    ) -> Request:
        """Send it; ``old`` are the properties that an Update replaces."""
        ...


class Watch(Protocol):
    """Observes the migrations that snapshots protect."""

    def began(self, stack: Stack) -> None:
        """All snapshots are available, and the migration starts."""

    def ended(self, stack: Stack, *, succeeded: bool) -> None:
        """The deployment is over; it may have failed for other reasons."""

    def deleted(self, stack: Stack) -> None:
        """The user wants the stack, and what it stands for, deleted."""


class Operations:
    """Every operation of a stack, as a generator that yields what it waits for."""

    def __init__(self, engine: Engine, send: Send, wake: Callable[[], None]) -> None:
        self.watches: list[Watch] = []
        self._engine = engine
        self._send = send
        self._wake = wake

    def create(self, stack: Stack) -> Operation:
        """Create every resource, or take back what was created."""
        style, tried = stack.style, list[Request]()
        self._enter(stack, "CREATE_IN_PROGRESS")
        succeeded = yield from self._forward(stack, tried)
        self._end(stack, succeeded=succeeded)
        if succeeded:
            self._enter(stack, "CREATE_COMPLETE")
        elif style.keeps_failed:
            yield from self._keep_failed(stack, tried)
            self._enter(stack, "CREATE_FAILED")
        else:
            yield from self._take_back(stack, tried, style)

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
            yield from self._keep_failed(stack, tried)
            self._enter(stack, "UPDATE_FAILED")
        else:
            yield from self._roll_back(stack, tried, before)

    def delete(self, stack: Stack, given_up: Iterable[Request]) -> Operation:
        """Delete every resource, and those whose creation was ``given_up``."""
        self._enter(stack, "DELETE_IN_PROGRESS", deletes=True)
        self._forget(stack)
        created = {one.logical_id: one.physical_id for one in given_up}
        gone = {**created, **stack.leftovers, **stack.ids}
        deleted = yield from self._remove(stack, gone, stack.template)
        self._enter(stack, "DELETE_COMPLETE" if deleted else "DELETE_FAILED")

    def pause(self, seconds: float) -> Part:
        """Let time pass."""
        over_at = self._engine.now + seconds
        self._engine.after(seconds, self._wake)
        yield lambda: self._engine.now >= over_at
        return True

    def _enter(self, stack: Stack, status: str, *, deletes: bool = False) -> None:
        stack.enter(status, self._engine.now, deletes=deletes)

    def _end(self, stack: Stack, *, succeeded: bool) -> None:
        for watch in self.watches:
            watch.ended(stack, succeeded=succeeded)
        if succeeded:
            stack.succeed()

    def _forget(self, stack: Stack) -> None:
        for watch in self.watches:
            watch.deleted(stack)

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
            yield lambda: stack.cancelled or any(one.settled for one in pending) or not pending
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
            stack.ids[key], stack.data[key] = one.physical_id, one.data
            stack.sent[key] = one.event["ResourceProperties"]
            stack.brought_at[key] = stack.began_at
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
        return self._send(stack, "Update", key, wanted, stack.ids[key], old)

    def _keep_failed(self, stack: Stack, tried: list[Request]) -> Part:
        """Put back what failed and had a good state; the next operation deletes the rest."""
        failed = [one for one in tried if not one.is_accepted]
        self._give_up(failed)
        reverts: list[Request] = []
        for one in failed:
            key = one.logical_id
            if key in stack.ids:
                stack.attempted[key] = one.event["ResourceProperties"]
                reverts.append(self._revert(stack, one, stack.ids[key], stack.sent[key]))
            else:
                stack.leftovers[key] = one.physical_id
        yield _all_settled(reverts)
        for one in reverts:
            if one.succeeded:
                stack.data[one.logical_id] = one.data
                _note_stray(stack, one.logical_id, one.physical_id)
        return True

    def _take_back(self, stack: Stack, tried: list[Request], style: Style) -> Part:
        """Delete what a failed creation left."""
        status = "DELETE" if style.deletes_failed_stack else "ROLLBACK"
        self._enter(stack, f"{status}_IN_PROGRESS", deletes=True)
        if style.deletes_failed_stack:
            self._forget(stack)
        self._give_up(tried)
        yield from self.pause(style.undo_seconds)
        gone = {one.logical_id: one.physical_id for one in tried}
        yield from self._remove(stack, gone, stack.template)
        stack.restore(State(stack.template))
        self._enter(stack, f"{status}_COMPLETE")
        return True

    def _roll_back(self, stack: Stack, tried: list[Request], before: State) -> Part:
        self._enter(stack, "UPDATE_ROLLBACK_IN_PROGRESS")
        self._give_up(tried)
        yield from self.pause(stack.style.undo_seconds)
        failed_template = stack.template
        stack.restore(before)
        gone, reverts = self._undo(stack, tried)
        yield _all_settled(reverts)
        for one in reverts:
            known = str(one.event["PhysicalResourceId"])
            _note_stray(stack, one.logical_id, one.physical_id)
            stack.ids[one.logical_id] = one.physical_id
            if one.succeeded:
                stack.data[one.logical_id] = one.data
                if one.physical_id != known:
                    gone[one.logical_id] = known
        if not all(one.succeeded for one in reverts):
            self._enter(stack, "UPDATE_ROLLBACK_FAILED")
            return False
        self._enter(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        gone = {key: name for key, name in gone.items() if stack.ids.get(key) != name}
        yield from self.pause(stack.style.undo_seconds if gone else 0.0)
        yield from self._remove(stack, gone, failed_template)
        self._enter(stack, "UPDATE_ROLLBACK_COMPLETE")
        return True

    def _undo(self, stack: Stack, tried: list[Request]) -> tuple[dict[str, str], list[Request]]:
        """Send Updates back; physical IDs that are to be deleted, and those requests."""
        gone: dict[str, str] = {}
        reverts: list[Request] = []
        for one in tried:
            key, new_id = one.logical_id, one.physical_id
            replaced = one.answer is not None and new_id != stack.ids.get(key)
            if key not in stack.ids or (replaced and not stack.style.updates_replaced):
                gone[key] = new_id
                continue
            known = new_id if stack.style.sends_new_id else stack.ids[key]
            reverts.append(self._revert(stack, one, known, stack.sent[key]))
            if known != new_id:
                gone[key] = new_id
        return gone, reverts

    def _revert(
        self, stack: Stack, failed: Request, physical_id: str, good: dict[str, Any]
    ) -> Request:
        attempted = failed.event["ResourceProperties"]
        request = self._send(stack, "Update", failed.logical_id, good, physical_id, attempted)
        request.reverts = True
        request.is_rollback = "ROLLBACK" in stack.status
        return request

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

    def _remove(self, stack: Stack, ids: Mapping[str, str], template: Template) -> Part:
        """Ask for the deletion of what is not to be retained; whether all were deleted."""
        requests = [
            self._send(stack, "Delete", key, stack.last_event[key]["ResourceProperties"], name)
            for key, name in ids.items()
            if not (key in template.resources and template.resources[key].retain)
        ]
        yield _all_settled(requests)
        return all(request.succeeded for request in requests)

    def _give_up(self, requests: Iterable[Request]) -> None:
        for request in requests:
            if not request.settled:
                request.cancelled_at = self._engine.now


def _all_settled(requests: Iterable[Request]) -> Condition:
    return lambda: all(request.settled for request in requests)


def _note_stray(stack: Stack, key: str, physical_id: str) -> None:
    if stack.ids[key] != physical_id:
        stack.strayed.append((key, stack.ids[key], physical_id))
