"""What happens around the stacks: people who copy, share and restore, and slow propagation."""

from itertools import count
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from neptune_snapshot_provider.contract import KEEP_TAG
from simulation.templates import Declared
from simulation.universe import Universe

PROPAGATION_MAX: Final = 90.0
"""Seconds after which IAM grants a permission at the latest."""
_GRACE: Final = 300
"""Timeouts shorter than this may pass before a permission has propagated and is used."""


class Surroundings(RuleBasedStateMachine):
    """Rules that any machine with a universe can inherit."""

    universe: Universe

    def __init__(self) -> None:
        super().__init__()
        self._propagation = 0.0
        self._numbers = count()

    @rule(seconds=st.sampled_from([0.0, 20.0, PROPAGATION_MAX]))
    def permissions_propagate(self, seconds: float) -> None:
        """From the next operation on that adds a permission."""
        self._propagation = seconds

    @rule(hidden=st.sampled_from([0.0, 0.0, 3.0]), lingers=st.sampled_from([0.0, 0.0, 90.0]))
    def rules_propagate(self, hidden: float, lingers: float) -> None:
        self.universe.events.hidden = hidden
        self.universe.events.lingers = lingers

    @rule(
        moves=st.booleans(),
        code=st.sampled_from(["DBClusterSnapshotNotFoundFault", "InvalidParameterValue"]),
    )
    def neptune_reports(self, moves: bool, code: str) -> None:  # noqa: FBT001 - drawn
        self.universe.neptune.report_progress(moves=moves)
        self.universe.neptune.tags_of_missing = code

    @precondition(lambda self: self.made())
    @rule(which=st.integers(0, 5))
    def somebody_copies_a_snapshot(self, which: int) -> None:
        """With all its tags, also one that is in use."""
        made = self.made()
        self.universe.copy_by_hand(made[which % len(made)], f"copied-{next(self._numbers)}")

    @precondition(lambda self: self.made())
    @rule(which=st.integers(0, 5), how=st.sampled_from(["shares", "tags"]))
    def somebody_protects_a_snapshot(self, which: int, how: str) -> None:
        """By sharing it with another account, or by the tag that says so."""
        made = self.made()
        snapshot = self.universe.neptune.snapshots[made[which % len(made)]]
        snapshot.protected_at = snapshot.protected_at or self.universe.engine.now
        if how == "shares":
            snapshot.shared_with.add("999999999999")
        else:
            snapshot.tags[KEEP_TAG] = ""

    @precondition(lambda self: self.made() and "graph" in self.universe.neptune.clusters)
    @rule(which=st.integers(0, 5))
    def somebody_restores_the_cluster(self, which: int) -> None:
        """Under its old name, and takes a snapshot to which all tags travel."""
        made = self.made()
        name = f"restored-{next(self._numbers)}"
        self.universe.add_of_restored_cluster(made[which % len(made)], name)

    def made(self) -> list[str]:
        """Snapshots that the provider created, which are available."""
        neptune = self.universe.neptune
        return [
            name
            for name, one in list(neptune.snapshots.items())
            if one.made_by and neptune.status_of(name) == "available"
        ]

    def delay_permissions(self, before: Declared | None, after: Declared) -> None:
        """Deny for a while what an operation that begins now adds to the role."""
        if not self._propagation:
            return
        until = self.universe.engine.now + self._propagation
        self.universe.permissions.add_for(before, after, until)
        if after.timeout < _GRACE:
            self.universe.ledger.causes.add("denied")
