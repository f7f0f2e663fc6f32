"""The Neptune of all tests in virtual time, and what the simulation notes about its snapshots."""

from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import fake_neptune
from fake_neptune import ARN, FakeNeptune, ProgressCurve, SnapshotBehaviour, SnapshotEnd
from simulation.engine import Engine

PAGE: Final = 2
"""Snapshots on a page: so few that paging matters."""
DELETING_SECONDS: Final = 4.0


@dataclass(kw_only=True)
class Snapshot(fake_neptune.Snapshot):
    """A snapshot of which the simulation knows more than Neptune.

    ``made_by`` are stack ID and logical ID of the resource whose request created it; ``None`` for
    whatever the provider did not create, whichever tags it carries. ``protected_at`` is when
    somebody shared it or gave it the tag that protects it from retention.
    """

    made_by: tuple[str, str] | None = None
    protected_at: float | None = None


class Notice(Protocol):
    """Is told of every change to a snapshot before it is made."""

    def __call__(self, operation: str, snapshot: Snapshot) -> None:
        """``operation`` is ``create``, ``delete``, ``tag``, ``untag`` or ``share``."""
        ...


class Neptune(FakeNeptune[Snapshot]):
    """Neptune, of which the tests choose how it behaves."""

    def __init__(self, engine: Engine, notice: Notice) -> None:
        super().__init__(lambda: engine.now, Snapshot)
        self.page_size = PAGE
        self.behaviour = SnapshotBehaviour(seconds=0.0, delete_seconds=DELETING_SECONDS)
        self._notice = notice

    def changing(self, operation: str, snapshot: Snapshot) -> None:
        """Tell the witness."""
        self._notice(operation, snapshot)

    @property
    def duration(self) -> float | None:
        """How long new snapshots take, in seconds; ``None`` is for ever."""
        is_endless = self.behaviour.outcome is SnapshotEnd.NEVER
        return None if is_endless else self.behaviour.seconds

    @duration.setter
    def duration(self, seconds: float | None) -> None:
        outcome = SnapshotEnd.NEVER if seconds is None else SnapshotEnd.AVAILABLE
        seconds = float("inf") if seconds is None else seconds
        self.behaviour = replace(self.behaviour, seconds=seconds, outcome=outcome)

    def hide_new_snapshots(self, seconds: float) -> None:
        """Choose for how long a new snapshot is not found."""
        self.behaviour = replace(self.behaviour, hidden_seconds=seconds)

    def report_progress(self, *, moves: bool) -> None:
        """Choose whether ``PercentProgress`` grows, or stays at 0 until the end."""
        progress = ProgressCurve.LINEAR if moves else ProgressCurve.JUMP
        self.behaviour = replace(self.behaviour, progress=progress)

    def copy(self, name: str, target: str, **others: Any) -> Snapshot:  # noqa: ANN401 - attributes
        """Copy a snapshot with all its tags, as ``copy-db-cluster-snapshot --copy-tags`` does."""
        source = self.snapshots[name]
        values = {"cluster": source.cluster, "source": ARN + name, **others}
        return self.add(target, source.tags, fields=source.fields, **values)
