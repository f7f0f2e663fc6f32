"""What the command asks, in memory; and one AWS on this machine for the whole command."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from local_aws import LocalAws
from neptune_snapshot_cli.screen import Board
from support import small_stack
from support.fake_aws import FakeAws


@pytest.fixture
def fake() -> FakeAws:
    fake = FakeAws()
    fake.put_cluster()
    return fake


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def board(fake: FakeAws, output: io.StringIO) -> Board:
    return Board(Console(file=output, width=200), now=lambda: fake.time)


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        small_stack.install(aws)
        yield aws


@pytest.fixture
def aws(server: LocalAws) -> LocalAws:
    server.reset()
    return server
