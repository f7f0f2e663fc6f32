"""One AWS for all tests of a worker; a stack and a cluster for each test."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import LocalAws, SnapshotBehaviour
from support.deployment import Deployment, Snapshots, cdk_cli


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws() as aws:
        cdk = cdk_cli(aws, tmp_path_factory.mktemp("bootstrap"))
        assert cdk.bootstrap(aws.account_id, aws.region).succeeded
        yield aws


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """What stack and cluster of a test are called."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower().removeprefix("test_"))
    return words[:40].strip("-")


@pytest.fixture
def snapshots(aws: LocalAws, name: str) -> Iterator[Snapshots]:
    """A cluster of the test's own, whose snapshots take a second, and what it has of them."""
    neptune = aws.client("neptune")
    neptune.create_db_cluster(DBClusterIdentifier=name, Engine="neptune")
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=1), cluster=name)
    yield Snapshots(aws, name)
    for snapshot in Snapshots(aws, name).names():
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot)
    neptune.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


@pytest.fixture
def deployment(aws: LocalAws, name: str, tmp_path: Path) -> Iterator[Deployment]:
    deployment = Deployment(aws, name, tmp_path)
    yield deployment
    assert not deployment.rules()
    aws.client("cloudformation").delete_stack(StackName=name)
