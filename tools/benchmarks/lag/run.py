"""Takes the planned snapshots, all peers side by side on one local AWS."""

import sys
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypedDict

from benchmarks import cloud, peers, requests
from benchmarks.lag.plan import Lane, Trial
from local_aws import Call, SnapshotBehaviour

_DRAIN_SECONDS: Final = 4.0
_POLL_SECONDS: Final = 0.1
_TIMEOUT: Final = 600.0
_GAP: Final = 0.37
"""Between the answer to one trial and the next; no multiple of anybody's interval."""


class Sample(TypedDict):
    """Of one trial: the lag in seconds, its part after the last poll, and the polls of Neptune."""

    peer: str
    seconds: int
    progress: str
    lag: float
    answering: float
    calls: int


def run(lanes: Sequence[Lane]) -> list[Sample]:
    """Take all snapshots; gives what came of each."""
    trials = [trial for lane in lanes for trial in lane.trials]
    with cloud.start() as here:
        functions = {peer: _deploy(here, peer) for peer in peers.PEERS}
        for trial in trials:
            here.add_clusters([trial.cluster], trial.behaviour)
        stack = requests.pending_stack(here.aws)
        here.aws.clear_calls()
        sent: dict[str, str] = {}
        answered: set[str] = set()

        def take(lane: Lane) -> None:
            time.sleep(lane.delay)
            for trial in lane.trials:
                event = requests.create(here.aws, stack, functions[trial.peer], trial.cluster)
                sent[trial.cluster] = event["RequestId"]
                here.invoke(functions[trial.peer], event)
                _wait_for(event["RequestId"], answered)
                time.sleep(_GAP)

        with ThreadPoolExecutor(len(lanes)) as pool:
            running = [pool.submit(take, lane) for lane in lanes]
            # The server is asked only now and then, and for all lanes.
            while not all(one.done() for one in running):
                time.sleep(_DRAIN_SECONDS)
                calls = here.aws.calls("CustomResourceResponse")
                answered.update(str(call.parameters.get("RequestId")) for call in calls)
                sys.stderr.write(f"\r  {len(answered)} snapshots answered ")
            for one in running:
                one.result()
        calls = here.aws.calls()
    return [sample(trial, sent[trial.cluster], calls) for trial in trials]


def _wait_for(request: str, answered: Collection[str]) -> None:
    until = time.monotonic() + _TIMEOUT
    while request not in answered:
        if time.monotonic() > until:
            raise TimeoutError(f"request {request} was not answered")
        time.sleep(_POLL_SECONDS)


def sample(trial: Trial, request: str, calls: Sequence[Call]) -> Sample:
    """Find what concerns one trial, which has to have succeeded, among all calls."""
    (created,) = [
        call
        for call in calls
        if call.action == "CreateDBClusterSnapshot"
        and call.parameters["DBClusterIdentifier"] == trial.cluster
    ]
    answer = next(
        call
        for call in calls
        if call.action == "CustomResourceResponse" and call.parameters["RequestId"] == request
    )
    if answer.parameters["Status"] != "SUCCESS":
        raise RuntimeError(f"{trial} failed: {answer.parameters.get('Reason')}")
    snapshot = created.parameters["DBClusterSnapshotIdentifier"]
    looks = [call for call in calls if call.service == "rds" and _concerns(call, snapshot)]
    return Sample(
        peer=trial.peer,
        seconds=trial.seconds,
        progress=trial.progress.value,
        lag=answer.time - created.time - trial.duration,
        answering=answer.time - max(call.time for call in looks if call.time <= answer.time),
        calls=len(looks) - 1,
    )


def _concerns(call: Call, snapshot: str) -> bool:
    return any(snapshot in str(value) for value in call.parameters.values())


def _deploy(here: cloud.Cloud, peer: str) -> str:
    name = f"Lag{list(peers.PEERS).index(peer)}"
    clusters = [name.lower()]
    # Not the lag that counts, but every function is warm and proven afterwards.
    here.add_clusters(clusters, SnapshotBehaviour(seconds=0))
    here.deploy(here.synthesise(peer, name, clusters))
    return here.function(name)
