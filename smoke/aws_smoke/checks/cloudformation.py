"""Checks of what is assumed of CloudFormation and the CDK, mostly by what the probes were told."""

from datetime import UTC, datetime
from typing import Any, Final

from aws_smoke.checks.finding import Finding, check, not_seen, whether
from aws_smoke.evidence import Done, Evidence
from neptune_snapshot_provider.contract import RESOURCE_TYPE
from neptune_snapshot_provider.core.models import CLOCKS_DIFFER

_SIGNED_WITHIN: Final = 30.0
"""Seconds between the signing of the answer's address and the arrival of the request."""
_HOUR: Final = 3600


@check("CFN1")
def a_failed_create_is_deleted_by_the_id_it_answered(evidence: Evidence) -> Finding:
    """The probe's first Create fails with an id; the Delete that follows carries it."""
    told = _requests(evidence, "first", "ProbeMigration")
    deletes = [one for one in told if one["RequestType"] == "Delete"]
    if not deletes:
        return not_seen("no Delete of the failed resource was received")
    ids = [str(one["PhysicalResourceId"]) for one in deletes]
    return whether(ids == ["failed-v1"], f"answered failed-v1, asked to delete {', '.join(ids)}")


@check("CFN2")
def a_replaced_resource_is_rolled_back_in_a_known_order(evidence: Evidence) -> Finding:
    """What a replaced resource is told by the rollback: either order is provided for."""
    told = _of_rollback(evidence)
    if not told:
        return not_seen("no rollback told the replaced resource anything")
    kinds = [f"{one['RequestType']}({one['PhysicalResourceId']})" for one in told]
    known = (
        ["Delete(made-v2)"],
        ["Update(made-v2)", "Delete(made-v2)"],
        ["Update(made-v1)", "Delete(made-v2)"],
    )
    return whether(kinds in known, " then ".join(kinds))


@check("CFN3")
def a_rollback_is_seen_by_the_status_of_the_stack(evidence: Evidence) -> Finding:
    """``DescribeStacks`` said ROLLBACK whenever a request of a rollback was received."""
    told = _of_rollback(evidence) + [
        one for one in _requests(evidence, "first", "") if one["RequestType"] == "Delete"
    ]
    if not told:
        return not_seen("no request of a rollback was received")
    statuses = sorted({str(one["StackStatus"]) for one in told})
    return whether(all("ROLLBACK" in one for one in statuses), f"it said {', '.join(statuses)}")


@check("CFN5")
def another_id_is_a_replacement_that_is_cleaned_up(evidence: Evidence) -> Finding:
    """After an Update with a new id: Delete of the old one, in the cleanup phase."""
    told = _requests(evidence, "keep", "ProbeReplaced")
    kinds = [f"{one['RequestType']}({one.get('PhysicalResourceId', '')})" for one in told]
    if "Update(made-v1)" not in kinds:
        return not_seen("no resource was replaced")
    later = told[kinds.index("Update(made-v1)") + 1 :]
    deleted = [one for one in later if one.get("PhysicalResourceId") == "made-v1"]
    statuses = [str(one["StackStatus"]) for one in deleted]
    return whether(
        deleted
        and deleted[0]["RequestType"] == "Delete"
        and statuses[0] == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        f"{' then '.join(kinds)}; the stack was {', '.join(statuses) or 'never asked'}",
    )


@check("CFN7")
def properties_arrive_as_text(evidence: Evidence) -> Finding:
    """A number in the template."""
    told = evidence.told("")
    if not told:
        return not_seen("no probe was told anything")
    values = {repr(one["ResourceProperties"].get("Number")) for one in told}
    return whether(values == {"'7'"}, f"the number 7 arrived as {', '.join(sorted(values))}")


@check("CFN8")
def what_did_not_change_is_not_updated(evidence: Evidence) -> Finding:
    """The probes were told nothing when only the snapshot's tags changed."""
    step = evidence.step("changed tags are changed in place")
    if step is None:
        return not_seen("no deployment changed tags only")
    told = [one for one in evidence.told("keep") if step.began <= float(one["Now"]) <= step.ended]
    kinds = [f"{one['RequestType']} {one['LogicalResourceId']}" for one in told]
    return whether(not kinds, f"told meanwhile: {', '.join(kinds) or 'nothing'}")


@check("CFN10", "CFN11")
def the_address_says_when_the_request_was_sent(evidence: Evidence) -> Finding:
    """``X-Amz-Date`` of the address, against the time at which the request was received."""
    told = evidence.told("")
    if not told:
        return not_seen("no probe was told anything")
    ages = [_age(one) for one in told]
    if None in ages:
        return whether(
            holds=False, evidence="the address has no X-Amz-Date, or not as AWS writes it"
        )
    numbers = [age for age in ages if age is not None]
    lives = {str(one.get("SignedFor", "")) for one in told}
    return whether(
        all(-1 <= age <= _SIGNED_WITHIN for age in numbers)
        and all(life.isdigit() and int(life) >= _HOUR for life in lives),
        f"received {min(numbers):.1f} to {max(numbers):.1f} s after it was signed, "
        f"for {', '.join(sorted(lives))} s",
    )


@check("CFN13", "CFN14")
def the_status_of_the_stack_is_up_to_date(evidence: Evidence) -> Finding:
    """No stack was said to be at rest while it waited for an answer."""
    told = evidence.told("")
    if not told:
        return not_seen("no probe was told anything")
    stale = [one for one in told if not str(one["StackStatus"]).endswith("_IN_PROGRESS")]
    looked_again = [
        one.message for one in evidence.provider() if one.message.startswith("The stack is ")
    ]
    return whether(
        not stale,
        f"{len(stale)} of {len(told)} requests met a stack at rest; "
        f"the provider looked again {len(looked_again)} times",
    )


@check("CFN16")
def retained_resources_are_not_deleted(evidence: Evidence) -> Finding:
    """A stack with RETAIN was deleted, and the provider was not told."""
    step = evidence.step("deleted stack keeps its snapshots")
    if step is None or step.problem:
        return not_seen("no stack with RETAIN was deleted")
    lines = [one for one in evidence.provider("keep") if one.time >= step.began]
    return whether(
        not lines and not step.gone,
        f"the provider logged {len(lines)} lines meanwhile; deleted: {step.gone or 'nothing'}",
    )


@check("CFN17")
def what_the_provider_needs_outlives_the_snapshot(evidence: Evidence) -> Finding:
    """When a stack is deleted, role, policies and function go after the snapshot's resource."""
    events = [one for one in evidence.events if one.lane == "undo"]
    ends = {
        one.logical_id: one.time
        for one in sorted(events, key=lambda one: one.time)
        if one.status == "DELETE_COMPLETE" and not one.type.startswith("AWS::CloudFormation")
    }
    snapshots = [one for one in ends if one.startswith("Snapshot")]
    needed = {name: at for name, at in ends.items() if name.startswith("NeptuneSnapshotProvider")}
    if not snapshots or not needed:
        return not_seen("no stack with DESTROY was deleted")
    first = min(needed, key=lambda name: needed[name])
    return whether(
        ends[snapshots[0]] <= needed[first],
        f"{snapshots[0]} ended {needed[first] - ends[snapshots[0]]:.1f} s before {first}",
    )


@check("CFN18")
def independent_resources_are_created_in_parallel(evidence: Evidence) -> Finding:
    """The replaced probe and the snapshot do not depend on each other."""
    events = [one for one in evidence.events if one.lane == "keep"]
    spans = {}
    for prefix in (RESOURCE_TYPE, "Custom::Replaced"):
        times = [
            one.time
            for one in events
            if one.type == prefix and one.status in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
        ]
        if len(times) > 1:
            spans[prefix] = min(times), max(times)
    if len(spans) < 2:  # noqa: PLR2004 - both
        return not_seen("the two were not created")
    (begin, end), (other_begin, other_end) = spans.values()
    return whether(
        begin < other_end and other_begin < end,
        f"the snapshot from 0 to {end - begin:.1f} s, the other from "
        f"{other_begin - begin:.1f} to {other_end - begin:.1f} s",
    )


@check("CFN19")
def every_request_has_an_id_of_its_own(evidence: Evidence) -> Finding:
    """Request ids of all that the probes were told."""
    told = evidence.told("")
    if not told:
        return not_seen("no probe was told anything")
    by_id: dict[str, set[tuple[str, str, str]]] = {}
    for one in told:
        what = (str(one["RequestType"]), str(one["LogicalResourceId"]), str(one["StackId"]))
        by_id.setdefault(str(one["RequestId"]), set()).add(what)
    shared = [name for name, what in by_id.items() if len(what) > 1]
    return whether(
        not shared, f"{len(by_id)} ids for {len(told)} deliveries; shared: {len(shared)}"
    )


@check("CFN21")
def a_rollback_swaps_old_and_new(evidence: Evidence) -> Finding:
    """The Update by which a failed resource is rolled back."""
    told = _requests(evidence, "undo", "ProbeMigration")
    updates = [one for one in told if one["RequestType"] == "Update"]
    if len(updates) < 2:  # noqa: PLR2004 - forward and back
        return not_seen("the failed resource was not updated back")
    back = updates[-1]
    old, new = back.get("OldResourceProperties", {}), back["ResourceProperties"]
    return whether(
        (old.get("Version"), new.get("Version")) == ("v2", "v1"),
        f"from {old.get('Version')} to {new.get('Version')}, id {back['PhysicalResourceId']}",
    )


@check("CFN22")
def a_stack_id_ends_in_a_uuid(evidence: Evidence) -> Finding:
    """Its first eight characters are what the rules of polls are named after."""
    ids = {str(one["StackId"]) for one in evidence.told("")}
    if not ids:
        return not_seen("no probe was told anything")
    tails = sorted(one.rpartition("/")[2] for one in ids)
    fits = all(len(tail.split("-")) == 5 and len(tail.split("-")[0]) == 8 for tail in tails)  # noqa: PLR2004
    return whether(fits, f"such as {tails[0]}")


@check("CFN25")
def an_operation_begins_before_its_requests_are_sent(evidence: Evidence) -> Finding:
    """``LastUpdatedTime`` and ``DeletionTime`` of the stack, against ``X-Amz-Date``."""
    told = [one for one in evidence.told("") if one.get("StackBeganAt") and _age(one) is not None]
    if not told:
        return not_seen("no stack said when it was updated, or no address when it was signed")
    leads = [float(one["Now"]) - (_age(one) or 0) - float(one["StackBeganAt"]) for one in told]
    undone = [one for one in told if "ROLLBACK" in str(one["StackStatus"])]
    return whether(
        min(leads) >= -CLOCKS_DIFFER,
        f"{min(leads):.1f} to {max(leads):.1f} s before, {len(undone)} of {len(told)} undone",
    )


@check("CDK4")
def the_command_line_says_why(evidence: Evidence) -> Finding:
    """The provider's reason stands in what the command line prints."""
    step = evidence.step("taken name is refused and untouched")
    if step is None:
        return not_seen("no deployment was refused")
    return whether("DBClusterSnapshotAlreadyExistsFault" in step.output, _line_about(step))


def _line_about(step: Done) -> str:
    lines = [line.strip() for line in step.output.splitlines() if "AlreadyExists" in line]
    return lines[0][:300] if lines else "the fault is not in its output"


def _requests(evidence: Evidence, lane: str, logical_id: str) -> list[dict[str, Any]]:
    """What was told, each request once though it may have been delivered twice."""
    found: dict[str, dict[str, Any]] = {}
    for one in evidence.told(lane, logical_id):
        found.setdefault(str(one["RequestId"]), one)
    return list(found.values())


def _of_rollback(evidence: Evidence) -> list[dict[str, Any]]:
    """What the replaced resource was told after it was replaced by the update that failed."""
    step = evidence.step("failing migration rolls back and keeps the snapshot")
    if step is None:
        return []
    told = [
        one
        for one in _requests(evidence, "undo", "ProbeReplaced")
        if step.began <= float(one["Now"]) <= step.ended
    ]
    return told[1:]


def _age(told: dict[str, Any]) -> float | None:
    try:
        moment = datetime.strptime(str(told.get("SignedAt")), "%Y%m%dT%H%M%SZ")  # noqa: DTZ007
    except ValueError:
        return None
    return float(told["Now"]) - moment.replace(tzinfo=UTC).timestamp()
