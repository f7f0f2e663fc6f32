"""The AWS of the scenarios, in memory and virtual time, which writes down every call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fake_neptune import Client, FakeNeptune, Snapshot, SnapshotBehaviour
from security.iam import arn
from security.stacks import CLUSTER, OUTER_STACK_ID, STACK_ID
from support.event_rules import EventRules
from support.parameters import ParameterStore
from support.world import VirtualClock


@dataclass(frozen=True)
class Call:
    """One call as the SDK was asked for it.

    Attributes:
        operation: Service and operation, as boto3 calls them.
        parameters: Its parameters.
        tags: Tags that the snapshot concerned had before the call.
    """

    operation: str
    parameters: Mapping[str, Any] = field(hash=False)
    tags: Mapping[str, str] = field(hash=False)


class Recorder:
    """Clients that see every call.

    Attributes:
        calls: What was called, oldest first.
        neptune: One cluster, and its snapshots.
        rules: EventBridge's.
        stack_status: What ``DescribeStacks`` says.
        updated_at: When the stack's update began, as ``DescribeStacks`` says; none for a creation.
        is_nested: Whether there is a stack around the stack.
    """

    def __init__(self, clock: VirtualClock, *, is_nested: bool) -> None:
        self.calls: list[Call] = []
        self.neptune = FakeNeptune(clock.now, Snapshot, arn("rds", "cluster-snapshot:"))
        self.neptune.behaviour = SnapshotBehaviour(seconds=0)
        self.neptune.add_cluster(CLUSTER)
        self.rules = EventRules(arn("events", "rule/"))
        self.stack_status = "CREATE_IN_PROGRESS"
        self.updated_at: datetime | None = None
        self.is_nested = is_nested
        self._clock = clock
        self._backends = {
            "neptune": self.neptune,
            "rds": self.neptune,
            "events": self.rules,
            "ssm": ParameterStore(),
            "cloudformation": self,
        }

    def client(self, service: str, **_: object) -> Client:
        """Stands in for ``boto3.client``."""

        def carry(
            operation: str, effect: Callable[[], dict[str, Any]], parameters: Mapping[str, Any]
        ) -> dict[str, Any]:
            about = parameters.get("ResourceName") or parameters.get(
                "DBClusterSnapshotIdentifier", ""
            )
            snapshot = self.neptune.find(about.rpartition(":")[2])
            tags = dict(snapshot.tags) if snapshot else {}
            self.calls.append(Call(f"{service}:{operation}", dict(parameters), tags))
            return effect()

        return Client(service, self._backends[service], carry)

    def begin_update(self) -> None:
        """Have the stack begin an update, a minute after what was before."""
        self.stack_status = "UPDATE_IN_PROGRESS"
        self._clock.time += 60
        self.updated_at = datetime.fromtimestamp(self._clock.time, UTC)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - the API's
        stack: dict[str, Any] = {"StackId": StackName, "StackStatus": self.stack_status}
        if self.updated_at:
            stack["LastUpdatedTime"] = self.updated_at
        if self.is_nested and StackName == STACK_ID:
            stack["ParentId"] = OUTER_STACK_ID
        return {"Stacks": [stack]}
