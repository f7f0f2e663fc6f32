"""Checks of what is assumed of CloudFormation and the CDK, mostly by what the probes were told."""

from datetime import UTC, datetime
from typing import Any, Final

from aws_smoke import statuses
from aws_smoke.checks.finding import Finding, asked_code, check, not_seen, refuted, whether
from aws_smoke.evidence import Evidence
from aws_smoke.recording import Step
from aws_smoke.scenarios import DESTROYED, FAILING, KEEP, NAME_TAKEN, TAGS_ONLY
from neptune_snapshot_provider.contract import RESOURCE_TYPE
from neptune_snapshot_provider.core.operation import CLOCKS_DIFFER

_SIGNED_WITHIN: Final = 30.0
"""Seconds between the signing of the answer's address and the arrival of the request."""
_HOUR: Final = 3600


@check("CFN5")
def another_id_is_a_replacement_that_is_cleaned_up(evidence: Evidence) -> Finding:
    """After an Update with a new id: Delete of the old one, in the cleanup phase."""
    told = evidence.requests(KEEP, "ProbeReplaced")
    kinds = [f"{one['RequestType']}({one.get('PhysicalResourceId', '')})" for one in told]
    if "Update(made-v1)" not in kinds:
        return not_seen("no resource was replaced")
    later = told[kinds.index("Update(made-v1)") + 1 :]
    deleted = [one for one in later if one.get("PhysicalResourceId") == "made-v1"]
    if not deleted:
        return refuted(" then ".join(kinds))
    compared = statuses.of_request(evidence, KEEP, deleted[0])
    if compared is None:
        return not_seen("no event tells the status of the stack")
    return whether(
        deleted[0]["RequestType"] == "Delete"
        and compared.current == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        f"{' then '.join(kinds)}; the stack was {compared.current}",
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
    """The requests to the probes when only the tags of the snapshot changed."""
    step = evidence.step(KEEP, TAGS_ONLY)
    times = [float(one["Now"]) for one in evidence.told(KEEP)]
    if step is None or not step.succeeded or not times:
        return not_seen("no deployment changed tags only")
    if not min(times) < step.began < step.ended < max(times):
        return not_seen("the log does not reach from before the deployment to after it")
    told = [one for one in evidence.told(KEEP) if _is_within(step, float(one["Now"]))]
    kinds = [f"{one['RequestType']} {one['LogicalResourceId']}" for one in told]
    return whether(not kinds, f"requests meanwhile: {', '.join(kinds) or 'none'}")


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


@check("CFN16")
def retained_resources_are_not_deleted(evidence: Evidence) -> Finding:
    """What CloudFormation did with the snapshot's resource when a stack with RETAIN was deleted."""
    step = evidence.step(KEEP, DESTROYED)
    if step is None:
        return not_seen("no stack with RETAIN was deleted")
    found = [
        one.status
        for one in evidence.events
        if one.lane == KEEP and one.type == RESOURCE_TYPE and _is_within(step, one.time)
    ]
    if not found:
        return not_seen("no event tells what became of the resource")
    return whether(
        set(found) == {"DELETE_SKIPPED"} and not step.gone,
        f"{', '.join(found)}; deleted: {', '.join(step.gone) or 'no snapshot'}",
    )


@check("CFN17")
def what_the_provider_needs_outlives_the_snapshot(evidence: Evidence) -> Finding:
    """When a stack is deleted, role, policies and function go after the snapshot's resource."""
    events = [one for one in evidence.events if one.lane == FAILING]
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
    events = [one for one in evidence.events if one.lane == KEEP]
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


@check("CFN28")
def a_stack_that_is_not_there_is_a_validation_error(evidence: Evidence) -> Finding:
    """The code for a stack that CloudFormation does not know."""
    return asked_code(evidence, "no-stack", "ValidationError")


@check("CDK4")
def the_command_line_says_why(evidence: Evidence) -> Finding:
    """The code that the provider's reason begins with, in the output of the command line."""
    step = evidence.step(NAME_TAKEN)
    if step is None:
        return not_seen("no deployment was refused")
    code = "DBClusterSnapshotAlreadyExistsFault"
    shown = "in" if code in step.output else "not in"
    return whether(code in step.output, f"{code} is {shown} its output")


def _is_within(step: Step, time: float) -> bool:
    return step.began <= time <= step.ended


def _age(told: dict[str, Any]) -> float | None:
    try:
        moment = datetime.strptime(str(told.get("SignedAt")), "%Y%m%dT%H%M%SZ")  # noqa: DTZ007
    except ValueError:
        return None
    return float(told["Now"]) - moment.replace(tzinfo=UTC).timestamp()
