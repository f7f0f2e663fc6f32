"""Follows snapshots until nothing more happens to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Denied
from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.retry import Clock
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_provider.core import schedule
from neptune_snapshot_provider.core.create import NOT_FOUND_READS_MAX
from neptune_snapshot_provider.core.models import Missing, Snapshot


@dataclass
class _Tracked:
    """One snapshot; ``not_found_reads`` counts the reads in a row that did not find it."""

    snapshot: Snapshot | None = None
    progress: schedule.Progress = field(default_factory=schedule.Progress)
    not_found_reads: int = 0
    problem: str = ""

    @property
    def is_over(self) -> bool:
        if self.problem:
            return True
        return self.snapshot is not None and View.of(self.snapshot).is_settled


@dataclass
class Clusters:
    """States of clusters, as far as they may be read."""

    aws: Aws
    board: Board
    _denied: bool = field(default=False, init=False)

    def status(self, identifier: str) -> str:
        """A cluster's state; empty if it is not known."""
        if not identifier or self._denied:
            return ""
        try:
            cluster = self.aws.cluster(identifier)
        except Denied as problem:
            self._denied = True
            self.board.warn(f"The state of clusters is not shown. {problem}")
            return ""
        return "not there" if isinstance(cluster, Missing) else cluster.status


class Tracker:
    """Any number of snapshots, in the order in which they were added."""

    def __init__(self, aws: Aws, board: Board, clock: Clock) -> None:
        """Begin with none."""
        self._aws = aws
        self._board = board
        self._clock = clock
        self._tracked: dict[str, _Tracked] = {}
        self.clusters = Clusters(aws, board)

    def add(self, identifier: str, snapshot: Snapshot | None = None) -> None:
        """Follow one more; one that is followed already stays as it is."""
        self._tracked.setdefault(identifier, _Tracked(snapshot))

    def poll(self) -> None:
        """Read every snapshot that is not settled, and show it.

        Raises:
            NoAccess: AWS refuses the calls.
        """
        # Several snapshots of one cluster share its state.
        statuses: dict[str, str] = {}
        for identifier, one in self._tracked.items():
            if one.is_over and one.snapshot is not None and not one.problem:
                self._board.show(View.of(one.snapshot))
            if one.is_over:
                continue
            self._poll_snapshot(identifier, one, statuses)

    def _poll_snapshot(self, identifier: str, one: _Tracked, statuses: dict[str, str]) -> None:
        found = self._aws.snapshot(identifier)
        if isinstance(found, Missing):
            one.not_found_reads += 1
            if one.snapshot is not None and one.not_found_reads >= NOT_FOUND_READS_MAX:
                one.problem = (
                    f"Snapshot {identifier} does not exist any more: it was deleted meanwhile."
                )
            return
        one.snapshot, one.not_found_reads = found, 0
        one.progress = one.progress.reported(found.percent, self._clock.now())
        view = View.of(found)
        if not view.is_settled:
            if found.cluster not in statuses:
                statuses[found.cluster] = self.clusters.status(found.cluster)
            view = View.of(found, statuses[found.cluster])
        self._board.show(view)
        if view.is_dead:
            one.problem = _obituary(view)

    @property
    def missing(self) -> list[str]:
        """Those that were never found."""
        return [name for name, one in self._tracked.items() if one.snapshot is None]

    @property
    def pending(self) -> list[str]:
        """Those to which more will happen."""
        return [name for name, one in self._tracked.items() if not one.is_over]

    @property
    def available(self) -> list[Snapshot]:
        """Those that can be restored."""
        return [one for one in self._snapshots() if View.of(one).is_available]

    @property
    def going_on(self) -> list[View]:
        """Those on their way."""
        return [View.of(snapshot) for snapshot, _ in self._going_on()]

    @property
    def problems(self) -> Mapping[str, str]:
        """What went wrong, by identifier."""
        return {name: one.problem for name, one in self._tracked.items() if one.problem}

    @property
    def pause(self) -> float:
        """Seconds until the next poll."""
        now = self._clock.now()
        pauses = [
            schedule.pause(
                elapsed := View.of(snapshot).elapsed(now) or 0.0,
                schedule.remaining(elapsed, progress, now),
                self._clock.chance(),
            )
            for snapshot, progress in self._going_on()
        ]
        return min(pauses, default=schedule.PAUSE_MAX / 2)

    def _snapshots(self) -> Iterator[Snapshot]:
        for one in self._tracked.values():
            if one.snapshot is not None and not one.problem:
                yield one.snapshot

    def _going_on(self) -> Iterator[tuple[Snapshot, schedule.Progress]]:
        for one in self._tracked.values():
            if one.snapshot is not None and not one.is_over:
                yield one.snapshot, one.progress


def _obituary(view: View) -> str:
    name = view.identifier
    if view.status in ("deleting", "deleted"):
        return f"Snapshot {name} is {view.status}: it was deleted meanwhile."
    return (
        f"Snapshot {name} is {view.status} and holds no usable data; the cluster is untouched. "
        f"Neptune may say why: aws neptune describe-events --source-type db-cluster-snapshot "
        f"--source-identifier {name}"
    )
