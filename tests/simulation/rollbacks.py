"""What CloudFormation does after a failure: keep, take back or roll back."""

from typing import Any

from simulation.operation_steps import Steps, all_settled
from simulation.requests import Request
from simulation.stacks import Part, Stack, State, Style


class Rollbacks(Steps):
    """Each way to end an operation that failed."""

    def keep_failed(self, stack: Stack, tried: list[Request]) -> Part:
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
        yield all_settled(reverts)
        for one in reverts:
            if one.succeeded:
                stack.data[one.logical_id] = one.data
                _note_stray(stack, one.logical_id, one.physical_id)
        return True

    def take_back(self, stack: Stack, tried: list[Request], style: Style) -> Part:
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

    def roll_back(self, stack: Stack, tried: list[Request], before: State) -> Part:
        self._enter(stack, "UPDATE_ROLLBACK_IN_PROGRESS")
        self._give_up(tried)
        yield from self.pause(stack.style.undo_seconds)
        failed_template = stack.template
        stack.restore(before)
        gone, reverts = self._undo(stack, tried)
        yield all_settled(reverts)
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
        request = self._send(
            stack, "Update", failed.logical_id, good, physical_id=physical_id, old=attempted
        )
        request.reverts = True
        request.is_rollback = "ROLLBACK" in stack.status
        return request


def _note_stray(stack: Stack, key: str, physical_id: str) -> None:
    if stack.ids[key] != physical_id:
        stack.strayed.append((key, stack.ids[key], physical_id))
