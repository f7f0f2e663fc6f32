"""What is said of a stack that is watched; pure."""

from collections.abc import Iterable, Mapping, Sequence

from neptune_snapshot_cli.attempts import Attempts
from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.stacks import (
    Event,
    Operation,
    Resource,
    Stack,
    cause,
    is_in_progress,
    name_of,
)
from neptune_snapshot_provider.core.models import Snapshot


def waiting(
    stack: Stack,
    resources: Sequence[Resource],
    clusters: Mapping[str, str],
    *,
    going_on: bool,
    available: bool,
) -> str:
    """What is waited for; empty once the stack is at rest.

    Args:
        stack: the stack.
        resources: those in progress whose snapshot has not begun.
        clusters: states of their clusters, as far as they are known; empty is not known.
        going_on: whether a snapshot is on its way.
        available: whether one is available already.
    """
    if not is_in_progress(stack.status):
        return ""
    parts = [f"stack {stack.name}: {stack.status}"]
    if resources:
        names = ", ".join(one.name for one in resources)
        parts.append(f"{names} has not begun its snapshot yet")
        parts += [f"cluster {name} is {state}" for name, state in clusters.items() if state]
    elif available and not going_on:
        parts.append("its snapshot is available, the operation continues")
    elif not going_on:
        parts.append("no snapshot yet")
    return "; ".join(parts)


def going_on(stack: Stack, views: Iterable[View]) -> str:
    """What is not over."""
    return "; ".join([f"stack {stack.name} is {stack.status}", *(view.title() for view in views)])


def failure(
    stack: Stack,
    operations: Sequence[Operation],
    available: Iterable[Snapshot],
    attempts: Iterable[Attempts],
    others: Iterable[str],
) -> str:
    """Why a stack failed, what became of its snapshots, and which one to restore.

    Args:
        stack: The stack.
        operations: Its operation, and those of nested stacks.
        available: The snapshots that the operation took.
        attempts: What can be restored, by resource.
        others: What to say of other snapshots.
    """
    lines = [f"Stack {stack.name} is {stack.status}: {_reason(stack, cause(operations))}"]
    lines += [
        f"Snapshot {one.identifier} is available and is retained: {one.arn}" for one in available
    ]
    advice = list(map(_advice, attempts))
    if len(lines) > 1 and not advice:
        advice = ["To find the snapshot to restore: neptune-snapshot list"]
    lines += (*advice, *others)
    if len(lines) == 1:
        lines.append("No snapshot was begun.")
    return "\n".join(lines)


def continuing(view: View) -> str:
    """That a snapshot continues after its stack failed."""
    return (
        f"Snapshot {view.identifier} is {view.status} and continues: "
        f"neptune-snapshot watch --snapshot {view.identifier}"
    )


def _advice(attempts: Attempts) -> str:
    name = attempts.first.identifier
    command = f"\n  neptune-snapshot restore-plan {name}"
    if not attempts.later:
        return f"To restore snapshot {name}:{command}"
    later = ", ".join(one.identifier for one in attempts.later)
    named = f" Parameter {attempts.parameter} names it." if attempts.parameter else ""
    return (
        f"Restore snapshot {name}, not a newer one. It is the first of {len(attempts.later) + 1} "
        "snapshots since the last successful deployment, so it was taken before the migration ran "
        f"for the first time.{named} Later snapshots hold half-migrated data: {later}.{command}"
    )


def _reason(stack: Stack, event: Event | None) -> str:
    if event is None:
        return stack.reason or "CloudFormation gives no reason"
    place = "" if event.stack == stack.arn else f" of nested stack {name_of(event.stack)}"
    return f"{event.resource} ({event.type}){place} failed: {event.reason or event.status}"
