"""Deploys with the real CDK command line on local AWS, and looks at what is there afterwards."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from aws_smoke.stacks import shorten_invocations
from deployment.cdk_cli import PROJECT, Cdk, Result, synthesize
from local_aws import LocalAws

__all__ = ["ROOT", "Deployment", "Result", "Snapshots", "shorten_invocations"]

ROOT = PROJECT


def cdk_cli(
    aws: LocalAws, directory: Path, *, python_path: str = "", python: str = sys.executable
) -> Cdk:
    """The CDK's command line on local AWS; emulated stacks are ready sooner than real ones."""
    preload = f"--require={Path(__file__).with_name('quick_polls.cjs')}"
    environment = {**aws.environment, "NODE_OPTIONS": preload, "PYTHONPATH": python_path}
    return Cdk(environment, directory, longest=500, programs=Path(python).parent)


class Deployment:
    """One stack, deployed again and again as its definition changes."""

    def __init__(self, aws: LocalAws, name: str, directory: Path) -> None:
        self.aws = aws
        self.name = name
        self.directory = directory
        self._cdk = cdk_cli(aws, directory)
        self._count = 0

    def deploy(self, define: Callable[[cdk.Stack], object], *options: str) -> Result:
        """Synthesize what ``define`` puts into the stack, and deploy it with these options."""
        self._count += 1
        assembly = synthesize(self._assembly, self.name, define)
        return self._cdk.deploy(assembly, *options)

    def destroy(self) -> Result:
        """Delete the stack."""
        return self._cdk.destroy(self._assembly)

    @property
    def status(self) -> str:
        """The stack's."""
        stacks = self.aws.client("cloudformation").describe_stacks(StackName=self.name)
        return stacks["Stacks"][0]["StackStatus"]

    def rules(self) -> list[str]:
        """EventBridge rules, of whomever."""
        return [rule["Name"] for rule in self.aws.client("events").list_rules()["Rules"]]

    @property
    def _assembly(self) -> Path:
        return self.directory / f"cdk.out.{self._count}"


class Snapshots:
    """Neptune as a test sees it from outside."""

    def __init__(self, aws: LocalAws, cluster: str) -> None:
        self._neptune = aws.client("neptune")
        self.cluster = cluster

    def names(self) -> list[str]:
        """Snapshots of the cluster, oldest first."""
        return [one["DBClusterSnapshotIdentifier"] for one in self._all()]

    def tags(self, name: str) -> dict[str, str]:
        """Tags of one snapshot."""
        (arn,) = [
            one["DBClusterSnapshotArn"]
            for one in self._all()
            if one["DBClusterSnapshotIdentifier"] == name
        ]
        listed = self._neptune.list_tags_for_resource(ResourceName=arn)["TagList"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    def record(self, name: str) -> dict[str, Any]:
        """The API's record of one snapshot."""
        answer = self._neptune.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)
        return dict(answer["DBClusterSnapshots"][0])

    def _all(self) -> list[Any]:
        answer = self._neptune.describe_db_cluster_snapshots(DBClusterIdentifier=self.cluster)
        return sorted(answer["DBClusterSnapshots"], key=lambda one: one["SnapshotCreateTime"])
