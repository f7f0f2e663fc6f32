"""Mistakes that one could make in the provider; each must be noticed by a test."""

from typing import Final

from simulation import mutations_of_situations
from simulation.mutation import Mutation

_GENERAL: Final = (
    Mutation(
        "a poll that continues returns an ID",
        "crhelper_adapter.py",
        'return None if "CrHelperPoll" in event else self.PhysicalResourceId',
        "return self.PhysicalResourceId",
    ),
    Mutation(
        "the physical ID is not set early",
        "crhelper_adapter.py",
        "        self.PhysicalResourceId = self._task.failure_id\n",
        "",
    ),
    Mutation(
        "a failed Update returns the new ID",
        "core/ownership.py",
        "    if request.physical_id or request.properties is None:\n"
        "        return request.physical_id\n"
        "    return current_identifier(request) or snapshot_identifier",
        "    if request.properties is None:\n"
        "        return request.physical_id\n"
        "    return snapshot_identifier",
    ),
    Mutation(
        "a snapshot of an earlier delivery is not adopted",
        "core/create.py",
        "    if not ownership.is_of_request(request, snapshot, observed.tags):",
        "    if not observed.started:",
    ),
    Mutation(
        "whatever has the name is adopted",
        "core/create.py",
        "    if not ownership.is_of_request(request, snapshot, observed.tags):",
        "    if False:",
    ),
    Mutation(
        "whatever has the name is deleted",
        "core/delete.py",
        "    if not ownership.belongs_to(request, snapshot, observed.tags or {}):",
        "    if False:",
    ),
    Mutation(
        "own is whatever the stack took",
        "core/ownership.py",
        " and tags.get(OwnerTag.RESOURCE) == logical_id\n",
        "\n",
    ),
    Mutation(
        "a Delete obeys during a rollback",
        "core/operation.py",
        "        if phase in (Phase.UNKNOWN, Phase.REVERTING, Phase.SUPERSEDED):\n",
        "        if phase is Phase.REVERTING:\n            return Verdict.ALLOWED\n"
        "        if phase in (Phase.UNKNOWN, Phase.SUPERSEDED):\n",
    ),
    Mutation(
        "a late Delete takes whatever has the name by now",
        "core/delete.py",
        "    if _is_newer(snapshot, request):",
        "    if False:",
    ),
    Mutation(
        "a Delete of a rollback obeys in the next operation",
        "core/operation.py",
        "        if phase in (Phase.UNKNOWN, Phase.REVERTING, Phase.SUPERSEDED):\n",
        "        if phase in (Phase.UNKNOWN, Phase.REVERTING):\n",
    ),
    Mutation(
        "the rule of a process that was killed stays",
        "handler.py",
        "            removed += _rules().remove(rule,",
        "            _ = (rule,",
    ),
    Mutation(
        "the rule of a request that failed as cancelled stays",
        "handler.py",
        "(request, budget)\n            raise\n",
        "(request, budget) if False else None\n            raise\n",
    ),
    Mutation(
        "a rollback takes a snapshot",
        "core/operation.py",
        "        return Verdict.REVERTING if is_reverting else Verdict.REFUSED",
        "        return Verdict.ALLOWED if is_reverting else Verdict.REFUSED",
    ),
    Mutation(
        "a rollback returns any snapshot of the resource",
        "observer.py",
        "predecessor=self._newest(ownership.is_of_generation)",
        "predecessor=self._newest(\n            lambda request, _, *found: "
        "ownership.belongs_to(request, *found)\n        )",
    ),
    Mutation(
        "a rollback fails with whatever goes wrong",
        "core/decide.py",
        "    except ProviderError as error:\n        if request.type is RequestType.UPDATE:",
        "    except ProviderError as error:\n        if False:",
    ),
    Mutation(
        "only an own rollback is one, not a parent's",
        "core/operation.py",
        '        if any("ROLLBACK" in status for status in statuses):',
        '        if self.stack.status in statuses and "ROLLBACK" in self.stack.status:',
    ),
    Mutation(
        "no deadline",
        "core/decide.py",
        "    if timing.is_over:\n        if wait.refused",
        "    if False:\n        if wait.refused",
    ),
    Mutation(
        "every delivery has its own hour",
        "core/schedule.py",
        "started_at = now if sent_at is None else min(sent_at, now)",
        "started_at = now",
    ),
    Mutation(
        "a datetime in Data",
        "core/attributes.py",
        '        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")',
        "        return value  # type: ignore[return-value]",
    ),
    Mutation(
        "a failure carries Data",
        "handler.py",
        "return Response(physical_id=self.failure_id, reason=error.reason)",
        "return Response(\n            physical_id=self.failure_id, reason=error.reason, "
        'data={"Status": ""}\n        )',
    ),
    Mutation(
        "crhelper's note stays in Data",
        "crhelper_adapter.py",
        "        self.Data = {}\n        self._task.set_up_rule()",
        "        self._task.set_up_rule()",
    ),
    Mutation(
        "5: a throttled deletion rests on an earlier read",
        "finalizer.py",
        "            call()\n            return True",
        "            self._retried(call)\n            return True",
    ),
    Mutation(
        "the rule is not removed",
        "crhelper_adapter.py",
        "        if self._is_finished_by_poll and",
        "        if False and",
    ),
    Mutation(
        "the rule is removed before the response",
        "crhelper_adapter.py",
        '        if self._received["RequestType"] == "Delete":',
        "        if True:",
    ),
    Mutation(
        "9: the rule is removed though the response was not accepted",
        "crhelper_adapter.py",
        "(self._is_accepted or self._task.is_over)",
        "True",
    ),
    Mutation(
        "a Delete leaves the rule of the Create it cancels",
        "handler.py",
        "            removed += _rules().remove_latest(",
        "            _ = (",
    ),
    Mutation(
        "a late Delete stops the wait of the request after it",
        "core/rule_names.py",
        "float(sent_at) <= (request.sent_at or math.inf)",
        "True",
    ),
    Mutation(
        "the Creates of a resource have one target",
        "core/rule_names.py",
        '    return f"{request.sent_at or 0:.0f}-{digest(request.request_id)[:8]}"',
        '    return "1"',
    ),
    Mutation(
        "a target that is not there is a failure",
        "aws/rules.py",
        "if not _is_missing(response):",
        "if True:",
    ),
    Mutation(
        "a late delivery takes a status that it may not read for unknown",
        "core/schedule.py",
        "min(delay + PROPAGATION_SECONDS, max(timeout, PROPAGATION_SECONDS))",
        "PROPAGATION_SECONDS",
    ),
    Mutation(
        "tags are dropped from the poll though they are needed",
        "continuation.py",
        "    keys = _WIRE if continuation.started else (*_WIRE, Property.TAGS)",
        "    keys = _WIRE",
    ),
    Mutation(
        "a snapshot that is gone is taken again",
        "core/create.py",
        "        if observed.started:\n            return _await_visible",
        "        if False:\n            return _await_visible",
    ),
    Mutation(
        "a snapshot is taken for a stack that gave up",
        "core/create.py",
        "    if step := permitted(request, observed, *permission):\n        return step\n    tags",
        "    tags",
    ),
    Mutation(
        "an earlier update's request is taken for the current one's",
        "core/operation.py",
        "        return stack.began_at > self.sent_at + CLOCKS_DIFFER",
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
        "core/caller.py",
        "digest(owner, part, request_id)[:DIGEST_LENGTH]",
        "digest(owner, part)[:DIGEST_LENGTH]",
    ),
    Mutation(
        "creating is good enough",
        "core/availability.py",
        "    if status == AVAILABLE:",
        "    if status:",
    ),
    Mutation(
        "a failed snapshot is waited for",
        "core/availability.py",
        "    if is_in(status, SNAPSHOT_FAILED_STATES):",
        "    if False:",
    ),
    Mutation(
        "throttling fails",
        "aws/translation.py",
        '"Throttl" in name',
        '"Throttle!" in name',
    ),
    Mutation(
        "a lost connection fails",
        "aws/translation.py",
        "except (BotoConnectionError, HTTPClientError, ResponseParserError) as error:",
        "except ResponseParserError as error:",
    ),
    Mutation(
        "a new role fails",
        "core/decide.py",
        "    if timing.may_propagate:",
        "    if False:",
    ),
    Mutation(
        "the first page is all",
        "aws/client.py",
        '                    yield from map(Snapshot.of, page["DBClusterSnapshots"])\n',
        '                    yield from map(Snapshot.of, page["DBClusterSnapshots"])\n'
        "                    return\n",
    ),
    Mutation(
        "retention deletes what a rollback needs",
        "core/retention.py",
        "    if candidate.used_at == replaced_at:",
        "    if False:",
    ),
    Mutation(
        "retention deletes somebody else's snapshot",
        "finalizer.py",
        "            if ownership.belongs_to(self._request, snapshot, tags):",
        "            if True:",
    ),
    Mutation(
        "crhelper logs the presigned URL",
        "crhelper_adapter.py",
        'log_level="INFO"',
        'log_level="DEBUG"',
    ),
    Mutation(
        "a chain responds with what may be somebody else's",
        "core/deadline.py",
        "    if snapshot and continues and _is_known_to_be_own(request, observed, snapshot):",
        "    if snapshot and continues:",
    ),
    Mutation(
        "the rule is set up when it is too late",
        "core/schedule.py",
        "HANDOVER_MARGIN: Final = 90.0",
        "HANDOVER_MARGIN: Final = 0.0",
    ),
)

MUTATIONS: Final = mutations_of_situations.MUTATIONS + _GENERAL
