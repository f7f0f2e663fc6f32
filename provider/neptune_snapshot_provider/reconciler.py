"""The loop: look, decide, act, until there is an answer or this invocation's time is over.

It keeps nothing between invocations: the next one looks at Neptune and carries on from there.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from neptune_snapshot_provider.aws.protocol import (
    Aws,
    ClusterUnknown,
    Denied,
    QuotaReached,
    Refusal,
    SnapshotBusy,
    Unavailable,
)
from neptune_snapshot_provider.clock import Clock
from neptune_snapshot_provider.core import (
    availability,
    create,
    decide,
    delete,
    ownership,
    retention,
    rollback,
    schedule,
)
from neptune_snapshot_provider.core.models import MISSING, Missing, Snapshot
from neptune_snapshot_provider.core.request import Properties, Request, RequestType
from neptune_snapshot_provider.core.schedule import Budget, Verdict
from neptune_snapshot_provider.core.steps import (
    Answer,
    ChangeTags,
    CreateSnapshot,
    DeleteSnapshot,
    Fact,
    Look,
    Seen,
    Wait,
)
from neptune_snapshot_provider.errors import (
    AccessDenied,
    ProviderError,
)
from neptune_snapshot_provider.finalizer import Afterwards
from neptune_snapshot_provider.logs import say
from neptune_snapshot_provider.quota import Room


@dataclass(frozen=True)
class HandOver:
    """More time is needed than this invocation has.

    ``started_at`` is when the request began, in seconds since the epoch. ``started`` says that its
    snapshot has been made.
    """

    started_at: float
    started: bool


_ROLLBACK_LOOKS: Final = 10
_ROLLBACK_PAUSE: Final = 3.0
"""A rollback that fails needs support to mend: it is worth asking again whether this is one.

At least so often, at the end of the time too, and else for as long as there is time.
"""

Outcome: TypeAlias = Answer | HandOver


class Reconciler:
    """Fulfils one request as far as one invocation's time goes."""

    def __init__(
        self, request: Request, aws: Aws, clock: Clock, budget: Budget, *, started: bool
    ) -> None:
        self._request = request
        self._aws = aws
        self._clock = clock
        self._budget = budget
        self._seen = Seen(started=started)
        self._last: Wait | None = None
        self._progress = schedule.Progress()
        self._afterwards = Afterwards(request, aws)
        self._room = Room(request, aws, clock, self._afterwards)
        self._tagged: float | None = None

    def run(self) -> Outcome:
        """Take steps until the request is done or time is over.

        Raises:
            ProviderError: when the request cannot be fulfilled.
        """
        try:
            return self._run()
        except ProviderError as error:
            if self._is_rollback_of_update():
                say(
                    logging.WARNING,
                    f"The rollback goes on, and nothing is deleted, in spite of {error}",
                )
                answer = rollback.recorded(self._request, self._seen)
                return self._afterwards.complete(answer, {})
            raise

    def _run(self) -> Outcome:
        while True:
            step: Outcome | Wait | None = self._next()
            if isinstance(step, Wait):
                step = self._wait(step)
            if isinstance(step, Answer):
                return self._afterwards.complete(step, self._tags_of(step))
            if isinstance(step, HandOver):
                return step

    def _next(self) -> Answer | Wait | None:
        """Take one step; what it leaves to wait for, if anything."""
        try:
            step = decide.decide(self._request, self._seen)
            if isinstance(step, CreateSnapshot) and self._is_over():
                return Wait(f"no snapshot of {step.cluster} was started", (), "")
            if isinstance(step, Answer | Wait):
                return step
            return self._take(step)
        except Refusal as refusal:
            return self._refused(refusal)

    def _take(self, step: Look | CreateSnapshot | ChangeTags | DeleteSnapshot) -> Wait | None:
        if isinstance(step, Look):
            self._look(step.fact)
        elif isinstance(step, CreateSnapshot):
            self._create(step)
        elif isinstance(step, ChangeTags):
            self._change_tags(step)
        else:
            self._aws.delete(step.identifier)
            situation = f"snapshot {step.identifier} is being deleted"
            return Wait(situation, (Fact.SNAPSHOT,), "deleting")
        return None

    def _look(self, fact: Fact) -> None:
        request, seen = self._request, self._seen
        if fact is Fact.STACK:
            stack = self._aws.stack(request.stack_id)
            self._seen = replace(
                seen,
                stack=stack,
                idles=seen.idles + 1 if stack.is_idle else 0,
                went_forward=seen.went_forward or not stack.is_rolling_back,
            )
        elif fact is Fact.SNAPSHOT:
            snapshot = self._aws.snapshot(ownership.subject(request, seen))
            misses = seen.misses + 1 if snapshot is MISSING else 0
            # Another one under the same name may be somebody else's.
            is_same = isinstance(snapshot, Snapshot) and snapshot.created_at == self._tagged
            tags = seen.tags if is_same else None
            self._seen = replace(seen, snapshot=snapshot, tags=tags, misses=misses)
        elif fact is Fact.TAGS and isinstance(seen.snapshot, Snapshot):
            self._seen = replace(seen, tags=self._aws.tags(seen.snapshot.arn))
            self._tagged = seen.snapshot.created_at
        elif fact is Fact.CLUSTER and request.properties:
            self._seen = replace(seen, cluster=self._aws.cluster(request.properties.cluster))
        elif fact is Fact.PREDECESSOR:
            predecessor, _ = self._newest(ownership.is_of_generation)
            self._seen = replace(seen, predecessor=predecessor)
        elif fact is Fact.REUSABLE:
            reusable, tags = self._newest(ownership.is_reusable)
            is_young = self._is_young(reusable)
            self._seen = replace(
                seen, reusable=reusable if is_young else MISSING, tags=tags if is_young else None
            )

    def _newest(
        self, fits: Callable[[Mapping[str, str], Request, Properties], bool]
    ) -> tuple[Snapshot | Missing, Mapping[str, str]]:
        """The newest available snapshot of the cluster whose tags fit, and these."""
        properties = self._request.properties
        if properties is None:
            return MISSING, {}
        candidates = filter(retention.may_be_candidate, self._aws.snapshots_of(properties.cluster))
        for one in sorted(candidates, key=lambda one: one.created_at or 0, reverse=True):
            tags = self._aws.tags(one.arn)
            if fits(tags, self._request, properties):
                return one, tags
        return MISSING, {}

    def _is_young(self, snapshot: Snapshot | Missing) -> bool:
        """Whether the user wants it instead of a new one."""
        properties = self._request.properties
        if properties is None or not isinstance(snapshot, Snapshot):
            return False
        age = self._clock.now() - (snapshot.created_at or 0)
        return age < properties.reuse_seconds

    def _tags_of(self, answer: Answer) -> Mapping[str, str] | None:
        snapshot = self._seen.snapshot
        is_seen = isinstance(snapshot, Snapshot) and snapshot.identifier == answer.identifier
        return self._seen.tags if is_seen else None

    def _create(self, step: CreateSnapshot) -> None:
        snapshot = self._aws.create(step.identifier, step.cluster, step.tags)
        self._seen = replace(
            self._seen, started=True, misses=0, snapshot=snapshot, tags=dict(step.tags)
        )
        self._tagged = snapshot.created_at
        say(
            logging.INFO,
            f"Started snapshot {step.identifier} of cluster {step.cluster}",
            snapshot=step.identifier,
            cluster=step.cluster,
            status=snapshot.status,
        )

    def _change_tags(self, step: ChangeTags) -> None:
        if step.remove:
            self._aws.remove_tags(step.arn, step.remove)
        if step.add:
            self._aws.add_tags(step.arn, step.add)
        kept = {k: v for k, v in (self._seen.tags or {}).items() if k not in step.remove}
        self._seen = replace(self._seen, tags={**kept, **step.add})
        say(
            logging.INFO,
            f"Changed the tags of {step.arn}",
            added=sorted(step.add),
            removed=sorted(step.remove),
        )

    def _refused(self, refusal: Refusal) -> Wait:
        """Find the answer to a refusal: wait and look again, or an error."""
        properties = self._request.properties
        cluster = properties.cluster if properties else ""
        if isinstance(refusal, Denied):
            return self._denied(refusal)
        if isinstance(refusal, QuotaReached):
            return self._room.wait_for(refusal, ownership.subject(self._request, self._seen))
        if isinstance(refusal, ClusterUnknown):
            raise create.cluster_not_found(cluster) from refusal
        if isinstance(refusal, SnapshotBusy) and isinstance(self._seen.snapshot, Snapshot):
            return delete.after_refused_delete(self._seen.snapshot)
        again = (Fact.STACK, Fact.SNAPSHOT, Fact.CLUSTER)
        situation = f"{refusal.operation} was refused with {refusal.code}"
        return Wait(situation, again, refusal.code, refused=True)

    def _denied(self, refusal: Denied) -> Wait:
        if not self._budget.access_may_spread(self._clock.now()):
            raise AccessDenied(
                f"{refusal.operation}: {refusal.message}",
                snapshot=ownership.subject(self._request, self._seen),
                status=refusal.code,
            ) from refusal
        situation = f"{refusal.operation} is denied: waiting for the new role to spread"
        return Wait(situation, (), refusal.code)

    def _wait(self, wait: Wait) -> Outcome | None:
        self._report(wait)
        now = self._clock.now()
        verdict = self._budget.verdict(now)
        if wait.refused and self._budget.may_look_again(now):
            # The last look decides: one refused call must not.
            self._clock.sleep(schedule.PAUSE_MIN)
            self._seen = self._seen.without(wait.again)
            return None
        if verdict is Verdict.GIVE_UP:
            return availability.at_deadline(self._request, self._seen, wait)
        if verdict is Verdict.HAND_OVER:
            self._stop_if_cancelled()
            return HandOver(self._budget.started_at, self._has_started())
        chance = random.random()  # noqa: S311 - spreads looks in time, guards nothing
        self._progress = self._progress.reported(wait.percent, now)
        pause = schedule.pause(now - self._began(), self._progress, now, chance)
        self._clock.sleep(min(pause, self._budget.until_verdict(now)))
        self._seen = self._seen.without(wait.again)
        return None

    def _has_started(self) -> bool:
        seen = self._seen
        return seen.started or (
            isinstance(seen.snapshot, Snapshot)
            and seen.tags is not None
            and ownership.is_of_request(seen.tags, self._request)
        )

    def _stop_if_cancelled(self) -> None:
        """Do not go on for a Create that nobody waits for: soon the rights to end it are gone."""
        if self._request.type is not RequestType.CREATE:
            return
        try:
            stack = self._aws.stack(self._request.stack_id)
        except (Refusal, ProviderError):
            return
        if stack.is_rolling_back or stack.is_deleting:
            raise availability.cancelled(self._request, self._seen, stack)

    def _began(self) -> float:
        """When the snapshot began; while there is none, when the request did."""
        snapshot, started_at = self._seen.snapshot, self._budget.started_at
        if isinstance(snapshot, Snapshot) and snapshot.created_at is not None:
            return max(snapshot.created_at, started_at)
        return started_at

    def _report(self, wait: Wait) -> None:
        """Log a transition once, and progress in steps of ten per cent."""
        last = self._last
        if last and (last.status, _decile(last)) == (wait.status, _decile(wait)):
            return
        self._last = wait
        say(
            logging.INFO,
            wait.situation[:1].upper() + wait.situation[1:],
            status=wait.status,
            percent=wait.percent,
        )

    def _is_rollback_of_update(self) -> bool:
        if self._request.type is not RequestType.UPDATE:
            return False
        looks = 0
        while looks < _ROLLBACK_LOOKS or self._has_time():
            looks += 1
            try:
                stack = self._seen.stack or self._aws.stack(self._request.stack_id)
            except Unavailable:
                self._clock.sleep(_ROLLBACK_PAUSE)
            except (Refusal, ProviderError):
                return False
            else:
                return stack.is_rolling_back
        return False

    def _is_over(self) -> bool:
        return self._budget.verdict(self._clock.now()) is Verdict.GIVE_UP

    def _has_time(self) -> bool:
        return self._budget.verdict(self._clock.now()) is Verdict.GO_ON


def _decile(wait: Wait) -> int | None:
    return None if wait.percent is None else wait.percent // 10
