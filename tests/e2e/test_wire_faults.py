"""Between the Lambda and AWS much goes wrong, in the SDK's own wire format; all ends right."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import aws_cdk as cdk
import pytest
import urllib3

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from cdk_neptune_snapshot.provider import SnapshotProvider
from local_aws import LocalAws
from support.deployment import Deployment, Snapshots

pytestmark = pytest.mark.e2e

SERVICES = ("NEPTUNE", "CLOUDFORMATION", "EVENTBRIDGE", "LAMBDA")
FAULTS: list[dict[str, Any]] = [
    # Each rule counts the calls that those before it let through: every run is like the last.
    {"sequence": {"fail": 3, "pass": 7}, "error": {"code": "Throttling", "status": 400}},
    {"sequence": {"fail": 1, "pass": 6}, "error": {"code": "InternalFailure", "status": 500}},
    {"sequence": {"fail": 1, "pass": 9}, "reset": True},
    {"sequence": {"fail": 1, "pass": 9}, "latency": {"ms": 2000}},
]
"""Of a hundred calls 30 are throttled, 10 fail with 500, 6 are reset, 5 take two seconds."""


@dataclass
class Proxy:
    """The proxy, and what it has seen."""

    url: str

    def apply(self, rules: list[dict[str, Any]]) -> None:
        """Let these faults happen, and no others."""
        assert self._do("POST", "rules", json=rules).status == 200

    def counts(self) -> dict[str, int]:
        """How many calls came, and how many of them went wrong."""
        return dict(self._do("GET", "stats").json()["requests"])

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return self._do("GET", "health").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def _do(self, method: str, path: str, **options: Any) -> urllib3.BaseHTTPResponse:  # noqa: ANN401
        url = f"{self.url}/_microburst/{path}"
        return urllib3.request(method, url, retries=False, timeout=10, **options)


@pytest.fixture(scope="module")
def proxy(aws: LocalAws) -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["-m", "microburst", "--upstream", aws.endpoint_url, "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "SSL_CERT_FILE": str(aws.authority_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    proxy = Proxy(f"http://127.0.0.1:{port}")
    try:
        while not proxy.is_ready():
            assert process.poll() is None
            time.sleep(0.1)
        yield proxy
    finally:
        process.kill()
        process.wait()


def test_every_deployment_ends_right(
    deployment: Deployment, snapshots: Snapshots, proxy: Proxy
) -> None:
    proxy.apply(FAULTS)

    def deploy(version: str, team: str) -> str:
        define = partial(
            _define, proxy=proxy, cluster=snapshots.cluster, version=version, team=team
        )
        result = deployment.deploy(define).require()
        return result.outputs["Name"]

    first = deploy("v1", "graph")
    assert deploy("v1", "data") == first
    assert snapshots.names() == [first]
    assert snapshots.tags(first)["team"] == "data"
    second = deploy("v2", "data")
    assert snapshots.names() == [second]
    deployment.destroy().require()
    assert snapshots.names() == []
    counts = proxy.counts()
    retries = counts["total"] - counts["forwarded"]
    print(f"{counts['faulted']} of {counts['total']} calls went wrong, {retries} made again")  # noqa: T201 - a figure
    assert counts["faulted"] > counts["total"] * 0.4


def _define(stack: cdk.Stack, *, proxy: Proxy, cluster: str, version: str, team: str) -> None:
    function = SnapshotProvider.get_or_create(stack).function
    for service in SERVICES:
        function.add_environment(f"AWS_ENDPOINT_URL_{service}", proxy.url)
    snapshot = DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster=cluster,
        trigger=SnapshotTrigger.on_value_changed(version),
        removal_policy=cdk.RemovalPolicy.DESTROY,
        tags={"team": team},
    )
    cdk.CfnOutput(stack, "Name", value=snapshot.snapshot_identifier)
