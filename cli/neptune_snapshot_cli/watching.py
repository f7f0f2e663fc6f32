"""``watch --snapshot``: until each of some snapshots is available, or will never be."""

from collections.abc import Sequence

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Failed, NotFound
from neptune_snapshot_cli.retry import Clock, Retries, Terms
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.tracking import Tracker
from neptune_snapshot_provider.core.models import Snapshot


class SnapshotWatch:
    """Watches snapshots by their names."""

    def __init__(self, aws: Aws, board: Board, clock: Clock, terms: Terms) -> None:
        """Ask ``aws`` and show it on ``board``."""
        self._aws = aws
        self._board = board
        self._wait = terms.wait
        self._tracker = Tracker(aws, board, clock)
        self._retries = Retries(board, clock, terms.timeout)

    def run(self, identifiers: Sequence[str]) -> list[Snapshot]:
        """Watch until the last is settled; the snapshots, all of them available.

        Raises:
            CliError: One is not there, failed or was deleted, or the time is over.
        """
        for identifier in identifiers:
            self._tracker.add(identifier)
        while True:
            answered = self._retries.ask(self._poll)
            pending = self._tracker.pending
            if answered and not pending:
                break
            self._retries.rest(self._tracker.pause, self._going_on(pending))
        if problems := self._tracker.problems:
            raise Failed(" ".join(problems.values()))
        return self._tracker.available

    def _poll(self) -> bool:
        self._tracker.poll()
        missing = self._tracker.missing
        if missing and not self._wait:
            raise NotFound(
                f"There is no snapshot {' and none '.join(missing)} in {self._aws.region}.",
                "See `neptune-snapshot list`, choose another --region, or let --wait wait for it.",
            )
        names = ", ".join(missing)
        self._board.waiting(f"waiting for snapshot {names}: not there yet" if missing else "")
        return True

    def _going_on(self, pending: Sequence[str]) -> str:
        views = {view.identifier: view.state() for view in self._tracker.going_on}
        return "; ".join(views.get(name, f"{name}: not there yet") for name in pending)
