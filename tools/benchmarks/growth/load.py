"""Many snapshots at once on local AWS, without and with throttling."""

import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypedDict

from benchmarks import cloud, events, peers, pending, stacks
from local_aws import Call, Caller, Fault, FaultKind, SnapshotBehaviour

THROTTLED_SHARE: Final = 0.2
_ANSWER: Final = "CustomResourceResponse"
_TIMEOUT: Final = 420.0


class Burst(TypedDict):
    """Snapshots that are asked for at the same moment.

    ``peak`` and ``usual`` are calls of the function per second: in the busiest second, and in the
    median one.
    """

    snapshots: int
    snapshot_seconds: float
    throttling: bool
    succeeded: int
    seconds: float
    peak: int
    usual: float
    calls: int
    throttled: int


def bursts(counts: Sequence[int], seconds: float, *, throttling: bool) -> list[Burst]:
    """Ask one function for many snapshots at once, as CloudFormation does on AWS."""
    with cloud.start() as here:
        here.add_clusters(["first"], SnapshotBehaviour(seconds=0))
        here.deploy(here.synthesise(peers.OURS, "Burst", ["first"]))
        stack = pending.create(here.aws)
        if throttling:
            here.aws.add_fault(_throttling())
        return [_burst(here, stack, count, seconds, throttling=throttling) for count in counts]


def _burst(here: cloud.Cloud, stack: str, count: int, seconds: float, *, throttling: bool) -> Burst:
    clusters, function = stacks.names(count, f"burst-{count}"), here.function("Burst")
    here.add_clusters(clusters, SnapshotBehaviour(seconds=seconds))
    here.aws.clear_calls()
    started = time.time()
    for cluster in clusters:
        request = str(uuid.uuid4())
        here.invoke(
            function, events.create(here.aws.endpoint_url, stack, function, cluster, request)
        )
    calls = _when_answered(here, count)
    asked = _by_functions(calls)
    per_second = _per_second(asked)
    answers = [call for call in calls if call.action == _ANSWER]
    return Burst(
        snapshots=count,
        snapshot_seconds=seconds,
        throttling=throttling,
        succeeded=sum(call.parameters["Status"] == "SUCCESS" for call in answers),
        seconds=max(call.time for call in answers) - started,
        peak=max(per_second),
        usual=sorted(per_second)[len(per_second) // 2],
        calls=len(asked),
        throttled=sum(bool(call.fault) for call in asked),
    )


def _when_answered(here: cloud.Cloud, count: int) -> list[Call]:
    deadline = time.monotonic() + _TIMEOUT
    pause = threading.Event()
    while True:
        pause.wait(5)
        calls = here.aws.calls()
        answered = sum(call.action == _ANSWER for call in calls)
        sys.stderr.write(f"\r  {answered} of {count} answered ")
        if answered >= count:
            return calls
        if time.monotonic() > deadline:
            raise TimeoutError(f"{answered} of {count} requests were answered")


def _per_second(calls: Sequence[Call]) -> list[int]:
    """Count the calls of each second in which there was one."""
    return list(Counter(int(call.time) for call in calls).values())


def _throttling() -> Fault:
    return Fault(
        FaultKind.THROTTLING,
        caller=Caller.LAMBDA,
        service="rds",
        count=None,
        probability=THROTTLED_SHARE,
        seed=2026,
    )


def _by_functions(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if call.caller is Caller.LAMBDA and call.action != _ANSWER]
