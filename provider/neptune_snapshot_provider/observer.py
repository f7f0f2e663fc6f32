"""Observes the facts that a decision asks for, one call or a few for each."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from neptune_snapshot_provider.aws.protocol import Aws
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.generations import used_at
from neptune_snapshot_provider.core.models import MISSING, Missing, Snapshot
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.core.steps import Fact, Found, Observe, Observed, Quota
from neptune_snapshot_provider.logs import LogEvent, log

_Fits: TypeAlias = Callable[[Request, Properties, Snapshot, Mapping[str, str]], bool]


class Observer:
    """Observes for one request.

    Args:
        request: The request.
        aws: Where to observe.
        quota: Finds out what uses up the quota.
    """

    def __init__(self, request: Request, aws: Aws, quota: Callable[[], Quota]) -> None:
        self._request = request
        self._properties = request.properties or Properties()
        self._aws = aws
        self._read_quota = quota
        self._observers: Final[dict[Fact, Callable[[Observed, str], Observed]]] = {
            Fact.STACK: self._stack,
            Fact.CURRENT: self._current,
            Fact.LATEST: self._latest,
            Fact.SNAPSHOT: self._snapshot,
            Fact.TAGS: self._tags,
            Fact.CLUSTER: self._cluster,
            Fact.PREDECESSOR: self._predecessor,
            Fact.REUSABLE: self._reusable,
            Fact.QUOTA: self._quota,
        }

    def observe(self, step: Observe, observed: Observed) -> Observed:
        """Add one fact to what is observed.

        Raises:
            Refusal: A call was refused.
        """
        added = self._observers[step.fact](observed, step.identifier)
        return replace(added, refusal=None, is_stack_confirmed=step.fact is Fact.STACK)

    def _stack(self, observed: Observed, _: str) -> Observed:
        stack = self._aws.stack(self._request.stack_id)
        if stack is MISSING:
            message = "CloudFormation does not know the stack: no snapshot is ever deleted"
            log(logging.WARNING, LogEvent.STACK_UNKNOWN, message)
        return replace(observed, stack=stack)

    def _current(self, observed: Observed, identifier: str) -> Observed:
        snapshot = self._aws.snapshot(identifier)
        if snapshot is MISSING:
            return replace(observed, current=MISSING)
        tags = self._aws.tags(snapshot.arn)
        found = Found(snapshot=snapshot, tags=tags)
        return replace(
            observed,
            current=found,
            identifier=identifier,
            snapshot=snapshot,
            tags=tags,
            tagged_at=snapshot.created_at,
        )

    def _snapshot(self, observed: Observed, identifier: str) -> Observed:
        snapshot = self._aws.snapshot(identifier)
        is_same_name = observed.identifier == identifier
        # Another snapshot under the same name may be somebody else's.
        is_same = (
            is_same_name
            and isinstance(snapshot, Snapshot)
            and snapshot.created_at == observed.tagged_at
        )
        reads = observed.not_found_reads if is_same_name else 0
        return replace(
            observed,
            identifier=identifier,
            snapshot=snapshot,
            tags=observed.tags if is_same else None,
            not_found_reads=reads + 1 if snapshot is MISSING else 0,
        )

    def _tags(self, observed: Observed, _: str) -> Observed:
        snapshot = observed.snapshot
        if not isinstance(snapshot, Snapshot):
            return observed
        tags = self._aws.tags(snapshot.arn)
        return replace(observed, tags=tags, tagged_at=snapshot.created_at)

    def _cluster(self, observed: Observed, _: str) -> Observed:
        return replace(observed, cluster=self._aws.cluster(self._properties.cluster))

    def _latest(self, observed: Observed, _: str) -> Observed:
        # One that is not available yet counts as well.
        found = (
            Found(snapshot=one, tags=self._aws.tags(one.arn))
            for one in self._aws.snapshots_of(self._properties.cluster)
            if one.kind == "manual"
        )
        own = [one for one in found if ownership.belongs_to(self._request, one.snapshot, one.tags)]
        latest = max(own, key=lambda one: used_at(one.snapshot, one.tags) or 0, default=MISSING)
        return replace(observed, latest=latest)

    def _predecessor(self, observed: Observed, _: str) -> Observed:
        return replace(observed, predecessor=self._newest(ownership.is_of_generation))

    def _reusable(self, observed: Observed, _: str) -> Observed:
        return replace(observed, reusable=self._newest(ownership.is_reusable))

    def _quota(self, observed: Observed, _: str) -> Observed:
        return replace(observed, quota=self._read_quota())

    def _newest(self, fits: _Fits) -> Found | Missing:
        """The newest usable snapshot of the cluster that fits, with its tags."""
        snapshots = self._aws.snapshots_of(self._properties.cluster)
        counting = [one for one in snapshots if ownership.is_usable(one)]
        for snapshot in sorted(counting, key=lambda one: one.created_at or 0, reverse=True):
            tags = self._aws.tags(snapshot.arn)
            if fits(self._request, self._properties, snapshot, tags):
                return Found(snapshot=snapshot, tags=tags)
        return MISSING
