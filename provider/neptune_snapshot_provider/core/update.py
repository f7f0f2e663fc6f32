"""The snapshot a resource has already: wait for it, and change its tags in place; pure."""

from collections.abc import Mapping

from neptune_snapshot_provider.contract import Outcome
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.availability import await_available, gone, unless_pending
from neptune_snapshot_provider.core.models import MISSING
from neptune_snapshot_provider.core.request import Properties, Request
from neptune_snapshot_provider.core.rollback import recorded
from neptune_snapshot_provider.core.steps import Answer, ChangeTags, Fact, Look, Seen, Step


def keep(request: Request, properties: Properties, seen: Seen) -> Step:
    """Answer with the snapshot that is there, tagged as declared.

    Raises:
        DBClusterSnapshotNotFoundFault: somebody else deleted it.
        RequestCancelled: nobody waits for its tags to change any more.
        SnapshotFailed: it never will be available.
    """
    if ownership.is_skipped_id(ownership.subject(request, seen)):
        situation = "no snapshot was taken before, and nothing asks for one now"
        return Answer(ownership.subject(request, seen), situation, outcome=Outcome.SKIPPED)
    snapshot = seen.snapshot
    if snapshot is None:
        return Look(Fact.SNAPSHOT)
    if snapshot is MISSING:
        if seen.stack is None:
            return Look(Fact.STACK)
        if seen.stack.is_rolling_back:
            return recorded(request, seen)
        raise gone(ownership.subject(request, seen), "outside this stack")
    old = request.old.tags if request.old else {}
    if old != properties.tags:
        if seen.tags is None:
            return Look(Fact.TAGS)
        if not ownership.is_own(seen.tags, request):
            raise gone(snapshot.identifier, "outside this stack, and another made")
        if change := tag_change(snapshot.arn, old, properties.tags, seen.tags):
            return _unless_late(request, properties, seen) or change
    return await_available(snapshot)


def _unless_late(request: Request, properties: Properties, seen: Seen) -> Step | None:
    """Do not put back the tags of an earlier update; a rollback may."""
    stack = seen.stack
    if stack is None:
        return Look(Fact.STACK)
    is_undone = seen.went_forward and stack.is_rolling_back
    if stack.is_idle or is_undone or stack.is_beyond(request.sent_at):
        return unless_pending(request, properties, seen)
    return None


def tag_change(
    arn: str, old: Mapping[str, str], new: Mapping[str, str], actual: Mapping[str, str]
) -> ChangeTags | None:
    """Only what this resource once set is removed: other tags are somebody else's."""
    remove = tuple(key for key in old if key not in new and key in actual)
    add = {key: value for key, value in new.items() if actual.get(key) != value}
    return ChangeTags(arn, remove, add) if remove or add else None
