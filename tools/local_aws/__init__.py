"""AWS on this machine: an emulator whose Neptune snapshots take time, and can go wrong."""

from fake_neptune import ProgressCurve, SnapshotBehaviour, SnapshotEnd
from local_aws.behaviour import Call, Caller, Fault, FaultKind
from local_aws.client import LocalAws, LocalAwsError

__all__ = [
    "Call",
    "Caller",
    "Fault",
    "FaultKind",
    "LocalAws",
    "LocalAwsError",
    "ProgressCurve",
    "SnapshotBehaviour",
    "SnapshotEnd",
]
