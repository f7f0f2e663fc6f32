"""What must be true of every snapshot, and of every migration."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeAlias

from neptune_snapshot_provider.contract import WAIT_RESOURCE_TYPE, Outcome
from simulation.ledger import Deed
from simulation.universe import Universe

Violations: TypeAlias = Iterator[str]

OWNER_TAGS: Final = tuple(
    f"neptune-snapshot:{name}" for name in ("stack", "resource", "request", "trigger")
)
_DOCUMENTED: Final = re.compile(r"[\w .:/=+-]*")
_ON_ITS_WAY: Final = 1.0
_DECISION_SECONDS: Final = 10.0
_DELETING: Final = ("DELETE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
_NOT_LIVE: Final = ("DELETE", "ROLLBACK")
_HINDERED: Final = frozenset({"outage", "set-up"})
"""What can keep the provider from finding the snapshot that a rollback returns to."""


def only_what_was_asked_for_is_deleted(universe: Universe) -> Violations:
    """Own, asked for, used by nobody, and never while a stack rolls back."""
    for deed in universe.ledger.deeds:
        if deed.operation != "delete":
            continue
        about = f"{deed.request.type} {deed.request.id} deleted {deed.name}"
        if not deed.own:
            yield f"{about}, which is somebody else's"
        if universe.cloudformation.is_imitated:
            yield f"{about}, though nothing is known of the stack"
        problems = _deleted_by_delete if deed.request.type == "Delete" else _deleted_by_retention
        yield from (f"{about}{problem}" for problem in problems(deed, universe))


def _deleted_by_delete(deed: Deed, _universe: Universe) -> Violations:
    if deed.request.event["PhysicalResourceId"] != deed.name:
        yield f" instead of {deed.request.event['PhysicalResourceId']}"
    if deed.stack_status.split("/")[0] not in _DELETING or "ROLLBACK" in deed.stack_status:
        yield f" in {deed.stack_status}"
    if deed.in_use and not deed.stack_status.startswith("DELETE"):
        yield f", which is in use ({deed.stack_status})"


def _deleted_by_retention(deed: Deed, _universe: Universe) -> Violations:
    """Excused is who had decided before a user protected the snapshot."""
    properties, request = deed.request.event["ResourceProperties"], deed.request
    if not properties.get("KeepLast"):
        yield ", which it was not asked for"
    if request.type == "Create" and request.event["ResourceType"] != WAIT_RESOURCE_TYPE:
        yield ", though a new resource replaces nothing"
    if deed.in_use:
        yield ", which is in use"
    if deed.protected_for > _DECISION_SECONDS:
        yield ", which is shared or tagged to be kept"
    if deed.is_newer:
        yield ", which is not older than the one being replaced"
    if properties.get("LastGoodParameter") in deed.named_by:
        yield ", which the parameter names"
    if "ROLLBACK" in deed.read_status or deed.read_for > _DECISION_SECONDS:
        yield f" after it read {deed.read_status or 'no status'} {deed.read_for:.0f} s before"


def one_request_takes_one_snapshot(universe: Universe) -> Violations:
    """Unless somebody took the first one away."""
    taken = Counter(
        deed.request.id
        for deed in universe.ledger.deeds
        if deed.operation == "create" and deed.name not in universe.ledger.struck
    )
    for request_id, count in taken.items():
        if count > 1:
            yield f"{request_id} took {count} snapshots"


def a_snapshot_is_only_taken_when_one_is_wanted(universe: Universe) -> Violations:
    """Not to revert, not for a Delete, and not by a request whose time has passed.

    Excused are: any of these but a Delete where nothing is known of the stack; a request that
    reverts to no snapshot, or to one that was deleted by hand, as nothing says then what the
    resource stands for; one that skipped the cluster that was not there, and meets it in a second
    delivery; one that failed by a second delivery after the last read of the stack, however stale
    that was.
    """
    unseen = _ON_ITS_WAY + universe.cloudformation.stalest
    for deed in universe.ledger.deeds:
        if deed.operation != "create":
            continue
        about = f"{deed.request.type} {deed.request.id} took {deed.name}"
        current = str(deed.request.event.get("PhysicalResourceId"))
        is_unknown = current in universe.ledger.struck or current.startswith("skipped:")
        is_imitated = universe.cloudformation.is_imitated
        is_unknown |= is_imitated
        if (deed.request.reverts and not is_unknown) or deed.request.type == "Delete":
            yield f"{about} in {deed.stack_status}"
        skipped = deed.answered_with.startswith("skipped:")
        crossed = deed.answer == "FAILED" and deed.answered_for < unseen
        if deed.answer and not (
            skipped or crossed or is_imitated or deed.name in universe.ledger.struck
        ):
            yield f"{about} though it had been answered {deed.answer}"


def no_snapshot_is_nameless(universe: Universe) -> Violations:
    """Each that was made carries the tags that say whose it is, always."""
    for deed in universe.ledger.deeds:
        missing = [key for key in OWNER_TAGS if not deed.tags.get(key)]
        if missing:
            yield f"{deed.request.id}: {deed.operation} {deed.name} without {missing}"
    made = {deed.name for deed in universe.ledger.deeds if deed.operation == "create"}
    for name in (made & set(universe.neptune.snapshots)) - set(universe.ledger.foreign):
        if not all(universe.neptune.snapshots[name].tags.get(key) for key in OWNER_TAGS):
            yield f"{name} has lost its owner tags"


def every_own_tag_is_accepted(universe: Universe) -> Violations:
    """Also if Neptune accepts only the characters of its own documentation, which has no @."""
    for deed in universe.ledger.deeds:
        name = deed.name
        tags = {**deed.tags, **getattr(universe.neptune.snapshots.get(name), "tags", {})}
        for key, value in tags.items():
            if key.startswith("neptune-snapshot:") and not _DOCUMENTED.fullmatch(value):
                yield f"{deed.request.id}: {name} has {key}={value}"


def nothing_foreign_is_touched(universe: Universe) -> Violations:
    """Whatever it is called."""
    for deed in universe.ledger.deeds:
        if not deed.own:
            yield f"{deed.request.id}: {deed.operation} {deed.name}"
    for name, before in universe.ledger.foreign.items():
        one = universe.neptune.snapshots.get(name)
        if one is None or one.gone_at or (one.status, one.tags) != before:
            yield f"{name} is not what it was"


def every_migration_is_protected(universe: Universe) -> Violations:
    """By a snapshot of its deployment; after a failure by the one from before the first attempt.

    Excused are what was deleted by hand or broken, the cluster that was not there, and a parameter
    where nothing is known of the stack, so that a reversal takes a snapshot.
    """
    for problem in universe.migrations.problems:
        name = problem.physical_id
        is_skipped = name.startswith("skipped:") and "cluster" in universe.ledger.causes
        is_unknown = problem.parameter and universe.cloudformation.is_imitated
        if not (name in universe.ledger.struck or is_skipped or is_unknown):
            yield problem.text


def every_rollback_restores(universe: Universe) -> Violations:
    """A stack has the snapshots that it had before the operation that failed.

    Excused are a snapshot that was deleted by hand or broken, a rollback that had to end though
    Neptune did not respond or no poll could be set up, and another engine, of which nothing is
    known.
    """
    if _HINDERED & universe.ledger.causes or universe.cloudformation.is_imitated:
        return
    for stack in universe.cloudformation.stacks.values():
        for key, before, after in stack.strayed:
            had_none = before.startswith("skipped:")
            if not had_none and before not in universe.ledger.struck:
                yield f"{key} of {stack.name} is {after} instead of {before}"


def nothing_is_lost(universe: Universe) -> Violations:
    """What a stack at rest stands for is there, and is available.

    Excused is what was deleted by hand or broken, and the cluster that was not there.
    """
    for stack in universe.cloudformation.stacks.values():
        if stack.is_busy or stack.status.startswith(_NOT_LIVE):
            continue
        for key, name in stack.ids.items():
            if name.startswith("skipped:") and "cluster" in universe.ledger.causes:
                continue
            if name in universe.ledger.struck:
                continue
            if universe.neptune.status_of(name) != "available":
                yield f"{key} of {stack.name} is {name}: {universe.neptune.status_of(name)!r}"


def tags_are_as_declared(universe: Universe) -> Violations:
    """Once a stack is at rest, its snapshots carry the tags of its template.

    Excused is a late delivery where nothing is known of the stack, so that it never is too late. A
    snapshot that is reused may carry more: nobody knows whether the deployment that took it gave
    that tag.
    """
    reused = {
        str(one.body["PhysicalResourceId"])
        for one in universe.ledger.answers
        if one.body.get("Data", {}).get("Outcome") == Outcome.REUSED
    }
    is_imitated = universe.cloudformation.is_imitated
    late = {one.name for one in universe.ledger.deeds if one.answer and is_imitated}
    for stack in universe.cloudformation.stacks.values():
        if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            continue
        for key, wanted in ((one.logical_id, dict(one.tags)) for one in stack.template.snapshots):
            snapshot = universe.neptune.snapshots.get(stack.ids.get(key, ""))
            if snapshot is None or snapshot.name in universe.ledger.struck | late:
                continue
            tags = {k: v for k, v in snapshot.tags.items() if not k.startswith("neptune-")}
            if tags != ({**tags, **wanted} if snapshot.name in reused else wanted):
                yield f"{key} of {stack.name}: {snapshot.name} has {tags}, not {wanted}"
