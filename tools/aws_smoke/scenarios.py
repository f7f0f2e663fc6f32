"""What is tried, lane by lane: a lane is one stack, its steps follow each other.

Lanes run side by side, as their stacks do not touch each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import RemovalPolicy

from aws_smoke.evidence import Done
from aws_smoke.stacks import Recipe
from deployment.migration_function import FAILURE

POLL_INVOCATION: Final = 93
"""Seconds of an invocation; 90 of them are the margin in which it hands over."""
FAILING: Final = "undo"
"""The lane of a deployment that fails with DESTROY, whose status is read all the time."""
FAILING_UPDATE: Final = "failing migration rolls back and keeps the snapshot"
TAGS_ONLY: Final = "changed tags are changed in place"
RETAINED: Final = "deleted stack keeps its snapshots"
DESTROYED: Final = "deleted stack with DESTROY deletes its own only"
NAME_TAKEN: Final = "taken name is refused and untouched"
DENIED: Final = "denied permission is named"
NO_ROLLBACK: Final = "failing update with --no-rollback stays as it failed"
NATIVE: Final = "native resource type is tried"


@dataclass(frozen=True)
class Step:
    """One step: a deployment, or the deletion of the stack.

    Attributes:
        name: Unique over all lanes; the report's heading of it.
        recipe: What to deploy; ``None`` deletes the stack.
        problem: Says what is not as it should be; empty if all is.
    """

    name: str
    recipe: Recipe | None
    problem: Callable[[Done], str]


def _deployed(done: Done, *, new: int, gone: int = 0) -> str:
    if not done.succeeded:
        return "the deployment failed"
    return _counts(done, new, gone)


def _failed(done: Done, *, codes: tuple[str, ...], status: str, new: int = 0) -> str:
    """Check a failure by the codes and identifiers that the command line prints."""
    if problem := _left_in(done, status):
        return problem
    missing = [code for code in codes if code not in done.output]
    if missing:
        return f"the command line does not print {' nor '.join(missing)}"
    return _counts(done, new, 0)


def _left_in(done: Done, status: str) -> str:
    if done.succeeded:
        return "the deployment succeeded, though it had to fail"
    if done.status != status:
        return f"the stack is {done.status or 'gone'} instead of {status}"
    return ""


def _deleted(done: Done, *, gone: int) -> str:
    if not done.succeeded:
        return "the stack could not be deleted"
    return _counts(done, 0, gone)


def _counts(done: Done, new: int, gone: int) -> str:
    if (len(done.new), len(done.gone)) == (new, gone):
        return ""
    return (
        f"{len(done.new)} snapshots were taken and {len(done.gone)} deleted, "
        f"instead of {new} and {gone}"
    )


def _tags_in_place(done: Done) -> str:
    if problem := _deployed(done, new=0):
        return problem
    found = [tags.get("smoke") for tags in done.after.values()]
    return "" if "changed" in found else f"no snapshot has the changed tag: {found}"


def lanes(taken: str) -> Mapping[str, tuple[Step, ...]]:
    """All lanes by name.

    Args:
        taken: The name of a snapshot that exists and belongs to no stack.
    """
    destroyed = RemovalPolicy.DESTROY
    migrating = Recipe(migrates=True)
    undone = Recipe(migrates=True, policy=destroyed)
    return {
        "keep": (
            Step("first deployment takes a snapshot", migrating, lambda d: _deployed(d, new=1)),
            Step(
                "changed trigger takes a new snapshot and keeps the old",
                Recipe(version="v2", migrates=True),
                lambda d: _deployed(d, new=1),
            ),
            Step(
                TAGS_ONLY,
                Recipe(version="v2", migrates=True, tags={"smoke": "changed"}),
                _tags_in_place,
            ),
            Step(RETAINED, None, lambda d: _deleted(d, gone=0)),
        ),
        "undo": (
            Step("deployment with DESTROY", undone, lambda d: _deployed(d, new=1)),
            Step(
                FAILING_UPDATE,
                Recipe(version="v2", migrates=True, fails=True, policy=destroyed),
                lambda d: _failed(d, codes=(FAILURE,), status="UPDATE_ROLLBACK_COMPLETE", new=1),
            ),
            Step(DESTROYED, None, lambda d: _deleted(d, gone=1)),
        ),
        "first": (
            Step(
                "failing first deployment keeps the snapshot",
                Recipe(migrates=True, fails=True, policy=destroyed),
                lambda d: _failed(d, codes=(FAILURE,), status="ROLLBACK_COMPLETE", new=1),
            ),
        ),
        "name": (
            Step(
                NAME_TAKEN,
                Recipe(name=taken, policy=destroyed),
                lambda d: _failed(
                    d,
                    codes=("DBClusterSnapshotAlreadyExistsFault", taken),
                    status="ROLLBACK_COMPLETE",
                ),
            ),
        ),
        "denied": (
            Step(
                DENIED,
                Recipe(denied=("rds:CreateDBClusterSnapshot",)),
                lambda d: _failed(
                    d, codes=("AccessDenied", "CreateDBClusterSnapshot"), status="ROLLBACK_COMPLETE"
                ),
            ),
        ),
        "unrolled": (
            Step("deployment before --no-rollback", migrating, lambda d: _deployed(d, new=1)),
            Step(
                NO_ROLLBACK,
                Recipe(version="v2", migrates=True, fails=True, rollback=False),
                lambda d: _left_in(d, "UPDATE_FAILED"),
            ),
        ),
        "native": (Step(NATIVE, Recipe(native=True), lambda _: ""),),
        "policies": (
            Step(
                "role for calls under session policies",
                Recipe(role=True),
                lambda d: _deployed(d, new=0),
            ),
        ),
        "poll": (
            Step(
                "wait that outlives its invocation is finished by the poll",
                Recipe(invocation=POLL_INVOCATION),
                lambda d: _deployed(d, new=1),
            ),
        ),
        "retries": (
            Step(
                "failing invocation is tried again",
                Recipe(snapshots=False),
                lambda d: _deployed(d, new=0),
            ),
        ),
    }
