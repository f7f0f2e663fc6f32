"""The examples that say so are deployed with the commands in their headers."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local_aws import LocalAws
from support.clusters import remove, versions
from support.deployment import Snapshots
from support.examples import commands, deploy, deployable, label

pytestmark = pytest.mark.e2e

EXISTING = {"before_upgrade": [], "many_clusters": ["orders", "people"]}
"""The clusters that an example finds; ``my-graph`` where it is not listed."""

OUTPUTS = {
    "one_off": [{"RestoreCommand": "aws neptune restore-db-cluster-from-snapshot "}],
    "before_upgrade": [{"Outcome": "skipped"}, {"Outcome": "created"}],
    "keep_last_five": [{"Outcome": "created", "SnapshotIdentifier": "my-graph-"}],
    "restore": [{"Endpoint": ""}],
    "many_clusters": [{f"{one}SnapshotArn": "arn:" for one in ("Orders", "People")}],
}
"""How the outputs begin, for each command of a header."""


@pytest.fixture
def existing(aws: LocalAws, example: Path) -> Iterator[None]:
    """Make the clusters that the example names, and clean up after it."""
    names = EXISTING.get(example.stem, ["my-graph"])
    for name in names:
        aws.client("neptune").create_db_cluster(
            DBClusterIdentifier=name, Engine="neptune", EngineVersion="1.3.0.0"
        )
    yield
    for name in {*names, "my-graph", "my-graph-copy"}:
        remove(aws, name)


def run(aws: LocalAws, command: list[str], directory: Path) -> dict[str, str]:
    """Run a header's command and give the stack's outputs."""
    done = deploy(aws, command, directory).require()
    assert len(done.by_stack) == 1
    return done.outputs


@pytest.mark.xdist_group("examples")  # several of them use the same cluster
@pytest.mark.usefixtures("existing")
@pytest.mark.parametrize("example", deployable(), ids=label)
def test_it_is_deployed(aws: LocalAws, example: Path, tmp_path: Path) -> None:
    expected: list[Mapping[str, str]] = [*OUTPUTS[example.stem]]
    for command, beginnings in zip(commands(example), expected, strict=True):
        outputs = run(aws, command, tmp_path)
        for name, beginning in beginnings.items():
            assert outputs[name].startswith(beginning)
    assembly = tmp_path / "cdk.out"
    (template,) = assembly.glob("*.template.json")
    stack = template.name.removesuffix(".template.json")
    aws.client("cloudformation").delete_stack(StackName=stack)
    if example.stem == "restore":
        # Made from the snapshot of a cluster of that version, and kept by its removal policy.
        assert versions(aws)["my-graph-copy"] == "1.3.0.0"
    if example.stem == "before_upgrade":
        (before,) = Snapshots(aws, "my-graph").names()
        assert Snapshots(aws, "my-graph").record(before)["EngineVersion"] == "1.4.1.0"
        assert versions(aws)["my-graph"] == "1.4.5.0"
