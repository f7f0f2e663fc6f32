"""One AWS for all tests of a worker; a stack and a cluster for each test.

With ``--account`` the tests that are marked so run in the account that ``make smoke-aws`` names.
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from aws_smoke.recording import Ending
from local_aws import Fault, FaultKind, LocalAws
from support.account import AccountRun, RecordedDeployment
from support.clusters import cluster
from support.deployment import Deployment, Snapshots, cdk_cli

ACCOUNT = pytest.StashKey[AccountRun]()


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "run the tests marked 'account' in an account, as this file says"
    parser.addoption("--account", type=Path, metavar="FILE", help=text)


def pytest_configure(config: pytest.Config) -> None:
    if path := config.getoption("--account"):
        config.stash[ACCOUNT] = AccountRun.read(path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if run := config.stash.get(ACCOUNT, None):
        items[:] = [item for item in items if lane_of(item) in run.lanes]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if (run := item.config.stash.get(ACCOUNT, None)) and (report.failed or report.when == "call"):
        crash = getattr(report.longrepr, "reprcrash", None)
        problem = str(crash.message if crash else report.longrepr) if report.failed else ""
        title = item.name.removeprefix("test_").replace("_", " ")
        run.recorder.records.add(Ending(lane_of(item), title, problem, report.duration))
    return report


def lane_of(item: pytest.Item) -> str:
    """What a test's stack is called in an account; empty for a test that needs local AWS."""
    marker = item.get_closest_marker("account")
    return str(marker.args[0]) if marker else ""


@pytest.fixture(scope="session")
def account(pytestconfig: pytest.Config) -> AccountRun | None:
    """The account to use; ``None`` for local AWS."""
    return pytestconfig.stash.get(ACCOUNT, None)


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws() as aws:
        cdk = cdk_cli(aws, tmp_path_factory.mktemp("bootstrap"))
        cdk.bootstrap(aws.account_id, aws.region).require()
        yield aws


@pytest.fixture
def local(request: pytest.FixtureRequest, account: AccountRun | None) -> LocalAws | None:
    """Local AWS, for what a test has to arrange there; ``None`` in an account."""
    return None if account else request.getfixturevalue("aws")


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """What stack and cluster of a test are called."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower().removeprefix("test_"))
    return words[:40].strip("-")


@pytest.fixture
def snapshots(
    request: pytest.FixtureRequest, local: LocalAws | None, account: AccountRun | None, name: str
) -> Iterator[Snapshots]:
    """A cluster whose snapshots take a second, and what the test has of them."""
    if local is None:
        assert account
        yield account.snapshots(lane_of(request.node))
        return
    with cluster(local, name) as found:
        yield found


@pytest.fixture
def deployment(
    request: pytest.FixtureRequest,
    local: LocalAws | None,
    account: AccountRun | None,
    name: str,
    tmp_path: Path,
) -> Iterator[Deployment]:
    """A stack of the test's own."""
    if local is None:
        assert account
        yield RecordedDeployment(account.recorder, lane_of(request.node), tmp_path)
        return
    yield Deployment(local, cdk_cli(local, tmp_path), name, tmp_path)
    assert not local.client("events").list_rules()["Rules"]
    local.client("cloudformation").delete_stack(StackName=name)


@pytest.fixture
def stale_reads(local: LocalAws | None) -> Iterator[None]:
    """The provider reads the status of six seconds ago: no rollback when its Delete arrives."""
    if local:
        local.set_stale_reads(6)
    yield
    if local:
        local.set_stale_reads(0)


@pytest.fixture
def foreign_snapshot(
    local: LocalAws | None, account: AccountRun | None, snapshots: Snapshots
) -> str:
    """A snapshot that belongs to no stack."""
    if account:
        return account.taken
    assert local
    taken = f"{snapshots.cluster}-x"
    local.client("neptune").create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier=taken,
        DBClusterIdentifier=snapshots.cluster,
        Tags=[{"Key": "owner", "Value": "somebody"}],
    )
    return taken


@pytest.fixture
def creation_denied(local: LocalAws | None, snapshots: Snapshots) -> Iterator[None]:
    """Local AWS looks at no policies: what the stack denies is refused here."""
    if local:
        action, about = "CreateDBClusterSnapshot", snapshots.cluster
        fault = Fault(FaultKind.ACCESS_DENIED, action=action, count=None, about=about)
        local.add_fault(fault)
    yield
    if local:
        local.clear_faults()
