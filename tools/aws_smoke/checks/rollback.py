"""Checks of what a failed deployment is assumed to do, with and without a rollback."""

from typing import Any

from aws_smoke import statuses
from aws_smoke.checks.finding import Finding, check, confirmed, refuted, seen, whether
from aws_smoke.evidence import Evidence, NotSeen
from aws_smoke.scenarios import AGAIN, FAILING, FAILURE, FIRST, REPETITION, UNROLLED
from neptune_snapshot_provider.contract import RESOURCE_TYPE
from neptune_snapshot_provider.core.operation import SETTLED_AFTER
from neptune_snapshot_provider.logs import LogEvent


@check("CFN1")
def a_failed_create_is_deleted_by_the_id_it_answered(evidence: Evidence) -> Finding:
    """The probe's first Create fails with an ID; the Delete that follows carries it."""
    told = evidence.requests(FIRST, "ProbeMigration")
    ids = [str(one["PhysicalResourceId"]) for one in told if one["RequestType"] == "Delete"]
    seen(ids, "no Delete of the failed resource was received")
    return whether(ids == ["made-v1"], f"returned made-v1, asked to delete {', '.join(ids)}")


@check("CFN2")
def a_replaced_resource_is_rolled_back_in_a_known_order(evidence: Evidence) -> Finding:
    """What a replaced resource is told by the rollback: either order is provided for."""
    told = seen(_of_rollback(evidence), "no rollback told the replaced resource anything")
    kinds = [f"{one['RequestType']}({one['PhysicalResourceId']})" for one in told]
    known = (
        ["Delete(made-v2)"],
        ["Update(made-v2)", "Delete(made-v2)"],
        ["Update(made-v1)", "Delete(made-v2)"],
    )
    return whether(kinds in known, " then ".join(kinds))


@check("CFN3")
def a_rollback_begins_before_its_requests_are_sent(evidence: Evidence) -> Finding:
    """The status of the stack, by its own events, when a request of a rollback was received."""
    told = [(FAILING, one) for one in _of_rollback(evidence)] + [
        (FIRST, one) for one in evidence.requests(FIRST, "") if one["RequestType"] == "Delete"
    ]
    compared = [statuses.of_request(evidence, lane, one) for lane, one in told]
    found = [one for one in compared if one]
    seen(found, "no request of a rollback was received, or no event of its stack")
    current = sorted({one.current for one in found})
    read = sorted({one.read for one in found})
    return whether(
        all("ROLLBACK" in status for status in current),
        f"the stack was {', '.join(current)}; DescribeStacks returned {', '.join(read)}",
    )


@check("CFN13")
def a_status_is_at_most_75_seconds_old(evidence: Evidence) -> Finding:
    """Every status that was read, against the stack's events."""
    compared = seen(statuses.all_compared(evidence), "no status was read that an event tells about")
    lags = [one.lag for one in compared]
    return whether(
        max(lags) < SETTLED_AFTER,
        f"{len(lags)} reads, {sum(map(bool, lags))} of them stale, by {max(lags):.1f} s at most",
    )


@check("CFN14")
def a_stack_that_waits_for_a_response_is_in_progress(evidence: Evidence) -> Finding:
    """The status of the stack, by its own events, whenever a probe received a request."""
    found = {
        compared.current
        for line in evidence.log
        if "RequestType" in line.fields
        and (compared := statuses.of_request(evidence, line.lane, line.fields))
    }
    seen(found, "no request was received, or no event of its stack")
    unclear = evidence.provider(event=LogEvent.OPERATION_UNCLEAR)
    return whether(
        all(one.endswith("_IN_PROGRESS") for one in found),
        f"{', '.join(sorted(found))}; the provider read it again {len(unclear)} times",
    )


@check("CFN21")
def a_rollback_swaps_old_and_new(evidence: Evidence) -> Finding:
    """The Update by which a failed resource is rolled back."""
    told = evidence.during(evidence.step(FAILING, FAILURE), "ProbeMigration")
    updates = [one for one in told if one["RequestType"] == "Update"]
    seen(len(updates) > 1, "the failed resource was not updated back")
    back = updates[-1]
    return whether(
        _versions(back) == ("v2", "v1"),
        f"from {' to '.join(map(str, _versions(back)))}, id {back['PhysicalResourceId']}",
    )


@check("CFN26")
def a_replacement_is_refused_while_rollback_is_disabled(evidence: Evidence) -> Finding:
    """Which resource of an update with ``--no-rollback`` failed first."""
    failed = [
        one
        for one in sorted(evidence.events, key=lambda one: one.time)
        if (one.lane, one.status) == (UNROLLED, "UPDATE_FAILED") and one.type != statuses.STACK_TYPE
    ]
    missing = "no update failed with rollback disabled"
    step, first = seen(evidence.step(UNROLLED, FAILURE), missing), seen(failed, missing)[0]
    if evidence.provider(UNROLLED, LogEvent.REQUEST_FAILED):
        raise NotSeen("the provider itself returned FAILED")
    return whether(
        first.type in (RESOURCE_TYPE, "Custom::Replaced"),
        f"{first.type} failed first; the stack was {step.status}",
    )


@check("CFN27")
def without_rollback_a_resource_is_reverted_in_update_in_progress(evidence: Evidence) -> Finding:
    """Requests with the old version while no rollback runs."""
    steps = (evidence.step(UNROLLED, FAILURE), evidence.step(AGAIN, FAILURE))
    told = [(step.lane, one) for step in steps if step for one in evidence.during(step)]
    back = [(lane, one) for lane, one in told if _versions(one) == ("v2", "v1")]
    kinds = [f"{one['RequestType']} {one['LogicalResourceId']}" for _, one in told]
    seen(back, f"nothing was reverted; requests: {', '.join(kinds) or 'none'}")
    compared = [statuses.of_request(evidence, lane, one) for lane, one in back]
    found = sorted({one.current for one in compared if one})
    seen(found, "no event tells the status of the stack")
    return whether(found == ["UPDATE_IN_PROGRESS"], f"reverted while {', '.join(found)}")


@check("CFN29")
def status_and_time_of_a_record_are_equally_old(evidence: Evidence) -> Finding:
    """Whether the status is one of the operation that began at the record's time."""
    reads = statuses.all_placed(evidence)
    for one in reads:
        if not one.fits:
            return refuted(f"{one.status} with the time of another operation")
    stale = sum(one.is_of_an_older_operation for one in reads)
    shown = f"{len(reads)} reads fit, {stale} of them of an operation that had ended"
    seen(stale, shown)
    return confirmed(shown)


@check("CFN30")
def old_properties_may_be_the_attempted_ones(evidence: Evidence) -> Finding:
    """The old version in the update that repeats a failed one; either is provided for."""
    told = evidence.during(evidence.step(AGAIN, REPETITION), "ProbeMigration")
    old = sorted({str(_versions(one)[0]) for one in told if _versions(one)[1] == "v3"})
    seen(old, "no failed update was repeated")
    shown = f"from v1, failed to v2, then to v3: the old version was {', '.join(old)}"
    seen("v2" in old, shown)
    return confirmed(shown)


def _versions(request: dict[str, Any]) -> tuple[object, object]:
    old, new = request.get("OldResourceProperties", {}), request["ResourceProperties"]
    return old.get("Version"), new.get("Version")


def _of_rollback(evidence: Evidence) -> list[dict[str, Any]]:
    """What the replaced resource was told after it was replaced by the update that failed."""
    return evidence.during(evidence.step(FAILING, FAILURE), "ProbeReplaced")[1:]
