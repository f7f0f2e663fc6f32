"""What is said of a stack that is watched; pure."""

from collections.abc import Iterable, Mapping, Sequence

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
        parts.append("its snapshot is available, the rest goes on")
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
    on_their_way: Iterable[View],
    problems: Iterable[str],
) -> str:
    """Why a stack failed, what became of its snapshots, and what to do."""
    lines = [f"Stack {stack.name} is {stack.status}: {_reason(stack, cause(operations))}"]
    lines += [
        f"Snapshot {one.identifier} is available and is kept: {one.arn}\n"
        f"  The way back to it: neptune-snapshot restore-plan {one.identifier}"
        for one in available
    ]
    lines += [
        f"Snapshot {view.identifier} is {view.status} and goes on: "
        f"neptune-snapshot watch --snapshot {view.identifier}"
        for view in on_their_way
    ]
    lines += problems
    if len(lines) == 1:
        lines.append("No snapshot was begun.")
    return "\n".join(lines)


def _reason(stack: Stack, event: Event | None) -> str:
    if event is None:
        return stack.reason or "CloudFormation gives no reason"
    place = "" if event.stack == stack.arn else f" of nested stack {name_of(event.stack)}"
    return f"{event.resource} ({event.type}){place} failed: {event.reason or event.status}"
