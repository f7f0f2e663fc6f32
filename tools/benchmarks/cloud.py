"""Local AWS as the benchmarks use it: bootstrapped, and fit for the peers' Node functions."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks import stacks
from benchmarks.peers import TOKEN_OUTPUT
from deployment.cdk_cli import PROJECT, Cdk
from local_aws import LocalAws, SnapshotBehaviour

NODE_MODULES: Final = PROJECT / "node_modules"
_ANSWER_PORT: Final = Path(__file__).parent / "peers" / "answer_port.js"
_QUOTA: Final = 10_000
_DEPLOY_SECONDS: Final = 3000


class Cloud:
    """Deploys and invokes."""

    def __init__(self, aws: LocalAws) -> None:
        """Bootstrap it."""
        self.aws = aws
        self._assemblies = aws.directory / "tmp" / "assemblies"
        aws.set_snapshot_quota(_QUOTA)
        self._cdk = Cdk(aws.environment, aws.directory / "tmp", longest=_DEPLOY_SECONDS)
        self._cdk.bootstrap(aws.account_id, aws.region).require()

    def add_clusters(self, clusters: Sequence[str], behaviour: SnapshotBehaviour) -> None:
        """Make clusters whose snapshots behave in a way."""
        neptune = self.aws.client("neptune")
        for cluster in clusters:
            neptune.create_db_cluster(DBClusterIdentifier=cluster, Engine="neptune")
            self.aws.set_snapshot_behaviour(behaviour, cluster=cluster)

    def synthesise(self, peer: str, name: str, clusters: Sequence[str]) -> Path:
        """Write a stack's assembly."""
        directory = self._assemblies / name
        stacks.synthesise(peer, name, clusters, directory)
        return directory

    def deploy(self, assembly: Path) -> float:
        """Deploy an assembly with the CDK's command line; gives the seconds it took."""
        started = time.perf_counter()
        self._cdk.deploy(assembly).require()
        return time.perf_counter() - started

    def delete(self, name: str) -> None:
        """Delete a stack and wait until it is gone."""
        client = self.aws.client("cloudformation")
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
        )

    def function(self, name: str) -> str:
        """Find the ARN of the function that a stack's custom resources ask."""
        stack = self.aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        found = {
            each.get("OutputKey"): each.get("OutputValue", "") for each in stack.get("Outputs", [])
        }
        return found[TOKEN_OUTPUT]

    def stack_seconds(self, name: str) -> float:
        """Say how long CloudFormation took to create a stack, by its own events."""
        pages = self.aws.client("cloudformation").get_paginator("describe_stack_events")
        times = [
            event["Timestamp"].timestamp()
            for page in pages.paginate(StackName=name)
            for event in page["StackEvents"]
        ]
        return max(times) - min(times)

    def invoke(self, function: str, event: dict[str, Any]) -> None:
        """Invoke a function as CloudFormation does: without waiting."""
        self.aws.client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode()
        )


@contextmanager
def start() -> Iterator[Cloud]:
    """Start local AWS."""
    settings = {"NODE_PATH": str(NODE_MODULES), "NODE_OPTIONS": f"--require={_ANSWER_PORT}"}
    with LocalAws(server_settings=settings) as aws:
        yield Cloud(aws)
