"""Mistakes that one could make in the provider; each must be noticed by a test."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Mutation:
    """``right`` occurs exactly once in ``file`` and is replaced by ``wrong``."""

    name: str
    file: str
    right: str
    wrong: str


MUTATIONS: Final = (
    Mutation(
        "a poll returns True",
        "handler.py",
        "        return physical_id\n\n    def _set_poll",
        "        return True if self._resume else physical_id\n\n    def _set_poll",
    ),
    Mutation(
        "the physical id is not set early",
        "handler.py",
        'helper.PhysicalResourceId = event.get("PhysicalResourceId") or _never_made(event)',
        "pass",
    ),
    Mutation(
        "a failed Update answers with the new id",
        "core/ownership.py",
        "return request.physical_id or subject(request, Seen())",
        "return subject(request, Seen()) or request.physical_id",
    ),
    Mutation(
        "a snapshot of an earlier delivery is not adopted",
        "core/create.py",
        "if not ownership.is_of_request(seen.tags, request):",
        "if not seen.started:",
    ),
    Mutation(
        "whatever has the name is adopted",
        "core/create.py",
        "if not ownership.is_of_request(seen.tags, request):",
        "if False:",
    ),
    Mutation(
        "whatever has the name is deleted",
        "core/delete.py",
        "    if not ownership.is_own(seen.tags, request):\n        return Answer(name,",
        "    if False:\n        return Answer(name,",
    ),
    Mutation(
        "own is whatever the stack made",
        "core/ownership.py",
        "        and tags.get(OwnerTag.RESOURCE) == request.owner\n",
        "",
    ),
    Mutation(
        "a Delete obeys during a rollback",
        "core/delete.py",
        "    if stack.is_rolling_back:\n        return Answer(name,",
        "    if False:\n        return Answer(name,",
    ),
    Mutation(
        "a Delete obeys however late it is",
        "core/delete.py",
        "    if not stack.is_idle:\n        return None\n    if seen",
        "    return None\n    if seen",
    ),
    Mutation(
        "a late Delete takes whatever has the name by now",
        "core/delete.py",
        "    if _is_newer(snapshot, request):",
        "    if False:",
    ),
    Mutation(
        "a Delete of a rollback obeys in the next operation",
        "core/delete.py",
        "    if stack.is_beyond(request.sent_at):",
        "    if False:",
    ),
    Mutation(
        "half a poll stays where a process was killed",
        "handler.py",
        "            self._polls.remove(self._leftover, self._leftover)",
        "            pass",
    ),
    Mutation(
        "a rollback takes a snapshot",
        "core/decide.py",
        "        return roll_back(request, properties, seen)",
        "        return take(request, properties, seen)",
    ),
    Mutation(
        "a rollback answers any snapshot of the resource",
        "core/ownership.py",
        "return is_own(tags, request) and tags.get(OwnerTag.TRIGGER) == generation(properties)",
        "return is_own(tags, request)",
    ),
    Mutation(
        "a rollback fails with whatever goes wrong",
        "reconciler.py",
        "            if self._is_rollback_of_update():",
        "            if False:",
    ),
    Mutation(
        "only an own rollback is one, not a parent's",
        "core/models.py",
        'return any("ROLLBACK" in status for status in self.statuses)',
        'return "ROLLBACK" in self.statuses[0]',
    ),
    Mutation(
        "no deadline",
        "core/schedule.py",
        "        if now >= self.deadline:\n            return Verdict.GIVE_UP\n",
        "",
    ),
    Mutation(
        "every delivery has its own hour",
        "core/schedule.py",
        "started_at = now if sent_at is None else min(sent_at, now)",
        "started_at = now",
    ),
    Mutation(
        "a datetime in Data",
        "core/models.py",
        '        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")',
        "        return value  # type: ignore[return-value]",
    ),
    Mutation(
        "a failure carries Data",
        "handler.py",
        "        helper.Data = {}\n        helper.LogicalResourceId",
        '        helper.Data = {"StartedAt": "0"}\n        helper.LogicalResourceId',
    ),
    Mutation(
        "crhelper's note stays in Data",
        "handler.py",
        "        self._helper.Data = {}  # crhelper",
        "        # crhelper",
    ),
    Mutation(
        "the real logical id while polling",
        "continuation.py",
        'folded["LogicalResourceId"] = ownership.poll_id(request)',
        'folded["LogicalResourceId"] = request.logical_id',
    ),
    Mutation(
        "the short logical id in the answer",
        "handler.py",
        '        helper.LogicalResourceId = event["LogicalResourceId"]\n',
        "",
    ),
    Mutation(
        "the poll is not removed",
        "handler.py",
        "            self._remove_poll()\n            self._set_poll(None)",
        "            self._set_poll(None)",
    ),
    Mutation(
        "crhelper tears the poll down too",
        "handler.py",
        "            self._set_poll(None)\n",
        "",
    ),
    Mutation(
        "the permission goes though the rule stays",
        "aws/rules.py",
        "        if removed and statement_id:",
        "        if statement_id:",
    ),
    Mutation(
        "a Delete leaves the polls of the Create it cancels",
        "handler.py",
        "                self._polls.sweep(poll_id(request), unless=lambda: _may_be_late(request))",
        "                pass",
    ),
    Mutation(
        "a late Delete stops the wait of the request after it",
        "aws/rules.py",
        "        if not left or unless():",
        "        if not left:",
    ),
    Mutation(
        "tags are dropped from the poll though they are needed",
        "continuation.py",
        "    keys = _WIRE if started else (*_WIRE, Property.TAGS)",
        "    keys = _WIRE",
    ),
    Mutation(
        "a snapshot that is gone is taken again by the poll",
        "core/create.py",
        "_start(request, properties, seen) if not seen.started else _not_visible(request, seen)",
        "_start(request, properties, seen)",
    ),
    Mutation(
        "a snapshot is taken for a stack that gave up",
        "core/availability.py",
        "    if stack.is_idle or stack.is_rolling_back or stack.is_deleting or is_beyond:\n",
        "    if False:\n",
    ),
    Mutation(
        "an earlier update's request is taken for the current one's",
        "core/models.py",
        "        return self.began_at > sent_at + CLOCKS_DIFFER",
        "        return False",
    ),
    Mutation(
        "no owner tags",
        "core/create.py",
        "        **ownership.owner_tags(request, properties),\n",
        "",
    ),
    Mutation(
        "the request is not part of the name",
        "core/ownership.py",
        "_digest(request.stack_id, request.logical_id, request.request_id)[:DIGEST_LENGTH]",
        "_digest(request.stack_id, request.logical_id)[:DIGEST_LENGTH]",
    ),
    Mutation(
        "creating is good enough",
        "core/availability.py",
        '    if status == AVAILABLE:\n        return Answer(name, f"snapshot {name} is available"',
        '    if status:\n        return Answer(name, f"snapshot {name} is available"',
    ),
    Mutation(
        "a failed snapshot is waited for",
        "core/availability.py",
        "    if is_dead(status, SNAPSHOT_DEAD):",
        "    if False:",
    ),
    Mutation(
        "throttling fails",
        "aws/client.py",
        '        "Throttl" in code\n        or code',
        '        "Throttle!" in code\n        or code',
    ),
    Mutation(
        "a lost connection fails",
        "aws/client.py",
        "except (BotoConnectionError, HTTPClientError, ResponseParserError) as error:",
        "except ResponseParserError as error:",
    ),
    Mutation(
        "a new role fails",
        "reconciler.py",
        "if not self._budget.access_may_spread(self._clock.now()):",
        "if True:",
    ),
    Mutation(
        "the first page is all",
        "aws/client.py",
        '                    yield from map(Snapshot.of, page["DBClusterSnapshots"])\n',
        '                    yield from map(Snapshot.of, page["DBClusterSnapshots"])\n'
        "                    return\n",
    ),
    Mutation(
        "pruning takes what a rollback needs",
        "core/retention.py",
        "    if candidate.snapshot.identifier == replaced:",
        "    if False:",
    ),
    Mutation(
        "pruning takes what is somebody else's",
        "core/retention.py",
        "return may_be_candidate(snapshot) and ownership.is_own(tags, request)",
        "return may_be_candidate(snapshot)",
    ),
    Mutation(
        "crhelper logs the presigned URL",
        "handler.py",
        'log_level="INFO"',
        'log_level="DEBUG"',
    ),
    Mutation(
        "a chain answers for what may be somebody else's",
        "core/availability.py",
        "if snapshot and continues and _stands_for(request, seen, snapshot):",
        "if snapshot and continues:",
    ),
    Mutation(
        "the hand-over comes when it is too late",
        "core/schedule.py",
        "HAND_OVER_MARGIN: Final = 90.0",
        "HAND_OVER_MARGIN: Final = 0.0",
    ),
)
