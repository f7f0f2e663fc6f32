"""What follows once the snapshot is available; each step is safe to repeat.

The snapshot is good by now, so nothing here fails the deployment: what cannot be done is logged,
and the next deployment does it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from neptune_snapshot_provider.aws.protocol import Aws, Refusal
from neptune_snapshot_provider.contract import AVAILABLE, Attribute
from neptune_snapshot_provider.core import restore, retention
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.request import Properties, Request
from neptune_snapshot_provider.core.retention import Candidate, Plan
from neptune_snapshot_provider.core.steps import Answer
from neptune_snapshot_provider.errors import ProviderError
from neptune_snapshot_provider.logs import say

_LISTED_MAX = 10
"""Names in one attribute: an answer has at most 4096 bytes."""


class Afterwards:
    """The steps between ``available`` and the answer of one request."""

    def __init__(self, request: Request, aws: Aws) -> None:
        self._request = request
        self._aws = aws
        self._made_room: tuple[str, ...] = ()

    def complete(self, answer: Answer, tags: Mapping[str, str] | None) -> Answer:
        """Take the steps and add what they found to the answer.

        Args:
            answer: what is going to be answered.
            tags: the snapshot's tags, if they have been looked at.
        """
        properties, snapshot = self._request.properties, answer.snapshot
        if properties is None:
            return answer
        extras = {**dict.fromkeys(Attribute.ALL, ""), Attribute.OUTCOME: answer.outcome}
        if snapshot and snapshot.status == AVAILABLE:
            self._tolerate(lambda: self._add_restore_command(snapshot, tags, extras))
            # Where another resource waits on, what follows is that one's.
            if not answer.is_rollback and not properties.continues:
                self._tolerate(lambda: self._change(snapshot, properties, extras))
        return replace(answer, extras=extras)

    def make_room(self, newest: str) -> tuple[str, ...]:
        """Delete now what would go after the snapshot was taken; the names of those.

        Args:
            newest: the snapshot to come.
        """
        properties = self._request.properties
        if properties is None or not properties.keep_last:
            return ()
        candidates = self.own_snapshots(properties)
        self._made_room = self._prune(candidates, properties.keep_last - 1, newest).prune
        return self._made_room

    def own_snapshots(self, properties: Properties) -> list[Candidate]:
        """All snapshots of the cluster that this resource made."""
        found = []
        for snapshot in self._aws.snapshots_of(properties.cluster):
            # Tags are a call each: first what can be told without them.
            if not retention.may_be_candidate(snapshot):
                continue
            tags = self._aws.tags(snapshot.arn)
            if retention.is_candidate(snapshot, tags, self._request):
                found.append(Candidate(snapshot=snapshot, tags=tags))
        return found

    def _add_restore_command(
        self, snapshot: Snapshot, tags: Mapping[str, str] | None, extras: dict[str, str]
    ) -> None:
        known = tags if tags is not None else self._aws.tags(snapshot.arn)
        command = restore.restore_command(snapshot.identifier, snapshot.cluster, known)
        extras[Attribute.RESTORE_COMMAND] = command

    def _change(self, snapshot: Snapshot, properties: Properties, extras: dict[str, str]) -> None:
        asked_for = properties.last_good_parameter or properties.keep_last
        if not asked_for or not self._is_wanted():
            return
        if properties.last_good_parameter:
            self._tolerate(lambda: self._publish(snapshot, properties.last_good_parameter))
        if properties.keep_last:
            candidates = self.own_snapshots(properties)
            plan = self._prune(candidates, properties.keep_last, snapshot.identifier)
            extras[Attribute.PRUNED] = _listed((*self._made_room, *plan.prune))
            extras[Attribute.SPARED] = _listed(
                [f"{name}={reason}" for name, reason in plan.spared.items()]
            )

    def _is_wanted(self) -> bool:
        """Whether the stack still goes forward; a rollback changes nothing but tags."""
        stack = self._aws.stack(self._request.stack_id)
        is_beyond = stack.is_beyond(self._request.sent_at)
        return not (stack.is_rolling_back or stack.is_idle or is_beyond)

    def _prune(self, candidates: list[Candidate], keep_last: int, newest: str) -> Plan:
        replaced = self._request.physical_id
        plan = retention.plan(candidates, keep_last, newest=newest, replaced=replaced)
        # Whether one is shared is a call each: only those that would go are asked about.
        looked_at = [
            replace(one, shared=self._aws.is_shared(one.snapshot.identifier))
            if one.snapshot.identifier in plan.prune
            else one
            for one in candidates
        ]
        plan = retention.plan(looked_at, keep_last, newest=newest, replaced=replaced)
        for name in plan.prune:
            if not self._is_wanted():
                return replace(plan, prune=())
            self._aws.delete(name)
        if plan.prune or plan.spared:
            say(logging.INFO, "Pruned older snapshots", pruned=plan.prune, spared=plan.spared)
        return plan

    def _publish(self, snapshot: Snapshot, name: str) -> None:
        """Write the parameter, unless it names a newer snapshot: this may be a late delivery."""
        current = self._aws.parameter(name)
        if current == snapshot.arn or self._is_newer(current, snapshot):
            return
        self._aws.put_parameter(name, snapshot.arn)
        say(logging.INFO, f"Parameter {name} names {snapshot.identifier}")

    def _is_newer(self, arn: str, snapshot: Snapshot) -> bool:
        _, found, identifier = arn.partition(":cluster-snapshot:")
        if not found:
            return False
        current = self._aws.snapshot(identifier)
        if not isinstance(current, Snapshot):
            return False
        same_cluster = current.cluster == snapshot.cluster
        return same_cluster and (current.created_at or 0) > (snapshot.created_at or 0)

    def _tolerate(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (Refusal, ProviderError) as problem:
            say(logging.WARNING, f"The snapshot is good, but this was not done: {problem}")


def _listed(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - _LISTED_MAX
    text = ",".join(names[:_LISTED_MAX])
    return f"{text},+{more}" if more > 0 else text
