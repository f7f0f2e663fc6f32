"""Deploys with the real CDK command line on local AWS, and looks at what is there afterwards."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from cdk_neptune_snapshot.provider import SnapshotProvider
from local_aws import LocalAws

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """How the command line ended, and what it said."""

    status: int
    output: str
    outputs: dict[str, str]

    @property
    def succeeded(self) -> bool:
        return self.status == 0


class Deployment:
    """One stack, deployed again and again as its definition changes."""

    def __init__(self, aws: LocalAws, name: str, directory: Path) -> None:
        self.aws = aws
        self.name = name
        self.directory = directory
        self._count = 0

    def deploy(self, define: Callable[[cdk.Stack], object]) -> Result:
        """Synthesise what ``define`` puts into the stack, and deploy it."""
        assembly = self._synth(define)
        outputs = self.directory / "outputs.json"
        outputs.unlink(missing_ok=True)
        ended = self._cdk(
            "deploy",
            "--app",
            str(assembly),
            "--all",
            "--require-approval=never",
            "--method=direct",
            "--progress=events",
            f"--outputs-file={outputs}",
        )
        found = json.loads(outputs.read_text()) if outputs.exists() else {}
        return Result(ended.returncode, ended.stdout, found.get(self.name, {}))

    def destroy(self) -> Result:
        """Delete the stack."""
        assembly = self.directory / f"cdk.out.{self._count}"
        ended = self._cdk("destroy", "--app", str(assembly), "--force", self.name)
        return Result(ended.returncode, ended.stdout, {})

    @property
    def status(self) -> str:
        """The stack's."""
        stacks = self.aws.client("cloudformation").describe_stacks(StackName=self.name)
        return stacks["Stacks"][0]["StackStatus"]

    def rules(self) -> list[str]:
        """EventBridge rules, of whomever."""
        return [rule["Name"] for rule in self.aws.client("events").list_rules()["Rules"]]

    def permissions(self) -> list[str]:
        """What the provider's function has been opened to, if there is one."""
        client = self.aws.client("lambda")
        found = []
        for function in client.list_functions()["Functions"]:
            if not function["FunctionName"].startswith(self.name):
                continue
            try:
                policy = client.get_policy(FunctionName=function["FunctionName"])["Policy"]
            except client.exceptions.ResourceNotFoundException:
                continue
            found += [statement["Sid"] for statement in json.loads(policy)["Statement"]]
        return found

    def _synth(self, define: Callable[[cdk.Stack], object]) -> Path:
        self._count += 1
        directory = self.directory / f"cdk.out.{self._count}"
        context = json.loads((ROOT / "cdk.json").read_text())["context"]
        app = cdk.App(outdir=str(directory), context=context)
        define(cdk.Stack(app, self.name))
        app.synth()
        return directory

    def _cdk(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = shutil.which("cdk", path=f"{ROOT / 'node_modules' / '.bin'}")
        assert command, "run `make setup` first"
        return subprocess.run(
            [command, *arguments, "--no-color"],
            cwd=self.directory,
            env=self.aws.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=400,
        )


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


def shorten_invocations(stack: cdk.Stack, seconds: int) -> None:
    """Give the provider's invocations less time, so that the poll has something to do."""
    function = SnapshotProvider.get_or_create(stack).function.node.default_child
    assert isinstance(function, lambda_.CfnFunction)
    function.timeout = seconds
