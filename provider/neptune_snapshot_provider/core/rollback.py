"""An update that CloudFormation undoes: answer the snapshot from before, take none; pure."""

from neptune_snapshot_provider.contract import Outcome
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import MISSING, Snapshot
from neptune_snapshot_provider.core.request import Properties, Request
from neptune_snapshot_provider.core.steps import Answer, Fact, Look, Seen, Step


def roll_back(request: Request, properties: Properties, seen: Seen) -> Step:
    """Find the snapshot that belongs to the properties CloudFormation rolls back to."""
    if seen.snapshot is None and not ownership.is_skipped_id(request.physical_id):
        return Look(Fact.SNAPSHOT)
    if isinstance(seen.snapshot, Snapshot):
        if seen.tags is None:
            return Look(Fact.TAGS)
        if ownership.is_of_generation(seen.tags, request, properties):
            return _restored(seen.snapshot)
    if seen.predecessor is None:
        return Look(Fact.PREDECESSOR)
    if seen.predecessor is not MISSING:
        return _restored(seen.predecessor)
    return recorded(request, seen)


def _restored(snapshot: Snapshot) -> Answer:
    name = snapshot.identifier
    situation = f"the stack is rolling back to snapshot {name}; nothing is taken"
    return Answer(name, situation, snapshot, is_rollback=True)


def recorded(request: Request, seen: Seen) -> Answer:
    """Answer a rollback with what CloudFormation knows already, so that the rollback ends."""
    name = request.physical_id
    if isinstance(seen.snapshot, Snapshot) and seen.snapshot.identifier == name:
        situation = f"the stack is rolling back; snapshot {name} is answered"
        return Answer(name, situation, seen.snapshot, is_rollback=True)
    if ownership.is_skipped_id(name):
        return Answer(name, "the stack is rolling back to no snapshot", outcome=Outcome.SKIPPED)
    cluster = request.properties.cluster if request.properties else ""
    fields = {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": ownership.snapshot_arn(request, name),
        "DBClusterIdentifier": cluster,
    }
    situation = (
        f"the stack is rolling back and the snapshot it rolls back to is not found; "
        f"{name} is answered, nothing is taken"
    )
    return Answer(name, situation, Snapshot.of(fields), is_rollback=True)
