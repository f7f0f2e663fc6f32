"""What AWS tells the command, in memory and virtual time."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

import fake_neptune
from fake_neptune import ARN, FakeNeptune
from neptune_snapshot_cli.errors import CliError
from neptune_snapshot_cli.retry import Clock
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.stacks import STACK_TYPE, Event, Resource, Stack
from neptune_snapshot_provider.contract import RESOURCE_TYPE, OwnerTag
from neptune_snapshot_provider.core.generations import generation
from neptune_snapshot_provider.core.models import MISSING, Cluster, Missing, Snapshot
from neptune_snapshot_provider.core.properties import Properties

NOW = 1_000_000.0
STACK_ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/my-stack/0a1b"


@dataclass
class FakeAws:
    """Snapshots, clusters and stacks; every question is written to ``calls``.

    ``later`` are changes by the moment at which they happen, in seconds after the start.
    ``before`` is called with the name of each question first: it may raise. A person reads
    ``output``.
    """

    time: float = NOW
    region: str = "eu-west-1"
    stacks: dict[str, list[Event]] = field(default_factory=dict[str, list[Event]])
    held: dict[str, list[Resource]] = field(default_factory=dict[str, list[Resource]])
    templates: dict[str, Any] = field(default_factory=dict[str, Any])
    values: dict[str, str] = field(default_factory=dict[str, str])
    parameters: dict[str, str] = field(default_factory=dict[str, str])
    versions: set[str] = field(default_factory=lambda: {"1.4.1.0"})
    groups: set[str] = field(default_factory=set[str])
    calls: list[str] = field(default_factory=list[str])
    later: list[tuple[float, Callable[[], object]]] = field(
        default_factory=list[tuple[float, Callable[[], object]]]
    )
    before: Callable[[str], None] | None = None
    events_read: int = 0
    output: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.neptune = FakeNeptune(lambda: self.time, fake_neptune.Snapshot)

    @property
    def all_snapshots(self) -> dict[str, fake_neptune.Snapshot]:
        return self.neptune.snapshots

    @property
    def clusters(self) -> dict[str, fake_neptune.Cluster]:
        return self.neptune.clusters

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self._pass, chance=lambda: 0.0)

    @property
    def board(self) -> Board:
        return Board(Console(file=self.output, width=200), now=lambda: self.time)

    @property
    def said(self) -> str:
        return self.output.getvalue()

    def after(self, seconds: float, *changes: Callable[[], object]) -> None:
        """Let something happen so many seconds after the start."""
        self.later += [(NOW + seconds, change) for change in changes]
        self.later.sort(key=lambda one: one[0])

    def refuse(
        self, problem: CliError, *questions: str, since: float = -1, until: float = 1e9
    ) -> None:
        """Refuse questions, or all of them, between two moments after the start."""

        def before(name: str) -> None:
            if (not questions or name in questions) and since < self.time - NOW < until:
                raise problem

        self.before = before

    def put(
        self,
        name: str,
        status: str = "available",
        percent: int | None = None,
        *,
        age: float = 0.0,
        cluster: str = "my-graph",
        tags: Mapping[str, str] | None = None,
        **fields: object,
    ) -> fake_neptune.Snapshot:
        """Have a snapshot, or another state of one."""
        tags = dict(tags or {})
        if OwnerTag.RESOURCE in tags:
            # As of a snapshot whose name the resource's properties give.
            explicit = Properties(cluster=cluster, snapshot_identifier=name)
            tags.setdefault(OwnerTag.TRIGGER, generation(explicit))
        old = self.all_snapshots.get(name)
        return self.neptune.add(
            name,
            old.tags if old else tags,
            cluster=cluster,
            created_at=old.created_at if old else self.time - age,
            forced_status=status,
            source=str(fields.pop("SourceDBClusterSnapshotArn", "")),
            fields={
                "EngineVersion": "1.4.1.0",
                "PercentProgress": 100 if status == "available" else percent,
                "AllocatedStorage": 12,
                **fields,
            },
        )

    def put_cluster(
        self, name: str = "my-graph", status: str = "available", **more: object
    ) -> None:
        self.clusters[name] = fake_neptune.Cluster(name, NOW, status=status, settings=more)

    def happen(  # noqa: PLR0917 - as events read
        self,
        resource: str,
        status: str,
        physical_id: str = "",
        reason: str = "",
        kind: str = RESOURCE_TYPE,
        stack: str = STACK_ARN,
        cluster: str = "",
        **properties: str,
    ) -> None:
        """Add an event; one of ``stack`` itself has no resource."""
        events = self.stacks.setdefault(stack, [])
        given = {"DBClusterIdentifier": cluster, **properties}
        event = Event(
            id=f"{stack}-{len(events)}",
            stack=stack,
            resource=resource or "my-stack",
            physical_id=physical_id if resource else stack,
            type=kind if resource else STACK_TYPE,
            status=status,
            at=self.time,
            reason=reason,
            properties=json.dumps(given) if cluster else "",
        )
        events.append(event)

    def hold(
        self, name: str, physical_id: str, stack: str = STACK_ARN, kind: str = RESOURCE_TYPE
    ) -> None:
        """Have a stack use a snapshot, or another resource."""
        about = {"stack": stack, "name": name, "physical_id": physical_id, "type": kind}
        self.held.setdefault(stack, []).append(Resource(**about, status="CREATE_COMPLETE"))

    def stack(self, name: str) -> Stack | Missing:
        self._asked("stack")
        for arn, events in self.stacks.items():
            if name in (arn, arn.split("/")[1]):
                last = [event for event in events if event.is_of_stack][-1]
                updates = [event.at for event in events if event.status == "UPDATE_IN_PROGRESS"]
                return Stack(
                    arn=arn,
                    status=last.status,
                    reason=last.reason,
                    updated_at=max(updates, default=None),
                    parameters=self.values,
                )
        return MISSING

    def events(self, stack: str) -> Iterator[Event]:
        self._asked("events")
        for event in self.stacks[stack][::-1]:
            self.events_read += 1
            yield event

    def resources(self, stack: str) -> list[Resource]:
        self._asked("resources")
        return self.held.get(stack, [])

    def snapshot(self, identifier: str) -> Snapshot | Missing:
        self._asked("snapshot")
        found = self.neptune.find(identifier)
        return Snapshot.of(found.record()) if found else MISSING

    def snapshots(self, cluster: str = "") -> Iterator[Snapshot]:
        self._asked("snapshots")
        found = [one for one in self.all_snapshots.values() if cluster in ("", one.cluster)]
        yield from [Snapshot.of(one.record()) for one in found]

    def tags(self, arn: str) -> Mapping[str, str]:
        self._asked("tags")
        return self.all_snapshots[arn.removeprefix(ARN)].tags

    def template(self, stack: str) -> Mapping[str, Any] | None:
        self._asked("template")
        found: Mapping[str, Any] | None = self.templates.get(stack, {})
        return found

    def parameter(self, name: str) -> str:
        self._asked("parameter")
        return self.parameters.get(name, "")

    def is_shared(self, identifier: str) -> bool:
        self._asked("is_shared")
        return bool(self.all_snapshots[identifier].shared_with)

    def cluster(self, identifier: str) -> Cluster | Missing:
        self._asked("cluster")
        found = self.clusters.get(identifier)
        return Cluster.of(found.record(self.time)) if found else MISSING

    def offers_version(self, version: str) -> bool:
        self._asked("offers_version")
        return version in self.versions

    def has_subnet_group(self, name: str) -> bool:
        self._asked("has_subnet_group")
        return name in self.groups

    def has_parameter_group(self, name: str) -> bool:
        self._asked("has_parameter_group")
        return name in self.groups

    def _asked(self, name: str) -> None:
        self.calls.append(name)
        if self.before is not None:
            self.before(name)

    def _pass(self, seconds: float) -> None:
        end = self.time + seconds
        while self.later and self.later[0][0] <= end:
            moment, change = self.later.pop(0)
            self.time = max(self.time, moment)
            change()
        self.time = end
        assert end < NOW + 100_000, "it waits for ever"


def owned(resource: str = "Before", stack: str = STACK_ARN) -> dict[str, str]:
    """Owner tags."""
    return {OwnerTag.STACK: stack, OwnerTag.RESOURCE: resource}
