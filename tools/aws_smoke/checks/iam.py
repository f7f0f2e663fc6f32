"""Checks of what is assumed of IAM, by what roles may do, also under session policies."""

from typing import Final

from aws_smoke.authorization import (
    ANYTHING_ELSE,
    AS_THE_LIBRARY,
    DESCRIBE_ANOTHER,
    DESCRIBE_BY_ARN,
    TAGS_ABSENT,
    TAGS_SUPPLIED,
    UNTAGGED_ONLY,
)
from aws_smoke.checks.finding import Finding, check, confirmed, refuted, seen, whether
from aws_smoke.evidence import Evidence, LogLine, NotSeen
from aws_smoke.scenarios import DENIED, DESTROYED, FAILING, KEEP, POLL, TAGS_ONLY
from neptune_snapshot_provider.core.schedule import PROPAGATION_SECONDS
from neptune_snapshot_provider.logs import LogEvent

_DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_NOT_ENFORCED: Final = "policies are not in effect here: a call that none allows was accepted"


@check("IAM1")
def a_new_role_spreads_within_the_grace(evidence: Evidence) -> Finding:
    """How long new roles were refused what they may."""
    lines = [one for one in evidence.provider() if one.lane != DENIED]
    lanes = {one.lane for one in lines if one.event == LogEvent.SNAPSHOT_STARTED}
    seen(lanes, "the provider started no snapshot")
    for one in filter(_is_denied, lines):
        return refuted(f"{one.lane}: {_shown(one)}")
    longest = max(_denied_for(evidence, lane) for lane in lanes)
    return whether(
        longest < PROPAGATION_SECONDS,
        f"{len(lanes)} roles, refused for {longest:.0f} s of {PROPAGATION_SECONDS:.0f} s allowed",
    )


@check("IAM2")
def a_missing_permission_has_a_known_code(evidence: Evidence) -> Finding:
    """The code of AWS that the provider logged where a permission was denied."""
    seen(evidence.step(DENIED), "no permission was denied")
    lines = evidence.provider(DENIED, LogEvent.REQUEST_FAILED)
    last = seen(lines, "the provider logged no request that failed")[-1]
    return whether(last.text("status") in _DENIED, _shown(last))


@check("IAM3", "IAM14")
def creation_is_authorized_under_one_reading(evidence: Evidence) -> Finding:
    """Creations that need the new tags as ``aws:RequestTag``, or need them to be absent."""
    supplied, absent = (
        not _denial(evidence, ANYTHING_ELSE, trial) for trial in (TAGS_SUPPLIED, TAGS_ABSENT)
    )
    which = "both ways" if supplied else "neither way"
    seen(supplied != absent, f"creation is allowed {which}, so that the trials decide nothing")
    supplies = "supplies" if supplied else "does not supply"
    return confirmed(f"RDS {supplies} aws:RequestTag with the creation")


@check("IAM4")
def creating_with_tags_needs_the_permission_to_tag(evidence: Evidence) -> Finding:
    """A creation with tags, allowed without AddTagsToResource."""
    denial = _denial(evidence, ANYTHING_ELSE, UNTAGGED_ONLY)
    return whether(denial, denial or "the snapshot was created without it")


@check("IAM3", "IAM5")
def creation_is_allowed_as_the_library_asks_for_it(evidence: Evidence) -> Finding:
    """A creation allowed by ARN only, with a Deny for tags of another run."""
    denial = _denial(evidence, ANYTHING_ELSE, AS_THE_LIBRARY)
    return whether(not denial, denial or "the snapshot was created")


@check("IAM3", "IAM5")
def creating_with_tags_is_allowed(evidence: Evidence) -> Finding:
    """A snapshot was created with owner tags under the conditions of the role."""
    operations = ("CreateDBClusterSnapshot", "AddTagsToResource")
    return _allowed(evidence, operations, LogEvent.SNAPSHOT_STARTED)


@check("IAM6")
def own_snapshots_may_be_changed_and_deleted(evidence: Evidence) -> Finding:
    """Tags were changed and a snapshot deleted under a condition on the resource's tag."""
    missing = "no tags were changed, or nothing was deleted"
    changed = seen(evidence.step(KEEP, TAGS_ONLY), missing)
    gone = seen(evidence.step(FAILING, DESTROYED), missing).gone
    return whether(
        changed.succeeded and changed.before != changed.after and gone,
        f"tags: {'as before' if changed.before == changed.after else 'changed'}; "
        f"deleted: {', '.join(gone) or 'no snapshot'}",
    )


@check("IAM7")
def describing_is_allowed_as_scoped(evidence: Evidence) -> Finding:
    """Clusters and snapshots were described with permissions on their ARNs only."""
    operations = ("DescribeDBClusters", "DescribeDBClusterSnapshots", "ListTagsForResource")
    return _allowed(evidence, operations, LogEvent.REQUEST_SUCCEEDED)


@check("IAM7")
def describing_by_id_is_authorized_on_its_arn(evidence: Evidence) -> Finding:
    """One snapshot described by ID with a permission on its ARN alone, and another snapshot."""
    denial = _denial(evidence, DESCRIBE_ANOTHER, DESCRIBE_BY_ARN)
    return whether(not denial, denial or "allowed for this snapshot, denied for another")


@check("IAM9")
def targets_are_put_under_a_condition(evidence: Evidence) -> Finding:
    """``events:TargetArn`` is known: the rule got its target."""
    for one in evidence.provider(POLL, LogEvent.RULE_FAILED):
        if one.text("code") in _DENIED:
            return refuted(_shown(one))
    rules = seen(evidence.rules, "no poll was set up")
    return confirmed(f"{len(rules)} rules with a target were seen")


@check("IAM10")
def a_stack_may_describe_itself(evidence: Evidence) -> Finding:
    """``DescribeStacks`` by probes and provider, whose roles may describe their own stack only."""
    for one in evidence.provider(event=LogEvent.STACK_UNKNOWN):
        return refuted(_shown(one))
    told = [one for one in evidence.told() if one.get("StackStatus")]
    return confirmed(f"{len(seen(told, 'no probe described its stack'))} times by the probes")


def _allowed(evidence: Evidence, operations: tuple[str, ...], reached: LogEvent) -> Finding:
    """Whether the provider came as far as an event without being refused for good."""
    lines = [one for one in evidence.provider() if one.lane != DENIED]
    for one in filter(_is_denied, lines):
        operation = one.text("operation")
        seen(operation, "a call was denied, and the log does not name its operation")
        if operation in operations:
            return refuted(_shown(one))
    done = [one for one in lines if one.event == reached]
    seen(done, "the provider did not come that far")
    return confirmed(f"{reached}: {len(done)} times")


def _denial(evidence: Evidence, control: str, trial: str) -> str:
    """The code by which a trial was denied; empty if it was allowed.

    `NotSeen` if what no policy allows was not denied, or if the trial failed otherwise.
    """
    if evidence.code(control) in ("", "DBClusterSnapshotNotFoundFault"):
        raise NotSeen(_NOT_ENFORCED)
    evidence.code(control, *_DENIED)
    return evidence.code(trial, "", *_DENIED)


def _is_denied(line: LogLine) -> bool:
    return line.event == LogEvent.REQUEST_FAILED and line.text("code") in _DENIED


def _shown(line: LogLine) -> str:
    status = line.text("status") or "no status"
    return f"{line.text('code')}, {status}: {line.text('message')}"[:300]


def _denied_for(evidence: Evidence, lane: str) -> float:
    """Seconds from the first refusal to the next line that is none."""
    began: float | None = None
    for one in evidence.provider(lane):
        if one.event == LogEvent.PERMISSION_WAITING:
            began = one.time if began is None else began
        elif began is not None:
            return one.time - began
    return 0.0
