"""A migration is rehearsed on a fast clone before the snapshot; a failed one changes nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import LocalAws
from support.clusters import cluster
from support.deployment import Snapshots
from support.examples import FOLDER, commands, deploy

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("rehearsal")]

EXAMPLE = FOLDER / "rehearsal" / "app.py"
REHEARSED, CLEANED_UP = commands(EXAMPLE)
CLUSTER = "rehearsed-graph"
STACK = "RehearsedMigration"
MARKER = "    # Here: send the statements to this endpoint"


@pytest.fixture
def snapshots(aws: LocalAws) -> Iterator[Snapshots]:
    with cluster(aws, CLUSTER, EngineVersion="1.3.0.0") as found:
        aws.clear_calls()
        yield found
        aws.client("cloudformation").delete_stack(StackName=STACK)


def named(command: list[str]) -> list[str]:
    return [word.replace("my-graph", CLUSTER) for word in command]


def clones(aws: LocalAws) -> dict[str, str]:
    """The engine version of each clone that the stack made, and their instances."""
    neptune = aws.client("neptune")
    found = [
        *(
            (one["DBClusterIdentifier"], one["EngineVersion"])
            for one in neptune.describe_db_clusters()["DBClusters"]
        ),
        *(
            (one["DBInstanceIdentifier"], one["DBClusterIdentifier"])
            for one in neptune.describe_db_instances()["DBInstances"]
        ),
    ]
    return {name: about for name, about in found if name.lower().startswith(STACK.lower())}


def responses(aws: LocalAws) -> list[str]:
    """Which custom resources responded since the calls were last cleared, oldest first."""
    calls = aws.calls("CustomResourceResponse")
    aws.clear_calls()
    return [call.parameters["LogicalResourceId"] for call in calls]


def finished(aws: LocalAws) -> list[str]:
    """The stack's resources in the order in which they were complete, by type."""
    pages = aws.client("cloudformation").get_paginator("describe_stack_events")
    events = [event for page in pages.paginate(StackName=STACK) for event in page["StackEvents"]]
    return [
        event["ResourceType"].rpartition("::")[2]
        for event in reversed(events)
        if event.get("ResourceStatus") == "CREATE_COMPLETE"
    ]


def test_the_clone_is_migrated_before_the_snapshot_and_removed_afterwards(
    aws: LocalAws, snapshots: Snapshots, tmp_path: Path
) -> None:
    done = deploy(aws, named(REHEARSED), tmp_path).require()
    assert "RehearsalSeconds" in done.outputs
    order = [kind for kind in finished(aws) if kind.startswith(("DB", "Migration", "Neptune"))]
    assert order == ["DBCluster", "DBInstance", "Migration", "NeptuneClusterSnapshot", "Migration"]
    (clone, _) = clones(aws)
    assert clones(aws)[clone] == "1.3.0.0"
    rehearsal, snapshot, migration = responses(aws)

    done = deploy(aws, named(CLEANED_UP), tmp_path).require()
    assert clones(aws) == {}
    assert len(snapshots.names()) == 1
    # Its deletion; neither snapshot nor migration were asked for anything.
    assert responses(aws) == [rehearsal]

    done = deploy(aws, [*named(REHEARSED), "-c", "release=2"], tmp_path).require()
    (another, _) = clones(aws)
    assert another != clone
    again, *there = responses(aws)
    assert again != rehearsal
    assert there == [snapshot, migration]
    assert len(snapshots.names()) == 2


def test_a_failed_rehearsal_leaves_the_cluster_alone(
    aws: LocalAws, snapshots: Snapshots, tmp_path: Path
) -> None:
    folder = tmp_path / "rehearsal"
    shutil.copytree(EXAMPLE.parent, folder)
    migration = folder / "migration.py"
    text = migration.read_text()
    assert MARKER in text
    failure = '    raise ValueError("statement 7: unknown label Persn")\n'
    migration.write_text(text.replace(MARKER, failure + MARKER))
    command = [word.replace(str(Path("examples/rehearsal")), str(folder)) for word in REHEARSED]
    done = deploy(aws, [*named(command), "-c", "release=failing"], tmp_path)
    assert not done.succeeded
    assert "ValueError: statement 7: unknown label Persn" in done.output
    assert snapshots.names() == []
    assert clones(aws) == {}
    assert all(name.startswith("Rehearsal") for name in responses(aws))
