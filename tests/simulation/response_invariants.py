"""What must be true of every response, and of every request."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from fake_neptune import ARN
from neptune_snapshot_provider.contract import ATTRIBUTES, WAIT_RESOURCE_TYPE, OnTimeout
from simulation.ledger import Answered
from simulation.requests import URL_TAIL, Request
from simulation.universe import Universe

Violations: TypeAlias = Iterator[str]


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
    """With its own ARN, also in a rollback.

    Excused are a late delivery, whose response may be sent again until the snapshot has been
    deleted, a cluster that was missing, and a snapshot that was deleted by hand or broken,
    perhaps a moment ago. A rollback during which Neptune does not respond to the end ends with the
    recorded snapshot, without its attributes.
    """
    is_outage = "outage" in universe.ledger.causes
    for one in universe.ledger.answers:
        if one.body.get("Status") != "SUCCESS" or one.request.type == "Delete":
            continue
        name = str(one.body["PhysicalResourceId"])
        is_skipped = name.startswith("skipped:") and "cluster" in universe.ledger.causes
        if not one.is_first or is_skipped or name in universe.ledger.struck:
            continue
        is_unread = is_outage and one.request.is_rollback and not one.body["Data"].get("Status")
        if problem := _problem(one, name, is_unread=is_unread):
            yield f"{_about(one)}: {problem}"


def _problem(one: Answered, name: str, *, is_unread: bool) -> str:
    wanted = one.request.event["ResourceProperties"]
    continues = wanted.get("OnTimeout") == OnTimeout.CONTINUE
    said = one.body["Data"].get("Status")
    if said != "available" and not (continues or is_unread):
        return f"{name} is said to be {said}"
    if one.snapshot is None or (one.snapshot_status != "available" and not continues):
        return f"{name} is {one.snapshot_status or 'not there'}"
    if not is_unread and one.body["Data"].get("DBClusterSnapshotArn") != ARN + name:
        return "the ARN is of another snapshot"
    stack, resource = one.snapshot.made_by or ("", "")
    is_link = one.request.event["ResourceType"] == WAIT_RESOURCE_TYPE
    if stack != one.request.event["StackId"] or (
        resource != one.request.logical_id and not is_link
    ):
        return f"{name} is somebody else's"
    return ""


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
    """A request fails for what really happened; with nothing in its way it succeeds.

    What a late delivery responds with reaches nobody.
    """
    for one in universe.ledger.answers:
        if one.body.get("Status") != "FAILED" or not one.is_first:
            continue
        code = str(one.body.get("Reason", "")).partition(":")[0]
        good = _CAUSES.get(code, frozenset())
        is_cancelled = code == "RequestCancelled" and one.request.cancelled
        if not (good & universe.ledger.causes or is_cancelled):
            yield f"{_about(one)}: {one.body['Reason']} (causes: {universe.ledger.causes})"


def every_request_is_answered_in_time(universe: Universe) -> Violations:
    """Before CloudFormation gives up, if anybody still waits."""
    for request in universe.cloudformation.requests.values():
        if request.timed_out:
            yield f"{request.type} {request.id} of {request.logical_id} was not answered"


def every_rollback_ends(universe: Universe) -> Violations:
    """A rollback that fails leaves a stack that only support can fix.

    Excused is one to a snapshot that was broken by hand, where nothing is known of the stack.
    """
    for request in universe.cloudformation.requests.values():
        is_broken = request.event.get("PhysicalResourceId") in universe.ledger.struck
        if is_broken and universe.cloudformation.is_imitated:
            continue
        if request.is_rollback and request.answer and not request.succeeded:
            yield f"{_name(request)}: {request.answer.get('Reason')}"


def every_attribute_is_returned(universe: Universe) -> Violations:
    """A template can refer to each attribute of each resource that exists."""
    for stack in universe.cloudformation.stacks.values():
        yield from (f"{stack.name}: {missing}" for missing in stack.missing)


def _about(one: Answered) -> str:
    return f"response to {_name(one.request)}"


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
