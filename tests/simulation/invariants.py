"""What must be true, whatever happens. Each check has a name; each violation names its request."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from neptune_snapshot_provider.contract import (
    ATTRIBUTES,
    WAIT_RESOURCE_TYPE,
    OnTimeout,
    Outcome,
)
from simulation.records import ARN
from simulation.requests import URL_TAIL, Request
from simulation.templates import Template
from simulation.universe import Answered, Deed, Universe

Violations: TypeAlias = Iterator[str]

OWNER_TAGS: Final = tuple(
    f"neptune-snapshot:{name}" for name in ("stack", "resource", "request", "trigger")
)
_ON_ITS_WAY: Final = 1.0
_LIVE: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


def every_answer_is_complete(universe: Universe) -> Violations:
    """Ids, status, reason, and at most 4096 bytes."""
    for one in universe.ledger.answers:
        for problem in one.problems:
            yield f"{_about(one)}: {problem}"


def data_is_all_or_nothing(universe: Universe) -> Violations:
    """Every attribute, and nothing private, of a success; nothing of a failure or a Delete."""
    for one in universe.ledger.answers:
        succeeded = one.body.get("Status") == "SUCCESS" and one.request.type != "Delete"
        data = one.body.get("Data")
        if not isinstance(data, dict) or set(data) != (set(ATTRIBUTES) if succeeded else set()):
            yield f"{_about(one)}: Data has {data}"
        elif not all(isinstance(value, str) for value in data.values()):
            yield f"{_about(one)}: Data has more than texts: {data}"


def success_names_an_available_snapshot(universe: Universe) -> Violations:
    """With its own ARN; but in a rollback, or for a request that another one continues."""
    for one in universe.ledger.answers:
        if one.body.get("Status") != "SUCCESS" or one.request.type == "Delete":
            continue
        if _rolls_back(one) or not one.is_first:
            continue
        name = one.body["PhysicalResourceId"]
        if name.startswith("skipped:") and "cluster" in universe.ledger.causes:
            continue
        wanted = one.request.event["ResourceProperties"]
        continues = wanted.get("OnTimeout") == OnTimeout.CONTINUE
        said = one.body["Data"].get("Status")
        if said != "available" and not continues:
            yield f"{_about(one)}: {name} is said to be {said}"
        if name in universe.ledger.struck:
            continue  # it may just have happened to what was available a moment ago
        if one.snapshot is None or (one.snapshot_status != "available" and not continues):
            yield f"{_about(one)}: {name} is {one.snapshot_status or 'not there'}"
            continue
        if one.body["Data"].get("DBClusterSnapshotArn") != ARN + name:
            yield f"{_about(one)}: the ARN is of another snapshot"
        stack, resource = (one.snapshot.tags.get(key) for key in OWNER_TAGS[:2])
        owner = one.request.logical_id
        is_link = one.request.event["ResourceType"] == WAIT_RESOURCE_TYPE
        if stack != one.request.event["StackId"] or (resource != owner and not is_link):
            yield f"{_about(one)}: {name} is somebody else's"


def only_what_was_asked_for_is_deleted(universe: Universe) -> Violations:
    """Own, asked for by this Delete, used by nobody, and never while a stack rolls back."""
    for deed in universe.ledger.deeds:
        if deed.operation != "delete":
            continue
        about = f"{deed.request.type} {deed.request.id} deleted {deed.name}"
        if deed.request.type != "Delete":
            if not deed.request.event["ResourceProperties"].get("KeepLast"):
                yield f"{about}, which it was not asked for"
            if deed.in_use:
                yield f"{about}, which is in use"
        elif deed.request.event["PhysicalResourceId"] != deed.name:
            yield f"{about} instead of {deed.request.event['PhysicalResourceId']}"
        if not deed.own and not _was_just_replaced(deed, universe):
            yield f"{about}, which is somebody else's"
        if "ROLLBACK" in deed.stack_status and not _is_pruning_just_cancelled(deed):
            yield f"{about} in {deed.stack_status}"
        if deed.in_use and not deed.stack_status.startswith("DELETE"):
            yield f"{about}, which is in use ({deed.stack_status})"


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
    """Not in a rollback, not for a Delete, and not by a request whose time has passed.

    Excused is who skipped the cluster that was not there, and meets it in a second delivery, and
    whose call was on its way when a second delivery of the same request failed.
    """
    for deed in universe.ledger.deeds:
        if deed.operation != "create":
            continue
        about = f"{deed.request.type} {deed.request.id} took {deed.name}"
        if deed.request.is_rollback or deed.request.type == "Delete":
            yield f"{about} in {deed.stack_status}"
        skipped = deed.answered_with.startswith("skipped:")
        crossed = deed.answer == "FAILED" and deed.answered_for < _ON_ITS_WAY
        if deed.answer and not (skipped or crossed or deed.name in universe.ledger.struck):
            yield f"{about} though it had been answered {deed.answer}"


def no_snapshot_is_nameless(universe: Universe) -> Violations:
    """Each that was made carries the tags that say whose it is, always."""
    for deed in universe.ledger.deeds:
        missing = [key for key in OWNER_TAGS if not deed.tags.get(key)]
        if missing and not _was_just_replaced(deed, universe):
            yield f"{deed.request.id}: {deed.operation} {deed.name} without {missing}"
    made = {deed.name for deed in universe.ledger.deeds if deed.operation == "create"}
    for name in (made & set(universe.neptune.snapshots)) - set(universe.ledger.foreign):
        if not all(universe.neptune.snapshots[name].tags.get(key) for key in OWNER_TAGS):
            yield f"{name} has lost its owner tags"


def nothing_foreign_is_touched(universe: Universe) -> Violations:
    """Whatever it is called."""
    replaced = set()
    for deed in universe.ledger.deeds:
        if _was_just_replaced(deed, universe):
            replaced.add(deed.name)
        elif not deed.own:
            yield f"{deed.request.id}: {deed.operation} {deed.name}"
    for name, (status, tags) in universe.ledger.foreign.items():
        if name in replaced:
            continue
        snapshot = universe.neptune.snapshots.get(name)
        if (
            snapshot is None
            or snapshot.gone_at
            or (snapshot.status, snapshot.tags)
            != (
                status,
                tags,
            )
        ):
            yield f"{name} is not what it was"


def no_secret_is_logged(universe: Universe) -> Violations:
    """Not the address at which anybody could answer."""
    for line in universe.ledger.log:
        if URL_TAIL in line or "sEcReT" in line:
            yield line


def nobody_sees_a_defect(universe: Universe) -> Violations:
    """No answer is the fault of this library."""
    for one in universe.ledger.answers:
        if str(one.body.get("Reason", "")).startswith("UnexpectedError"):
            yield f"{_about(one)}: {one.body['Reason']}"


def a_failure_has_a_cause(universe: Universe) -> Violations:
    """A request fails for what really happened; with nothing in its way it succeeds."""
    for one in universe.ledger.answers:
        if one.body.get("Status") != "FAILED" or not one.is_first or one.request.cancelled:
            continue
        code = str(one.body.get("Reason", "")).partition(":")[0]
        # What crhelper says if a poll cannot be set up is botocore's own text.
        good = _CAUSES.get(code, frozenset({"set-up"}))
        if not good & universe.ledger.causes:
            yield f"{_about(one)}: {one.body['Reason']} (causes: {universe.ledger.causes})"


def every_request_is_answered_in_time(universe: Universe) -> Violations:
    """Before CloudFormation gives up, if anybody still waits.

    Excused is what Lambda has given up delivering.
    """
    for request in universe.cloudformation.requests.values():
        if request.timed_out and request.id not in universe.function.given_up:
            yield f"{request.type} {request.id} of {request.logical_id} was not answered"


def every_rollback_ends(universe: Universe) -> Violations:
    """A rollback that fails leaves a stack that only support can mend.

    Excused is one that may not ask what the stack does, or cannot schedule its next look.
    """
    if {"stack unknown", "set-up"} & universe.ledger.causes:
        return
    for request in universe.cloudformation.requests.values():
        if request.is_rollback and request.answer and not request.succeeded:
            yield f"{request.id} of {request.logical_id}: {request.answer.get('Reason')}"


def nothing_of_a_poll_remains(universe: Universe) -> Violations:
    """No rule and no target, once everybody is answered.

    Excused is who was not let set up or remove it, and what Lambda has given up delivering.
    """
    crippled = "set-up" in universe.ledger.causes or universe.function.given_up
    for rule in universe.events.rules.values():
        if rule.input is not None or not crippled:
            yield f"rule {rule.name} of {rule.request_id}, target {rule.input is not None}"


def nothing_is_lost(universe: Universe) -> Violations:
    """What a stack at rest stands for is there, and is available.

    Excused is what was deleted by hand or broken, and a rollback that had to answer for it.
    """
    for stack in universe.cloudformation.stacks.values():
        if stack.status not in _LIVE:
            continue
        if stack.status == "UPDATE_ROLLBACK_COMPLETE" and universe.ledger.struck:
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

    Excused is what a request has changed that was delivered so late that nobody waited for it. One
    that is reused may carry more: nobody knows whether the deployment that took it gave that tag.
    """
    reused = {
        str(one.body["PhysicalResourceId"])
        for one in universe.ledger.answers
        if one.body.get("Data", {}).get("Outcome") == Outcome.REUSED
    }
    late = {one.name for one in universe.ledger.deeds if one.answer or one.cancelled_for}
    for stack in universe.cloudformation.stacks.values():
        if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            continue
        for key, wanted in _declared_tags(stack.template).items():
            snapshot = universe.neptune.snapshots.get(stack.ids.get(key, ""))
            if snapshot is None or snapshot.name in universe.ledger.struck | late:
                continue
            tags = {k: v for k, v in snapshot.tags.items() if not k.startswith("neptune-")}
            if tags != ({**tags, **wanted} if snapshot.name in reused else wanted):
                yield f"{key} of {stack.name}: {snapshot.name} has {tags}, not {wanted}"


def _is_pruning_just_cancelled(deed: Deed) -> bool:
    """Nobody can take back a call that is on its way."""
    return deed.request.type != "Delete" and 0 < deed.cancelled_for < _ON_ITS_WAY


def _was_just_replaced(deed: Deed, universe: Universe) -> bool:
    """A stranger's took the place of ours while the call was on its way.

    IAM refuses that call, as the role's right depends on the tag; this simulation knows no rights.
    """
    return deed.name in universe.ledger.struck and deed.age < _ON_ITS_WAY


def _declared_tags(template: Template) -> dict[str, dict[str, str]]:
    return {one.logical_id: dict(one.tags) for one in template.snapshots}


def _rolls_back(one: Answered) -> bool:
    return one.request.is_rollback or one.request.cancelled


def _about(one: Answered) -> str:
    return f"answer to {_name(one.request)}"


def _name(request: Request) -> str:
    return f"{request.type} {request.id} of {request.logical_id}"


_CAUSES: Final[dict[str, frozenset[str]]] = {
    "AccessDenied": frozenset({"denied"}),
    "ApiFault": frozenset({"set-up"}),
    "ClusterUnusable": frozenset({"cluster"}),
    "DBClusterNotFoundFault": frozenset({"cluster"}),
    "DBClusterSnapshotAlreadyExistsFault": frozenset({"taken name"}),
    "DBClusterSnapshotNotFoundFault": frozenset({"by hand"}),
    "DeadlineExceeded": frozenset({"slow", "cluster", "broken", "outage"}),
    "InvalidRequest": frozenset({"bad property"}),
    "SnapshotFailed": frozenset({"broken", "by hand"}),
    "SnapshotNotDeletable": frozenset({"broken"}),
    "SnapshotQuotaExceeded": frozenset({"quota"}),
    "UnsupportedEngine": frozenset({"cluster"}),
}

Check: TypeAlias = Callable[[Universe], Violations]

ALWAYS: Final[tuple[Check, ...]] = (
    every_answer_is_complete,
    data_is_all_or_nothing,
    success_names_an_available_snapshot,
    only_what_was_asked_for_is_deleted,
    one_request_takes_one_snapshot,
    a_snapshot_is_only_taken_when_one_is_wanted,
    no_snapshot_is_nameless,
    nothing_foreign_is_touched,
    no_secret_is_logged,
    nobody_sees_a_defect,
    a_failure_has_a_cause,
    every_request_is_answered_in_time,
    every_rollback_ends,
)
AT_REST: Final[tuple[Check, ...]] = (
    nothing_of_a_poll_remains,
    nothing_is_lost,
    tags_are_as_declared,
)


def verify(universe: Universe, checks: tuple[Check, ...] = ALWAYS) -> None:
    """Raise the first violation of each check.

    Raises:
        AssertionError: naming the checks and what violates them.
    """
    found = [
        f"{check.__name__}: {violation}"
        for check in checks
        if (violation := next(check(universe), None)) is not None
    ]
    if found:
        raise AssertionError("\n".join(found))
