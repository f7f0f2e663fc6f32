"""All that CloudFormation asks of the provider, on each of the stacks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fake_neptune import SnapshotBehaviour
from neptune_snapshot_provider.contract import WAIT_RESOURCE_TYPE
from neptune_snapshot_provider.handler import handler
from security.recording import Recorder
from security.stacks import CLUSTER, STACK_ID, Deployed
from support import events
from support.functions import Context
from support.response_server import ResponseServer


@dataclass
class Stage:
    """Where a stack's events are played: the response URL, and the AWS that records the calls."""

    server: ResponseServer
    recorder: Recorder
    stack: Deployed

    def send(
        self, event: dict[str, Any], *, remaining: float = 900.0, expect: str = "SUCCESS"
    ) -> str:
        """Send an event of this stack to the provider; the physical ID that it returns."""
        sent = {**event, "StackId": STACK_ID, "ResponseURL": self.server.url}
        handler(json.loads(json.dumps(sent)), Context(remaining))
        return self.returned(expect) if self.server.received else ""

    def returned(self, expect: str = "SUCCESS") -> str:
        """The physical ID in the response just received."""
        response = self.server.received.pop()
        assert response["Status"] == expect, response["Reason"]
        return str(response["PhysicalResourceId"])

    def tick(self) -> str:
        """Let the rule's target be delivered."""
        (targets,) = self.recorder.rules.targets.values()
        (target,) = targets.values()
        handler(json.loads(target["Input"]), Context())
        return self.returned()

    def create(self, request_id: str, **properties: object) -> dict[str, Any]:
        """A Create with the properties that the template gives."""
        event = events.create(request_id)
        return {**event, "ResourceProperties": {**self.stack.snapshot, **properties}}

    def update(self, physical_id: str, request_id: str, **new: object) -> dict[str, Any]:
        """An Update from the properties that the template gives."""
        old = self.stack.snapshot
        return events.update(physical_id, {**old, **new}, old, request_id)


def creating(stage: Stage) -> str:
    """A snapshot is taken; the request is delivered twice."""
    event = stage.create("create")
    name = stage.send(event)
    assert stage.send(event) == name
    return name


def retagging(stage: Stage) -> None:
    """A tag is added, then another replaces it."""
    name = stage.send(stage.create("retag"))
    tags = events.tag_list(team="graph", cost="7")
    stage.send(stage.update(name, "retag-2", Tags=tags))
    fewer = {**stage.stack.snapshot, "Tags": events.tag_list(team="data")}
    stage.send(events.update(name, fewer, {**stage.stack.snapshot, "Tags": tags}, "retag-3"))


def replacing_and_rolling_back(stage: Stage) -> None:
    """A new snapshot is taken, and the update rolls back to the first, gone or not."""
    old = stage.send(stage.create("old"))
    stage.recorder.begin_update()
    new = stage.send(stage.update(old, "new", Trigger="v2"))
    stage.recorder.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"
    after = stage.stack.snapshot
    for request_id in ("back", "back-again"):
        event = events.update(new, after, {**after, "Trigger": "v2"}, request_id)
        assert stage.send(event) == old
    stage.send(events.delete(new))


def polling(stage: Stage) -> None:
    """A snapshot outlives the invocation, and a tick of the poll finishes it."""
    stage.recorder.neptune.behaviour = SnapshotBehaviour(seconds=20)
    assert not stage.send(stage.create("long"), remaining=91)
    assert stage.tick()


def cancelling(stage: Stage) -> None:
    """A sibling fails while the poll runs: CloudFormation deletes an id that it invented."""
    stage.recorder.neptune.behaviour = SnapshotBehaviour(seconds=600)
    assert not stage.send(stage.create("cancelled"), remaining=91)
    stage.recorder.stack_status = "ROLLBACK_IN_PROGRESS"
    stage.send(events.delete("Graph_Snapshot_0A1B2C3D4E5F"))


def deleting(stage: Stage) -> None:
    """The own snapshot is deleted, a foreign one is not."""
    name = creating(stage)
    stage.recorder.stack_status = "DELETE_IN_PROGRESS"
    stage.send(events.delete(name))
    stage.recorder.neptune.add("somebodys", {}, cluster=CLUSTER)
    stage.send(events.delete("somebodys"))


def pruning(stage: Stage) -> None:
    """Each snapshot is published, and the third makes the first go."""
    name = stage.send(stage.create("first"))
    for version in ("v2", "v3"):
        stage.recorder.begin_update()
        name = stage.send(stage.update(name, version, Trigger=version))


def filling_the_quota(stage: Stage) -> None:
    """There is no room, so the deployment fails and says what fills the quota."""
    stage.recorder.neptune.quota = 0
    stage.send(stage.create("one-too-many"), expect="FAILED")


def waiting_on(stage: Stage) -> None:
    """Another resource waits on for the snapshot, and is deleted."""
    name = stage.send(stage.create("first"))
    wait = {**(stage.stack.wait or {}), "DBClusterSnapshotIdentifier": name}
    event = {**events.create("second"), "ResourceType": WAIT_RESOURCE_TYPE}
    stage.send({**event, "ResourceProperties": wait})
    ended = {**events.delete(name), "ResourceType": WAIT_RESOURCE_TYPE, "ResourceProperties": wait}
    stage.send(ended)


Scenario = Callable[[Stage], object]

OF_STACK: Mapping[str, tuple[Scenario, ...]] = {
    "literal": (polling, cancelling, retagging),
    "destroyed": (replacing_and_rolling_back, deleting),
    "prefixed": (creating, deleting),
    "named": (deleting,),
    "token": (deleting,),
    "nested": (deleting,),
    "chained": (waiting_on,),
    "habitual": (pruning, filling_the_quota),
    "networked": (deleting,),
}
