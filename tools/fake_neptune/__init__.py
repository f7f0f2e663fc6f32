"""One Neptune in memory: what the emulator, the simulation and the unit tests assume of it.

An assumption about Neptune stands in this package only. Everything around it is an adapter: the
emulator's query protocol, the simulation's virtual time, the Protocols of provider and command.
"""

from fake_neptune.behaviour import ProgressCurve, SnapshotBehaviour, SnapshotEnd
from fake_neptune.client import Client
from fake_neptune.cluster import Cluster
from fake_neptune.errors import ApiError, client_error
from fake_neptune.service import OPERATIONS, FakeNeptune
from fake_neptune.snapshot import ARN, Snapshot

__all__ = [
    "ARN",
    "OPERATIONS",
    "ApiError",
    "Client",
    "Cluster",
    "FakeNeptune",
    "ProgressCurve",
    "Snapshot",
    "SnapshotBehaviour",
    "SnapshotEnd",
    "client_error",
]
