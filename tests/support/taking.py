"""The command ``take`` in memory, with options that tests can vary."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rich.console import Console

from neptune_snapshot_cli.confirming import confirm
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.taking import Take, Wanted
from neptune_snapshot_provider.contract import OwnerTag
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request, RequestType
from neptune_snapshot_provider.core.steps import Respond
from support import events
from support.fake_aws import FakeAws
from support.world import World

Options: TypeAlias = Any
"""Fields of `Properties`, and of `Wanted`."""
CALLER = "arn:aws:sts::123456789012:assumed-role/Pipeline"
RESUME = "neptune-snapshot take my-graph --request r"


@dataclass
class Caller:
    """Takes snapshots of a world; what a person reads is in ``output``."""

    world: World
    name: str = CALLER
    output: io.StringIO = field(default_factory=io.StringIO)

    def command(self, request: str, *, timeout: float = 3600, **properties: Options) -> Take:
        """Prepare a command."""
        wanted = Wanted(
            caller=self.name,
            request_id=request,
            properties=wanted_properties(**properties),
            timeout=timeout,
            resume=RESUME,
        )
        console = Console(file=self.output, width=200)
        board = Board(console, now=self.world.clock.now)
        return Take(self.world, self.world.clock, board, wanted)

    def take(self, request: str, **options: Options) -> Respond:
        """Take a snapshot."""
        return self.command(request, **options).run()

    def taken(self, request: str, **options: Options) -> str:
        """Take a snapshot, let a minute pass, and tell the snapshot's name."""
        name = self.take(request, **options).identifier
        self.world.clock.time += 60
        return name

    def confirm(self, identifier: str) -> str:
        """Say that the migration after a snapshot has succeeded."""
        return confirm(self.world, self.world.clock, identifier, "2026-11-30T08:00:00Z")

    def add(self, request: str, *, age: float = 0.0, **properties: Options) -> str:
        """Have a snapshot that a request took, without calls."""
        asked, wanted = request_of(self.name, request, **properties)
        name = ownership.snapshot_identifier(asked, wanted)
        tags = {**wanted.tags, **ownership.owner_tags(asked, wanted)}
        self.world.add_snapshot(name, tags, cluster=wanted.cluster, age=age)
        return name

    @property
    def said(self) -> str:
        """What a person reads."""
        return self.output.getvalue()


def wanted_properties(**values: Options) -> Properties:
    """What is asked for, of the usual cluster."""
    return Properties(**{"cluster": events.CLUSTER, **values})


def request_of(caller: str, request: str, **properties: Options) -> tuple[Request, Properties]:
    """A request of a caller."""
    wanted = wanted_properties(**properties)
    asked = Request(
        type=RequestType.CREATE,
        stack_id="",
        request_id=request,
        logical_id="",
        properties=wanted,
        taken_by=caller,
    )
    return asked, wanted


def requests(world: World) -> Mapping[str, str]:
    """Which request took each snapshot."""
    return {name: world.tags_of(name).get(OwnerTag.REQUEST, "") for name in world.snapshots}


def put_taken(fake: FakeAws, request: str, age: float, caller: str = "ci", **more: str) -> str:
    """Have a snapshot that `take` took."""
    asked, wanted = request_of(caller, request)
    name = ownership.snapshot_identifier(asked, wanted)
    fake.put(name, age=age, tags={**ownership.owner_tags(asked, wanted), **more})
    return name
