"""Checks of what is assumed of CloudFormation and the CDK, mostly by what the probes were told."""

from datetime import UTC, datetime
from typing import Any, Final

from aws_smoke import statuses
from aws_smoke.checks.finding import Finding, check, refuted, seen, whether
from aws_smoke.evidence import Evidence
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
    seen("Update(made-v1)" in kinds, "no resource was replaced")
    later = told[kinds.index("Update(made-v1)") + 1 :]
    deleted = [one for one in later if one.get("PhysicalResourceId") == "made-v1"]
    if not deleted:
        return refuted(" then ".join(kinds))
    compared = statuses.of_request(evidence, KEEP, deleted[0])
    current = seen(compared, "no event tells the status of the stack").current
    return whether(
        deleted[0]["RequestType"] == "Delete" and current == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        f"{' then '.join(kinds)}; the stack was {current}",
    )


@check("CFN7")
def properties_arrive_as_text(evidence: Evidence) -> Finding:
    """A number in the template."""
    values = {repr(one["ResourceProperties"].get("Number")) for one in _told(evidence)}
    return whether(values == {"'7'"}, f"the number 7 arrived as {', '.join(sorted(values))}")


@check("CFN8")
def what_did_not_change_is_not_updated(evidence: Evidence) -> Finding:
    """The requests to the probes when only the tags of the snapshot changed."""
    step = seen(evidence.step(KEEP, TAGS_ONLY), "no deployment changed tags only")
    seen(step.succeeded, "no deployment changed tags only")
    times = [float(one["Now"]) for one in _told(evidence, KEEP)]
    seen(
        min(times) < step.began < step.ended < max(times),
        "the log does not reach from before the deployment to after it",
    )
    told = [one for one in _told(evidence, KEEP) if step.contains(float(one["Now"]))]
    kinds = [f"{one['RequestType']} {one['LogicalResourceId']}" for one in told]
    return whether(not kinds, f"requests meanwhile: {', '.join(kinds) or 'none'}")


@check("CFN10", "CFN11")
def the_address_says_when_the_request_was_sent(evidence: Evidence) -> Finding:
    """``X-Amz-Date`` of the address, against the time at which the request was received."""
    told = _told(evidence)
    ages = [age for one in told if (age := _age(one)) is not None]
    if len(ages) < len(told):
        return refuted("the address has no X-Amz-Date, or not as AWS writes it")
    lives = {str(one.get("SignedFor", "")) for one in told}
    return whether(
        all(-1 <= age <= _SIGNED_WITHIN for age in ages)
        and all(life.isdigit() and int(life) >= _HOUR for life in lives),
        f"received {min(ages):.1f} to {max(ages):.1f} s after it was signed, "
        f"for {', '.join(sorted(lives))} s",
    )


@check("CFN16")
def retained_resources_are_not_deleted(evidence: Evidence) -> Finding:
    """What CloudFormation did with the snapshot's resource when a stack with RETAIN was deleted."""
    step = seen(evidence.step(KEEP, DESTROYED), "no stack with RETAIN was deleted")
    found = [
        one.status
        for one in evidence.events
        if one.lane == KEEP and one.type == RESOURCE_TYPE and step.contains(one.time)
    ]
    seen(found, "no event tells what became of the resource")
    return whether(
        set(found) == {"DELETE_SKIPPED"} and not step.gone,
        f"{', '.join(found)}; deleted: {', '.join(step.gone) or 'no snapshot'}",
    )


@check("CFN17")
def what_the_provider_needs_outlives_the_snapshot(evidence: Evidence) -> Finding:
    """When a stack is deleted, role, policies and function go after the snapshot's resource."""
    ends = {
        one.logical_id: one.time
        for one in sorted(evidence.events, key=lambda one: one.time)
        if one.lane == FAILING
        and one.status == "DELETE_COMPLETE"
        and not one.type.startswith("AWS::CloudFormation")
    }
    snapshots = [one for one in ends if one.startswith("Snapshot")]
    needed = {name: at for name, at in ends.items() if name.startswith("NeptuneSnapshotProvider")}
    seen(snapshots and needed, "no stack with DESTROY was deleted")
    first = min(needed, key=lambda name: needed[name])
    ahead = needed[first] - ends[snapshots[0]]
    return whether(ahead >= 0, f"{snapshots[0]} ended {ahead:.1f} s before {first}")


@check("CFN18")
def independent_resources_are_created_in_parallel(evidence: Evidence) -> Finding:
    """The replaced probe and the snapshot do not depend on each other."""
    spans = [
        [
            one.time
            for one in evidence.events
            if one.lane == KEEP
            and one.type == kind
            and one.status in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
        ]
        for kind in (RESOURCE_TYPE, "Custom::Replaced")
    ]
    seen(all(len(times) > 1 for times in spans), "the two were not created")
    (begin, end), (other_begin, other_end) = ((min(times), max(times)) for times in spans)
    return whether(
        begin < other_end and other_begin < end,
        f"the snapshot from 0 to {end - begin:.1f} s, the other from "
        f"{other_begin - begin:.1f} to {other_end - begin:.1f} s",
    )


@check("CFN19")
def every_request_has_an_id_of_its_own(evidence: Evidence) -> Finding:
    """Request ids of all that the probes were told."""
    told = _told(evidence)
    by_id: dict[str, set[tuple[str, ...]]] = {}
    for one in told:
        what = tuple(str(one[key]) for key in ("RequestType", "LogicalResourceId", "StackId"))
        by_id.setdefault(str(one["RequestId"]), set()).add(what)
    shared = sum(len(what) > 1 for what in by_id.values())
    return whether(not shared, f"{len(by_id)} ids for {len(told)} deliveries; shared: {shared}")


@check("CFN22")
def a_stack_id_ends_in_a_uuid(evidence: Evidence) -> Finding:
    """Its first eight characters are what the rules of polls are named after."""
    tails = sorted(str(one["StackId"]).rpartition("/")[2] for one in _told(evidence))
    fits = all(len(tail.split("-")) == 5 and len(tail.split("-")[0]) == 8 for tail in tails)  # noqa: PLR2004
    return whether(fits, f"such as {tails[0]}")


@check("CFN25")
def an_operation_begins_before_its_requests_are_sent(evidence: Evidence) -> Finding:
    """``LastUpdatedTime`` and ``DeletionTime`` of the stack, against ``X-Amz-Date``."""
    told = [one for one in evidence.told() if one.get("StackBeganAt") and _age(one) is not None]
    seen(told, "no stack said when it was updated, or no address when it was signed")
    leads = [float(one["Now"]) - (_age(one) or 0) - float(one["StackBeganAt"]) for one in told]
    undone = sum("ROLLBACK" in str(one["StackStatus"]) for one in told)
    return whether(
        min(leads) >= -CLOCKS_DIFFER,
        f"{min(leads):.1f} to {max(leads):.1f} s before, {undone} of {len(told)} undone",
    )


@check("CDK4")
def the_command_line_says_why(evidence: Evidence) -> Finding:
    """The code that the provider's reason begins with, in the output of the command line."""
    output = seen(evidence.step(NAME_TAKEN), "no deployment was refused").output
    code = "DBClusterSnapshotAlreadyExistsFault"
    return whether(code in output, f"{code} is {'in' if code in output else 'not in'} its output")


def _told(evidence: Evidence, lane: str = "") -> list[dict[str, Any]]:
    return seen(evidence.told(lane), "no probe was told anything")


def _age(told: dict[str, Any]) -> float | None:
    try:
        moment = datetime.strptime(str(told.get("SignedAt")), "%Y%m%dT%H%M%SZ")  # noqa: DTZ007
    except ValueError:
        return None
    return float(told["Now"]) - moment.replace(tzinfo=UTC).timestamp()
