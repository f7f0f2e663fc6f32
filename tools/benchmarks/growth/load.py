"""Many snapshots at once on local AWS, without and with throttling."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypedDict

from benchmarks import cloud, peers, requests, stacks
from local_aws import Call, Caller, Fault, FaultKind, SnapshotBehaviour

THROTTLED_SHARE: Final = 0.2
_THROTTLING: Final = Fault(
    FaultKind.THROTTLING,
    service="rds",
    caller=Caller.LAMBDA,
    count=None,
    probability=THROTTLED_SHARE,
    seed=2026,
)
_ANSWER: Final = "CustomResourceResponse"
_TIMEOUT: Final = 420.0


class Burst(TypedDict):
    """Snapshots that are asked for at the same moment.

    ``peak`` and ``usual`` are the function's calls in the busiest and in the median second.
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
        stack = requests.pending_stack(here.aws)
        if throttling:
            here.aws.add_fault(_THROTTLING)
        return [_burst(here, stack, count, seconds, throttling=throttling) for count in counts]


def _burst(here: cloud.Cloud, stack: str, count: int, seconds: float, *, throttling: bool) -> Burst:
    clusters, function = stacks.names(count, f"burst-{count}"), here.function("Burst")
    here.add_clusters(clusters, SnapshotBehaviour(seconds=seconds))
    here.aws.clear_calls()
    started = time.time()
    for cluster in clusters:
        here.invoke(function, requests.create(here.aws, stack, function, cluster))
    calls = _when_answered(here, count)
    asked = [call for call in calls if call.caller is Caller.LAMBDA and call.action != _ANSWER]
    # Of each second in which there was a call.
    per_second = sorted(Counter(int(call.time) for call in asked).values())
    answers = [call for call in calls if call.action == _ANSWER]
    return Burst(
        snapshots=count,
        snapshot_seconds=seconds,
        throttling=throttling,
        succeeded=sum(call.parameters["Status"] == "SUCCESS" for call in answers),
        seconds=max(call.time for call in answers) - started,
        peak=max(per_second),
        usual=per_second[len(per_second) // 2],
        calls=len(asked),
        throttled=sum(bool(call.fault) for call in asked),
    )


def _when_answered(here: cloud.Cloud, count: int) -> list[Call]:
    deadline = time.monotonic() + _TIMEOUT
    while True:
        time.sleep(5)
        calls = here.aws.calls()
        answered = sum(call.action == _ANSWER for call in calls)
        sys.stderr.write(f"\r  {answered} of {count} answered ")
        if answered >= count:
            return calls
        if time.monotonic() > deadline:
            raise TimeoutError(f"{answered} of {count} requests were answered")
