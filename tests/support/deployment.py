"""Deploys with the real CDK command line, and looks at what is there afterwards."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from cdk_neptune_snapshot.provider import SnapshotProvider
from deployment.cdk_cli import PROJECT, Cdk, Result
from deployment.synthesis import synthesize
from local_aws import LocalAws

__all__ = ["ROOT", "Deployment", "Result", "Snapshots", "cdk_cli", "shorten_invocations"]

ROOT = PROJECT


class Cloud(Protocol):
    """Local AWS, or an account."""

    def client(self, service: str) -> Any: ...  # noqa: ANN401 - boto3's clients have no common type


def cdk_cli(
    aws: LocalAws, directory: Path, *, python_path: str = "", python: str = sys.executable
) -> Cdk:
    """The CDK's command line on local AWS; emulated stacks are ready sooner than real ones."""
    preload = f"--require={Path(__file__).with_name('cdk_preload.cjs')}"
    environment = {**aws.environment, "NODE_OPTIONS": preload, "PYTHONPATH": python_path}
    return Cdk(environment, directory, longest=500, programs=Path(python).parent)


class Deployment:
    """One stack, deployed again and again as its definition changes."""

    tags: Mapping[str, str] = {}

    def __init__(self, cloud: Cloud, cdk_cli: Cdk, name: str, directory: Path) -> None:
        self.cloud = cloud
        self.name = name
        self.directory = directory
        self._cdk = cdk_cli
        self._count = 0

    def deploy(
        self, define: Callable[[cdk.Stack], object], *options: str, step: str = ""
    ) -> Result:
        """Synthesize what ``define`` puts into the stack, and deploy it with these options.

        ``step`` is what the smoke checks know the deployment by.
        """
        self._count += 1
        assembly = synthesize(self._assembly, self.name, define, self.tags)
        return self.act(
            step or f"deployment {self._count}", lambda: self._cdk.deploy(assembly, *options)
        )

    def destroy(self) -> Result:
        """Delete the stack."""
        return self.act("destroy", lambda: self._cdk.destroy(self._assembly))

    def act(self, _step: str, command: Callable[[], Result]) -> Result:
        """Run a command; to be extended."""
        return command()

    @property
    def status(self) -> str:
        """The stack's."""
        stacks = self.cloud.client("cloudformation").describe_stacks(StackName=self.name)
        return str(stacks["Stacks"][0]["StackStatus"])

    @property
    def _assembly(self) -> Path:
        return self.directory / f"cdk.out.{self._count}"


class Snapshots:
    """Neptune as a test sees it from outside: snapshots of a cluster, with some prefix."""

    def __init__(self, cloud: Cloud, cluster: str, prefix: str = "") -> None:
        self._neptune = cloud.client("neptune")
        self.cluster = cluster
        self._prefix = prefix

    def names(self) -> list[str]:
        """The manual snapshots, oldest first."""
        pages = self._neptune.get_paginator("describe_db_cluster_snapshots").paginate(
            DBClusterIdentifier=self.cluster, SnapshotType="manual"
        )
        found = [one for page in pages for one in page["DBClusterSnapshots"]]
        # One that is only just created may have no time yet.
        found.sort(key=lambda one: str(one.get("SnapshotCreateTime", "~")))
        names = [str(one["DBClusterSnapshotIdentifier"]) for one in found]
        return [name for name in names if name.startswith(self._prefix)]

    def tags(self, name: str) -> dict[str, str]:
        """Tags of one snapshot."""
        arn = self.record(name)["DBClusterSnapshotArn"]
        listed = self._neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    def record(self, name: str) -> dict[str, Any]:
        """The API's record of one snapshot."""
        answer = self._neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)
        return dict(answer["DBClusterSnapshots"][0])


def shorten_invocations(stack: cdk.Stack, seconds: int) -> None:
    """Give the provider's invocations less time, so that the poll has something to do."""
    function = SnapshotProvider.get_or_create(stack).function.node.default_child
    assert isinstance(function, lambda_.CfnFunction)
    function.timeout = seconds
