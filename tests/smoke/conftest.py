"""A bootstrapped local AWS, and one that is not, with the program to run on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment.cdk_cli import Cdk
from local_aws import LocalAws
from smoke.program import Program


@pytest.fixture(scope="session")
def bare_aws() -> Iterator[LocalAws]:
    """An account in which the CDK has not been bootstrapped."""
    with LocalAws() as aws:
        yield aws


@pytest.fixture(scope="session")
def bootstrapped_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws() as aws:
        cdk = Cdk(aws.environment, tmp_path_factory.mktemp("bootstrap"))
        cdk.bootstrap(aws.account_id, aws.region).require()
        yield aws


@pytest.fixture
def program(bootstrapped_aws: LocalAws, tmp_path: Path) -> Iterator[Program]:
    """The program where it can run; leaves nothing of its own behind."""
    bootstrapped_aws.reset()
    program = Program(bootstrapped_aws, tmp_path)
    yield program
    assert program.left() == []


@pytest.fixture
def refused(bare_aws: LocalAws, tmp_path: Path) -> Iterator[Program]:
    """The program where it cannot run; has made nothing."""
    program = Program(bare_aws, tmp_path)
    yield program
    assert program.left() == []
