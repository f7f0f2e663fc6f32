"""Checks of what is assumed of IAM: by what the provider could do with the rights it has."""

from typing import Final

from aws_smoke.checks.finding import Finding, check, not_seen, refuted, whether
from aws_smoke.evidence import Evidence
from neptune_snapshot_provider.core.schedule import ACCESS_GRACE

_WAITS: Final = "is denied: waiting for the new role to spread"


@check("IAM1")
def a_new_role_spreads_within_the_grace(evidence: Evidence) -> Finding:
    """How long new roles were refused what they may."""
    lanes = {one.lane for one in evidence.provider()} - {"denied"}
    if not lanes:
        return not_seen("the provider logged nothing")
    longest = max(_denied_for(evidence, lane) for lane in lanes)
    return whether(
        longest < ACCESS_GRACE, f"refused for {longest:.0f} s at most, {ACCESS_GRACE:.0f} s allowed"
    )


@check("IAM2")
def a_denied_action_is_named(evidence: Evidence) -> Finding:
    """What the provider logged, and the deployment said, where a right was denied."""
    step = evidence.step("denied right is named")
    if step is None:
        return not_seen("no right was denied")
    # In the log first: a reason has 256 characters, which the name of a role can fill.
    said = [one.message for one in evidence.provider("denied")]
    lines = [one.strip() for one in (*said, *step.output.splitlines()) if "AccessDenied" in one]
    named = [line for line in lines if "rds:CreateDBClusterSnapshot" in line]
    return whether(named, (named or lines or ["AccessDenied was not said"])[0][:300])


@check("IAM3", "IAM4", "IAM5")
def creating_with_tags_is_allowed(evidence: Evidence) -> Finding:
    """A snapshot was created with owner tags under the conditions of the role."""
    return _allowed(evidence, ("CreateDBClusterSnapshot", "AddTagsToResource"), "Started snapshot")


@check("IAM6")
def own_snapshots_may_be_changed_and_deleted(evidence: Evidence) -> Finding:
    """Tags were changed and a snapshot deleted under a condition on the resource's tag."""
    steps = [
        evidence.step("changed tags are changed in place"),
        evidence.step("deleted stack with DESTROY deletes its own only"),
    ]
    if not all(steps):
        return not_seen("no tags were changed, or nothing was deleted")
    problems = [one.problem for one in steps if one and one.problem]
    return whether(not problems, "; ".join(problems) or "both were allowed")


@check("IAM7")
def describing_is_allowed_as_scoped(evidence: Evidence) -> Finding:
    """Clusters and snapshots were looked at with rights on their ARNs only."""
    operations = ("DescribeDBClusters", "DescribeDBClusterSnapshots", "ListTagsForResource")
    return _allowed(evidence, operations, "Started snapshot")


@check("IAM8")
def permissions_are_added_and_removed_under_a_condition(evidence: Evidence) -> Finding:
    """``lambda:Principal`` is known both times."""
    marks = ("not be removed", "AddPermission operation", "RemovePermission operation")
    lines = [one.message for one in evidence.provider("poll")]
    failed = [line for line in lines if any(mark in line for mark in marks)]
    if failed:
        return refuted(failed[0])
    if not evidence.rules:
        return not_seen("no poll was set up")
    return whether(holds=True, evidence="set up and removed without a refusal")


@check("IAM9")
def targets_are_put_under_a_condition(evidence: Evidence) -> Finding:
    """``events:TargetArn`` is known: the rule got its target."""
    failed = [one.message for one in evidence.provider("poll") if "not be set up" in one.message]
    if failed:
        return refuted(failed[0])
    if not evidence.rules:
        return not_seen("no poll was set up")
    return whether(holds=True, evidence=f"{len(evidence.rules)} rules with a target were seen")


@check("IAM10")
def a_stack_may_describe_itself(evidence: Evidence) -> Finding:
    """``DescribeStacks`` with a right on the stack's own id."""
    return _allowed(evidence, ("DescribeStacks",), "Started snapshot")


def _allowed(evidence: Evidence, operations: tuple[str, ...], mark: str) -> Finding:
    """Whether the provider came as far as ``mark`` without being refused for good."""
    lines = [one for one in evidence.provider() if one.lane != "denied"]
    for one in lines:
        if one.message.startswith("AccessDenied") and any(op in one.message for op in operations):
            return refuted(one.message[:300])
    done = [one for one in lines if one.message.startswith(mark)]
    if not done:
        return not_seen("the provider did not come that far")
    return whether(holds=True, evidence=f"{len(done)} times without a refusal that lasted")


def _denied_for(evidence: Evidence, lane: str) -> float:
    """Seconds from the first refusal to the next line that is none."""
    began: float | None = None
    for one in evidence.provider(lane):
        if _WAITS in one.message:
            began = one.time if began is None else began
        elif began is not None:
            return one.time - began
    return 0.0
