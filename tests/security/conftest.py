"""The calls of every scenario, made once."""

from collections.abc import Mapping

import boto3
import pytest

from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider import handler as handler_module
from security import authorisations, scenarios, stacks
from security.recording import Call, Recorder
from security.scenarios import Scenario, Stage
from security.stacks import CLUSTER, FUNCTION
from support import functions
from support.response_server import ResponseServer

Calls = Mapping[str, list[Call]]


@pytest.fixture(scope="session")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """Calls by stack: all its scenarios are played on local AWS, each on a clean one."""
    with (
        LocalAws() as aws,
        ResponseServer(tmp_path_factory.mktemp("responses")) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        functions.create(aws, functions.NOTHING, FUNCTION)
        for name, value in aws.settings.items():
            patch.setenv(name, value)
        patch.setenv("SSL_CERT_FILE", str(server.authority))
        return {
            name: [
                call
                for scenario in scenarios.OF_STACK[name]
                for call in _play(scenario, name, aws, server, patch)
            ]
            for name in stacks.ALL
        }


def _play(
    scenario: Scenario, name: str, aws: LocalAws, server: ResponseServer, patch: pytest.MonkeyPatch
) -> list[Call]:
    neptune = aws.client("neptune")
    neptune.create_db_cluster(DBClusterIdentifier=CLUSTER, Engine="neptune")
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=0))
    recorder = Recorder(lambda snapshot: _tags(aws, snapshot))
    recorder.is_nested = name == "nested"
    session = boto3.Session()
    recorder.watch(session)
    patch.setattr(boto3, "DEFAULT_SESSION", session)
    handler_module._aws.cache_clear()
    handler_module._rules.cache_clear()
    scenario(Stage(aws, server, recorder, stacks.deployed(name)))
    for snapshot in neptune.describe_db_cluster_snapshots()["DBClusterSnapshots"]:
        if snapshot["Status"] == "available":
            identifier = snapshot["DBClusterSnapshotIdentifier"]
            neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=identifier)
    neptune.delete_db_cluster(DBClusterIdentifier=CLUSTER, SkipFinalSnapshot=True)
    return recorder.calls


def _tags(aws: LocalAws, snapshot: str) -> dict[str, str]:
    neptune = aws.client("neptune")
    try:
        listed = neptune.list_tags_for_resource(ResourceName=authorisations.snapshot(snapshot))
    except neptune.exceptions.DBClusterSnapshotNotFoundFault:
        return {}
    return {tag["Key"]: tag["Value"] for tag in listed["TagList"]}
