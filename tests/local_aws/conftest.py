"""One server for all tests of this folder, with every choice taken back before each test."""

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest

from local_aws import LocalAws
from support.probe import Probe

if TYPE_CHECKING:
    from types_boto3_neptune import NeptuneClient

_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def aws(server: LocalAws) -> LocalAws:
    server.reset()
    # The snapshots of earlier tests are still there.
    server.set_snapshot_quota(10_000)
    return server


@pytest.fixture
def neptune(aws: LocalAws) -> "NeptuneClient":
    return aws.client("neptune")


@pytest.fixture
def cluster(neptune: "NeptuneClient") -> str:
    """A cluster of the test's own, so that tests do not meet each other's snapshots."""
    identifier = f"graph-{next(_numbers)}"
    neptune.create_db_cluster(DBClusterIdentifier=identifier, Engine="neptune")
    return identifier


@pytest.fixture
def probe(aws: LocalAws) -> Probe:
    return Probe.create(aws)
