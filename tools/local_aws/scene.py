"""What a test has chosen for clusters and snapshots."""

import time
from dataclasses import dataclass, field

from fake_neptune import SnapshotBehaviour


@dataclass
class Scene:
    """Behaviour of new snapshots, states of clusters, the quota, CloudFormation and EventBridge.

    Functions read the status of a stack as it was ``stale_seconds`` ago; a new physical ID may fail
    an update without rollback; ``minute_seconds`` is how long a minute of a rule's rate takes.
    """

    behaviour: SnapshotBehaviour = field(default_factory=SnapshotBehaviour)
    quota: int = 100
    stale_seconds: float = 0.0
    refuses_replacement: bool = True
    minute_seconds: float = 60.0
    _by_cluster: dict[str, SnapshotBehaviour] = field(default_factory=dict)
    _states: dict[str, tuple[str, float]] = field(default_factory=dict)

    def set_behaviour(self, behaviour: SnapshotBehaviour, cluster: str | None) -> None:
        """Choose the behaviour of new snapshots, of one cluster or of all others."""
        if cluster is None:
            self.behaviour = behaviour
        else:
            self._by_cluster[cluster.lower()] = behaviour

    def behaviour_of(self, cluster: str) -> SnapshotBehaviour:
        """How a new snapshot of a cluster behaves."""
        return self._by_cluster.get(cluster.lower(), self.behaviour)

    def set_state(self, cluster: str, status: str, seconds: float | None) -> None:
        """Let a cluster be in a state for some seconds, or until told otherwise."""
        lasts = float("inf") if seconds is None else seconds
        self._states[cluster.lower()] = (status, time.monotonic() + lasts)

    def state_of(self, cluster: str) -> str:
        """The state that a cluster was told to be in now; empty if none."""
        status, until = self._states.get(cluster.lower(), ("", 0.0))
        return status if time.monotonic() < until else ""
