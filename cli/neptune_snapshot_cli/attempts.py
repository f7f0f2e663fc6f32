"""Which snapshot to restore after one or several failed deployments."""

from dataclasses import dataclass

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Denied
from neptune_snapshot_cli.snapshot_lookup import SnapshotLookup
from neptune_snapshot_cli.stack_events import StackEvents
from neptune_snapshot_cli.stacks import Resource
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.generations import used_at
from neptune_snapshot_provider.core.models import Missing, Snapshot
from neptune_snapshot_provider.core.retention import Candidate
from neptune_snapshot_provider.name_rules import identifier_problem


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """The snapshots a resource took or reused since its stack was last deployed successfully.

    ``first`` was taken before the migration ran for the first time. ``later`` hold half-migrated
    data. ``parameter`` is the one of Parameter Store that names ``first``, if it is known.
    """

    first: Snapshot
    later: tuple[Snapshot, ...] = ()
    parameter: str = ""


def read_attempts(aws: Aws, lookup: SnapshotLookup, events: StackEvents) -> list[Attempts]:
    """Read the attempts of each snapshot resource of a failed operation.

    Raises:
        NoAccess: AWS refuses the calls.
    """
    found = [_attempts_of(aws, lookup, events, one) for one in events.snapshots]
    return [one for one in found if one is not None]


def _attempts_of(
    aws: Aws, lookup: SnapshotLookup, events: StackEvents, resource: Resource
) -> Attempts | None:
    since = _replaced_at(aws, lookup, events, resource)
    if since is None:
        return None
    own = [
        Candidate(snapshot=one, tags=lookup.tags(one))
        for one in aws.snapshots(lookup.cluster(resource))
        if ownership.is_usable(one)
        and ownership.is_own(one, lookup.tags(one), resource.stack, resource.name)
    ]
    # An attempt may have reused a snapshot that is older than the replaced one.
    used_since = sorted((one for one in own if one.used_at > since), key=lambda one: one.used_at)
    if not used_since:
        return None
    first, *later = (one.snapshot for one in used_since)
    name = events.last_good_parameter(resource)
    is_named = bool(name) and _value(aws, name) == first.arn
    return Attempts(first=first, later=tuple(later), parameter=name if is_named else "")


def _replaced_at(
    aws: Aws, lookup: SnapshotLookup, events: StackEvents, resource: Resource
) -> float | None:
    """When the snapshot was taken or last reused that a resource used before the operation.

    Zero if it used none; ``None`` if that is not known, as older snapshots could then be mistaken
    for attempts.
    """
    if events.creates(resource):
        return 0.0
    name = events.replaced_by(resource) or lookup.used_by(resource)
    if not name:
        return None
    if identifier_problem(name) is not None:
        return 0.0
    snapshot = aws.snapshot(name)
    # A list that already names the new snapshot does not tell what the resource used before.
    if isinstance(snapshot, Missing) or (snapshot.created_at or 0.0) >= events.started_at:
        return None
    reused_at = used_at(snapshot, lookup.tags(snapshot)) or 0.0
    return snapshot.created_at if reused_at >= events.started_at else reused_at


def _value(aws: Aws, parameter: str) -> str:
    try:
        return aws.parameter(parameter)
    except Denied:
        # The times of the snapshots prove the same.
        return ""
