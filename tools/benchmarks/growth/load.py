"""Many snapshots at once on local AWS, without and with throttling."""

import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypedDict

from benchmarks import cloud, events, peers, pending, stacks
from local_aws import Call, Caller, Fault, FaultKind, SnapshotBehaviour

THROTTLED_SHARE: Final = 0.2
_ANSWER: Final = "CustomResourceResponse"
_PATIENCE: Final = 420.0


class Deployed(TypedDict):
    """One stack; ``throttled`` counts calls of its function that were refused.

    ``peak`` is its calls in the busiest second.
    """

    snapshots: int
    throttling: bool
    seconds: float
    calls: int
    throttled: int
    peak: int


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


def deploy(counts: Sequence[int], seconds: float, *, throttling: bool) -> list[Deployed]:
    """Deploy stacks of several sizes at the same time to one local AWS."""
    with cloud.start() as here, ThreadPoolExecutor(len(counts)) as pool:
        assemblies = []
        for count in counts:
            clusters = stacks.names(count, f"grow-{count}")
            here.add_clusters(clusters, SnapshotBehaviour(seconds=seconds))
            assemblies.append(here.synthesise(peers.OURS, f"Grow{count}", clusters))
        here.aws.clear_calls()
        if throttling:
            here.aws.add_fault(_throttling())
        taken = list(pool.map(here.deploy, assemblies))
        calls = _by_functions(here.aws.calls())
    return [
        _deployed(
            [call for call in calls if _is_of(call, f"grow-{count}-")],
            count,
            duration,
            throttling=throttling,
        )
        for count, duration in zip(counts, taken, strict=True)
    ]


def bursts(counts: Sequence[int], seconds: float, *, throttling: bool) -> list[Burst]:
    """Ask one function for many snapshots at once, as CloudFormation does on AWS."""
    with cloud.start() as here:
        here.add_clusters(["first"], SnapshotBehaviour(seconds=0))
        here.deploy(here.synthesise(peers.OURS, "Burst", ["first"]))
        stack = pending.create(here.aws)
        if throttling:
            here.aws.add_fault(_throttling())
        return [_burst(here, stack, count, seconds, throttling=throttling) for count in counts]


def _deployed(calls: Sequence[Call], count: int, seconds: float, *, throttling: bool) -> Deployed:
    return Deployed(
        snapshots=count,
        throttling=throttling,
        seconds=seconds,
        calls=len(calls),
        throttled=sum(bool(call.fault) for call in calls),
        peak=max(_per_second(calls)),
    )


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
    deadline = time.monotonic() + _PATIENCE
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


def _is_of(call: Call, prefix: str) -> bool:
    return any(prefix in str(value) for value in call.parameters.values())
