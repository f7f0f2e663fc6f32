"""The loop: observe, decide, act, until there is a response or this invocation's time is over.

It keeps nothing between invocations: the next one observes Neptune and continues from there.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from neptune_snapshot_provider.aws.protocol import Aws
from neptune_snapshot_provider.clock import Clock
from neptune_snapshot_provider.core import schedule
from neptune_snapshot_provider.core.decide import decide, operation_of
from neptune_snapshot_provider.core.models import MISSING, Missing, Snapshot
from neptune_snapshot_provider.core.operation import Phase
from neptune_snapshot_provider.core.refusals import Refusal
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.schedule import Budget, Progress, Timing
from neptune_snapshot_provider.core.steps import (
    AssumeUnknownStack,
    ChangeTags,
    Continue,
    CreateSnapshot,
    DeleteSnapshot,
    Fact,
    Found,
    FreeQuota,
    Observe,
    Observed,
    Respond,
    Step,
    Wait,
)
from neptune_snapshot_provider.finalizer import Finalizer
from neptune_snapshot_provider.logs import LogEvent, log
from neptune_snapshot_provider.observer import Observer

Outcome: TypeAlias = Respond | Continue
OnWait: TypeAlias = Callable[[Wait, Observed], None]
"""Called before each pause, with what is waited for and what was observed."""


class Reconciler:
    """Fulfils one request as far as one invocation's time goes."""

    def __init__(  # noqa: PLR0913 - what a request needs of the world
        self,
        request: Request,
        aws: Aws,
        clock: Clock,
        budget: Budget,
        *,
        started: bool,
        on_wait: OnWait | None = None,
    ) -> None:
        self._request = request
        self._aws = aws
        self._clock = clock
        self._budget = budget
        self._on_wait = on_wait
        self._observed = Observed(started=started)
        self._progress = Progress()
        self._reported: tuple[str, int | None] | None = None
        self._finalizer = Finalizer(request, aws, clock, budget)
        self._observer = Observer(request, aws, self._finalizer.quota)

    def run(self) -> Outcome:
        """Take steps until the request is done or this invocation's time is over.

        Raises:
            ProviderError: The request cannot be fulfilled.
        """
        while True:
            step = decide(self._request, self._observed, self._timing())
            if isinstance(step, Respond):
                _log_cause(step)
                return self._finalizer.complete(step)
            if isinstance(step, Continue):
                return step
            try:
                self._take(step)
            except Refusal as refusal:
                self._observed = replace(self._observed, refusal=refusal)

    def _take(self, step: Step) -> None:
        actions: Final[dict[type, Callable[..., None]]] = {
            Observe: self._observe,
            AssumeUnknownStack: self._assume_unknown_stack,
            CreateSnapshot: self._create,
            ChangeTags: self._change_tags,
            DeleteSnapshot: self._delete,
            FreeQuota: self._free_quota,
            Wait: self._wait,
        }
        actions[type(step)](step)

    def _observe(self, step: Observe) -> None:
        self._observed = self._observer.observe(step, self._observed)
        if step.fact is Fact.STACK and not self._observed.seen_before_rollback:
            operation = operation_of(self._request, self._observed, self._timing())
            forward = operation is not None and operation.phase is Phase.FORWARD
            self._observed = replace(self._observed, seen_before_rollback=forward)

    def _assume_unknown_stack(self, _: AssumeUnknownStack) -> None:
        message = "The stack's status may not be read: no snapshot is ever deleted"
        log(logging.WARNING, LogEvent.STACK_UNKNOWN, message)
        self._observed = replace(self._observed, stack=MISSING, refusal=None)

    def _create(self, step: CreateSnapshot) -> None:
        snapshot = self._aws.create(step.identifier, step.cluster, step.tags)
        self._observed = replace(
            self._observed,
            started=True,
            not_found_reads=0,
            snapshot=snapshot,
            tags=dict(step.tags),
            tagged_at=snapshot.created_at,
        )
        log(
            logging.INFO,
            LogEvent.SNAPSHOT_STARTED,
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
        self._observed = _with_tags(self._observed, step)
        log(
            logging.INFO,
            LogEvent.TAGS_CHANGED,
            f"Changed the tags of {step.arn}",
            added=sorted(step.add),
            removed=sorted(step.remove),
        )

    def _delete(self, step: DeleteSnapshot) -> None:
        self._aws.delete(step.identifier)
        log(
            logging.INFO,
            LogEvent.SNAPSHOT_DELETING,
            f"Neptune deletes snapshot {step.identifier}",
            snapshot=step.identifier,
        )
        self._wait(Wait(f"snapshot {step.identifier} is being deleted", "deleting"))

    def _free_quota(self, step: FreeQuota) -> None:
        self._observed = replace(self._observed, freed=self._finalizer.free_quota(step.newest))

    def _wait(self, wait: Wait) -> None:
        self._report(wait)
        if self._on_wait:
            self._on_wait(wait, self._observed)
        now = self._clock.now()
        self._progress = self._progress.reported(wait.percent, now)
        self._clock.sleep(self._pause(wait, now))
        self._observed = self._observed.after_wait()

    def _pause(self, wait: Wait, now: float) -> float:
        if wait.pause is not None:
            return wait.pause
        elapsed = now - self._began()
        estimate = schedule.remaining(elapsed, self._progress, now)
        chance = random.random()  # noqa: S311 - spreads polls in time, guards nothing
        pause = schedule.pause(elapsed, estimate, chance)
        until = min(self._budget.deadline, self._budget.invocation_ends) - now
        return min(pause, until) if until > 0 else schedule.PAUSE_MIN

    def _timing(self) -> Timing:
        now = self._clock.now()
        snapshot = self._observed.snapshot
        percent = snapshot.percent if isinstance(snapshot, Snapshot) else None
        progress = self._progress.reported(percent, now)
        estimate = schedule.remaining(now - self._began(), progress, now)
        return Timing(budget=self._budget, now=now, remaining=estimate)

    def _began(self) -> float:
        """When the snapshot began; while there is none, when the request did."""
        snapshot, started_at = self._observed.snapshot, self._budget.started_at
        if isinstance(snapshot, Snapshot) and snapshot.created_at is not None:
            return max(snapshot.created_at, started_at)
        return started_at

    def _report(self, wait: Wait) -> None:
        """Log a transition once, and progress in steps of ten per cent."""
        current = (wait.status, None if wait.percent is None else wait.percent // 10)
        if current == self._reported:
            return
        self._reported = current
        message = wait.situation[:1].upper() + wait.situation[1:]
        log(logging.INFO, wait.event, message, status=wait.status, percent=wait.percent)


def _with_tags(observed: Observed, step: ChangeTags) -> Observed:
    """Take note of changed tags, wherever the snapshot was observed."""

    def changed(tags: Mapping[str, str]) -> Mapping[str, str]:
        return {**{k: v for k, v in tags.items() if k not in step.remove}, **step.add}

    def of(found: Found | Missing | None) -> Found | Missing | None:
        if not isinstance(found, Found) or found.snapshot.arn != step.arn:
            return found
        return replace(found, tags=changed(found.tags))

    return replace(
        observed,
        tags=None if observed.tags is None else changed(observed.tags),
        # Reuse is judged by what the current snapshot was before.
        current=of(observed.current) if step.reverts else observed.current,
        reusable=of(observed.reusable),
        predecessor=of(observed.predecessor),
    )


def _log_cause(response: Respond) -> None:
    if response.cause:
        message = f"The rollback continues, and nothing is deleted, in spite of: {response.cause}"
        log(logging.WARNING, LogEvent.OPERATION_REVERTING, message)
