"""What the command asks, in memory; and one AWS on this machine for the whole command."""

import re
from collections.abc import Iterator

import pytest

from local_aws import LocalAws, SnapshotBehaviour
from support import small_stack
from support.fake_aws import FakeAws
from support.shell import Shell


@pytest.fixture
def fake() -> FakeAws:
    fake = FakeAws()
    fake.put_cluster()
    return fake


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        small_stack.install(aws)
        yield aws


@pytest.fixture
def aws(server: LocalAws) -> LocalAws:
    server.reset()
    return server


@pytest.fixture
def shell(aws: LocalAws) -> Shell:
    return Shell(aws.environment)


@pytest.fixture
def name(aws: LocalAws, request: pytest.FixtureRequest) -> Iterator[str]:
    """What stack and cluster of a test are called; their snapshots take two seconds."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower().removeprefix("test_"))
    name = words[:30].strip("-")
    neptune = aws.client("neptune")
    neptune.create_db_cluster(DBClusterIdentifier=name, Engine="neptune")
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=2))
    aws.set_snapshot_quota(1000)
    yield name
    aws.client("cloudformation").delete_stack(StackName=name)
