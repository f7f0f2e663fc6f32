"""What follows once the snapshot is available: parameter and retention; every step is idempotent.

The snapshot is good by now, so nothing here fails the deployment. A refused call is retried, as a
permission that the same deployment adds needs time to propagate; after that it is a warning.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from neptune_snapshot_provider.aws.protocol import Aws
from neptune_snapshot_provider.clock import Clock
from neptune_snapshot_provider.contract import AVAILABLE, Attribute
from neptune_snapshot_provider.core import ownership, restore, retention
from neptune_snapshot_provider.core.generations import used_at, was_returned
from neptune_snapshot_provider.core.models import MISSING, Snapshot
from neptune_snapshot_provider.core.operation import Operation, Verdict
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.quota import TAKES_EFFECT_SECONDS
from neptune_snapshot_provider.core.refusals import Refusal
from neptune_snapshot_provider.core.request import Request, RequestType
from neptune_snapshot_provider.core.retention import Candidate, Plan
from neptune_snapshot_provider.core.schedule import Budget
from neptune_snapshot_provider.core.steps import Freed, Quota, Respond
from neptune_snapshot_provider.logs import LogEvent, log
from neptune_snapshot_provider.retries import Retries

_DEFAULT_USAGE: Final = "by default 100 per region, shared with RDS and Aurora"


class Finalizer:
    """The steps between ``available`` and the response to one request."""

    def __init__(self, request: Request, aws: Aws, clock: Clock, budget: Budget) -> None:
        self._request = request
        self._aws = aws
        self._clock = clock
        self._budget = budget
        self._freed: tuple[str, ...] = ()
        self._retried = Retries(clock, budget)

    def complete(self, response: Respond) -> Respond:
        """Take the steps and add the attributes that they lead to."""
        properties, snapshot = self._request.properties, response.snapshot
        if properties is None:
            return response
        extras: dict[str, str] = dict.fromkeys(Attribute, "")
        extras[Attribute.OUTCOME] = response.outcome
        extras[Attribute.REPLACED] = self._replaced_by(response)
        if snapshot and snapshot.status == AVAILABLE:
            self._tolerate(lambda: self._add_restore_command(response, snapshot, extras))
            # Where another resource continues to wait, finalizing is that one's task.
            if not response.is_final and not properties.continues:
                self._finalize(snapshot, properties, extras)
        return replace(response, extras=extras)

    def free_quota(self, newest: str) -> Freed:
        """Delete now what retention would delete once the snapshot ``newest`` is available."""
        properties = self._request.properties or Properties()
        until = self._clock.now() + TAKES_EFFECT_SECONDS

        def free() -> None:
            plan = self._plan(properties, properties.keep_last - 1, newest)
            self._freed = self._delete(plan)

        self._tolerate(free)
        return Freed(deleted=self._freed, until=until)

    def quota(self) -> Quota:
        """Find out what uses up the quota; what may not be read is left out."""
        properties = self._request.properties or Properties()
        usage, deletable = [_DEFAULT_USAGE], list[str]()

        def read() -> None:
            used, allowed = self._aws.quota()
            usage[:] = [f"{used} of {allowed} used, shared with RDS and Aurora"]

        self._tolerate(lambda: deletable.extend(self._plan(properties, 0, "").delete))
        if properties.keep_last:
            self._tolerate(read)
        return Quota(usage=usage[0], deletable=tuple(deletable))

    def _replaced_by(self, response: Respond) -> str:
        """The snapshot that the resource referred to before, for the last resource of a chain."""
        request = self._request
        if request.waits_only or request.type is not RequestType.UPDATE:
            return ""
        return response.identifier if response.is_final else request.physical_id

    def _finalize(self, snapshot: Snapshot, properties: Properties, extras: dict[str, str]) -> None:
        if name := properties.last_good_parameter:
            self._tolerate(lambda: self._publish(snapshot, properties, name))
        if properties.keep_last:
            self._tolerate(lambda: self._retain(snapshot, properties, extras))

    def _retain(self, snapshot: Snapshot, properties: Properties, extras: dict[str, str]) -> None:
        plan = self._plan(properties, properties.keep_last, snapshot.identifier)
        deleted = self._delete(plan)
        extras[Attribute.DELETED] = ",".join((*self._freed, *deleted))
        retained = (f"{name}={reason}" for name, reason in plan.retained.items())
        extras[Attribute.RETAINED] = ",".join(retained)
        if plan.retained:
            message = "Retained older snapshots"
            log(logging.INFO, LogEvent.RETENTION_RETAINED, message, retained=plan.retained)

    def _plan(self, properties: Properties, keep_last: int, newest: str) -> Plan:
        """Plan what to delete; whether one is shared is a call each, asked of those alone."""
        candidates = self._candidates(properties)
        last_good = self._last_good(properties)
        replaced_at = self._replaced_at(properties, newest)

        def made(candidates: list[Candidate]) -> Plan:
            return retention.plan(
                candidates, keep_last, newest=newest, replaced_at=replaced_at, last_good=last_good
            )

        wanted = made(candidates).delete
        if properties.keep_last:
            candidates = [
                replace(one, shared=one.snapshot.identifier in wanted and self._is_shared(one))
                for one in candidates
            ]
        return made(candidates)

    def _candidates(self, properties: Properties) -> list[Candidate]:
        """All available snapshots of the cluster that this resource took."""
        found = []
        for snapshot in self._retried(lambda: list(self._aws.snapshots_of(properties.cluster))):
            if not ownership.is_usable(snapshot) or snapshot.source_arn:
                continue
            tags = self._retried(partial(self._aws.tags, snapshot.arn))
            if ownership.belongs_to(self._request, snapshot, tags):
                found.append(Candidate(snapshot=snapshot, tags=tags))
        return found

    def _is_shared(self, candidate: Candidate) -> bool:
        return self._retried(lambda: self._aws.is_shared(candidate.snapshot.identifier))

    def _last_good(self, properties: Properties) -> str:
        if not properties.last_good_parameter:
            return ""
        arn = self._retried(lambda: self._aws.parameter(properties.last_good_parameter))
        return arn.rpartition(":cluster-snapshot:")[2]

    def _replaced_at(self, properties: Properties, newest: str) -> float | None:
        """When the replaced snapshot was last used; ``None`` if an update that used it failed."""
        name = self._request.physical_id
        if self._request.waits_only:
            old = self._request.old
            is_same = old is not None and old.snapshot_identifier == newest
            name = properties.replaced or (newest if is_same else "")
        if not name or ownership.is_skipped_id(name):
            return None
        snapshot = self._retried(lambda: self._aws.snapshot(name))
        if snapshot is MISSING:
            return None
        tags = self._retried(lambda: self._aws.tags(snapshot.arn))
        # Older ones may be of earlier attempts of the update that failed with it.
        return None if was_returned(tags) else used_at(snapshot, tags)

    def _delete(self, plan: Plan) -> tuple[str, ...]:
        deleted: list[str] = []

        def delete() -> None:
            for name in plan.delete:
                if not self._if_allowed(Operation.retention, partial(self._aws.delete, name)):
                    return
                deleted.append(name)

        self._tolerate(delete)
        if deleted:
            message = f"Deleted {len(deleted)} older snapshots"
            log(logging.INFO, LogEvent.RETENTION_DELETED, message, deleted=deleted)
        return tuple(deleted)

    def _publish(self, snapshot: Snapshot, properties: Properties, name: str) -> None:
        """Write the parameter, unless it names a better snapshot."""
        current = self._retried(lambda: self._aws.parameter(name))
        if current == snapshot.arn:
            return
        if self._keeps(current, snapshot, properties):
            kept = f"Parameter {name} keeps naming {current.rpartition(':')[2]}"
            message = f"{kept}: it was taken before a migration that failed, or is newer"
            log(logging.INFO, LogEvent.PARAMETER_RETAINED, message)
            return
        write = partial(self._aws.put_parameter, name, snapshot.arn)
        if self._if_allowed(Operation.publication, write):
            message = f"Parameter {name} names {snapshot.identifier}"
            log(logging.INFO, LogEvent.PARAMETER_WRITTEN, message)

    def _keeps(self, arn: str, snapshot: Snapshot, properties: Properties) -> bool:
        identifier = arn.rpartition(":cluster-snapshot:")[2]
        if not identifier:
            return False
        last_good = self._retried(lambda: self._aws.snapshot(identifier))
        if last_good is MISSING:
            return False
        replaced_at = self._replaced_at(properties, snapshot.identifier)
        tags = self._retried(lambda: self._aws.tags(last_good.arn))
        is_own = ownership.belongs_to(self._request, last_good, tags)
        candidate = Candidate(snapshot=last_good, tags=tags)
        if is_own and replaced_at is not None and candidate.used_at == replaced_at:
            is_own = ownership.has_failed_reuse(self._request, tags) or (
                retention.has_failed_reuse_since(
                    self._candidates(properties), replaced_at, newest=snapshot.identifier
                )
            )
        return retention.keeps_last_good(
            candidate, snapshot, replaced_at=replaced_at, is_own_attempt=is_own
        )

    def _add_restore_command(
        self, response: Respond, snapshot: Snapshot, extras: dict[str, str]
    ) -> None:
        known = response.tags
        tags = self._retried(lambda: self._aws.tags(snapshot.arn)) if known is None else known
        extras[Attribute.RESTORE_COMMAND] = restore.command(
            snapshot.identifier, snapshot.cluster, tags
        )

    def _if_allowed(
        self, verdict: Callable[[Operation], Verdict], call: Callable[[], None]
    ) -> bool:
        """Make a call if the operation, which is read before each attempt, permits it."""

        def attempt() -> bool:
            operation = Operation(
                stack=self._aws.stack(self._request.stack_id),
                sent_at=self._request.sent_at,
                started_at=self._budget.started_at,
                now=self._clock.now(),
            )
            if verdict(operation) is not Verdict.ALLOWED:
                return False
            call()
            return True

        return self._retried(attempt)

    def _tolerate(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Refusal as problem:
            message = f"The snapshot is available, but this was skipped: {problem}"
            log(logging.WARNING, LogEvent.FINALIZER_SKIPPED, message)
