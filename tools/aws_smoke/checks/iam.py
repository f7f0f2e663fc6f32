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
from aws_smoke.checks.finding import Finding, check, confirmed, not_seen, refuted, whether
from aws_smoke.evidence import Evidence, LogLine
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
    if not lanes:
        return not_seen("the provider started no snapshot")
    for one in lines:
        if one.event == LogEvent.REQUEST_FAILED and one.code in _DENIED:
            return refuted(f"{one.lane}: {_shown(one)}")
    longest = max(_denied_for(evidence, lane) for lane in lanes)
    return whether(
        longest < PROPAGATION_SECONDS,
        f"{len(lanes)} roles, refused for {longest:.0f} s of {PROPAGATION_SECONDS:.0f} s allowed",
    )


@check("IAM2")
def a_missing_permission_has_a_known_code(evidence: Evidence) -> Finding:
    """The code of AWS that the provider logged where a permission was denied."""
    if evidence.step(DENIED) is None:
        return not_seen("no permission was denied")
    lines = evidence.provider(DENIED, LogEvent.REQUEST_FAILED)
    if not lines:
        return not_seen("the provider logged no request that failed")
    return whether(lines[-1].status in _DENIED, _shown(lines[-1]))


@check("IAM3", "IAM14")
def creation_is_authorized_under_one_reading(evidence: Evidence) -> Finding:
    """Creations that need the new tags as ``aws:RequestTag``, or need them to be absent."""
    refusal = _control(evidence, ANYTHING_ELSE) or _control_creation(evidence)
    if refusal:
        return refusal
    supplied, absent = (_is_allowed(evidence, one) for one in (TAGS_SUPPLIED, TAGS_ABSENT))
    if supplied == absent:
        which = "both ways" if supplied else "neither way"
        return not_seen(f"creation is allowed {which}, so that the trials decide nothing")
    return confirmed(
        "RDS supplies aws:RequestTag with the creation"
        if supplied
        else "RDS does not supply aws:RequestTag with the creation"
    )


@check("IAM4")
def creating_with_tags_needs_the_permission_to_tag(evidence: Evidence) -> Finding:
    """A creation with tags, allowed without AddTagsToResource."""
    if refusal := _control(evidence, ANYTHING_ELSE):
        return refusal
    asked = evidence.asked.get(UNTAGGED_ONLY)
    if asked is None or asked.code not in ("", *_DENIED):
        return not_seen(asked.code if asked else "was not asked")
    return whether(asked.code, asked.code or "the snapshot was created without it")


@check("IAM3", "IAM5")
def creation_is_allowed_as_the_library_asks_for_it(evidence: Evidence) -> Finding:
    """A creation allowed by ARN only, with a Deny for tags of another run."""
    if refusal := _control(evidence, ANYTHING_ELSE):
        return refusal
    asked = evidence.asked.get(AS_THE_LIBRARY)
    if asked is None or asked.code not in ("", *_DENIED):
        return not_seen(asked.code if asked else "was not asked")
    return whether(not asked.code, asked.code or "the snapshot was created")


@check("IAM3", "IAM5")
def creating_with_tags_is_allowed(evidence: Evidence) -> Finding:
    """A snapshot was created with owner tags under the conditions of the role."""
    return _allowed(
        evidence, ("CreateDBClusterSnapshot", "AddTagsToResource"), LogEvent.SNAPSHOT_STARTED
    )


@check("IAM6")
def own_snapshots_may_be_changed_and_deleted(evidence: Evidence) -> Finding:
    """Tags were changed and a snapshot deleted under a condition on the resource's tag."""
    changed, deleted = evidence.step(KEEP, TAGS_ONLY), evidence.step(FAILING, DESTROYED)
    if changed is None or deleted is None:
        return not_seen("no tags were changed, or nothing was deleted")
    return whether(
        changed.succeeded and changed.before != changed.after and deleted.gone,
        f"tags: {'as before' if changed.before == changed.after else 'changed'}; "
        f"deleted: {', '.join(deleted.gone) or 'no snapshot'}",
    )


@check("IAM7")
def describing_is_allowed_as_scoped(evidence: Evidence) -> Finding:
    """Clusters and snapshots were described with permissions on their ARNs only."""
    operations = ("DescribeDBClusters", "DescribeDBClusterSnapshots", "ListTagsForResource")
    return _allowed(evidence, operations, LogEvent.REQUEST_SUCCEEDED)


@check("IAM7")
def describing_by_id_is_authorized_on_its_arn(evidence: Evidence) -> Finding:
    """One snapshot described by ID with a permission on its ARN alone, and another snapshot."""
    if refusal := _control(evidence, DESCRIBE_ANOTHER):
        return refusal
    asked = evidence.asked.get(DESCRIBE_BY_ARN)
    if asked is None or asked.code not in ("", *_DENIED):
        return not_seen(asked.code if asked else "was not asked")
    return whether(not asked.code, asked.code or "allowed for this snapshot, denied for another")


@check("IAM9")
def targets_are_put_under_a_condition(evidence: Evidence) -> Finding:
    """``events:TargetArn`` is known: the rule got its target."""
    failed = [one for one in evidence.provider(POLL, LogEvent.RULE_FAILED) if one.code in _DENIED]
    if failed:
        return refuted(_shown(failed[0]))
    if not evidence.rules:
        return not_seen("no poll was set up")
    return confirmed(f"{len(evidence.rules)} rules with a target were seen")


@check("IAM10")
def a_stack_may_describe_itself(evidence: Evidence) -> Finding:
    """``DescribeStacks`` by probes and provider, whose roles may describe their own stack only."""
    unknown = evidence.provider(event=LogEvent.STACK_UNKNOWN)
    if unknown:
        return refuted(_shown(unknown[0]))
    told = [one for one in evidence.told("") if one.get("StackStatus")]
    if not told:
        return not_seen("no probe described its stack")
    return confirmed(f"{len(told)} times by the probes")


def _allowed(evidence: Evidence, operations: tuple[str, ...], reached: LogEvent) -> Finding:
    """Whether the provider came as far as an event without being refused for good."""
    lines = [one for one in evidence.provider() if one.lane != DENIED]
    for one in lines:
        if one.event != LogEvent.REQUEST_FAILED or one.code not in _DENIED:
            continue
        if not one.operation:
            return not_seen("a call was denied, and the log does not name its operation")
        if one.operation in operations:
            return refuted(_shown(one))
    done = [one for one in lines if one.event == reached]
    if not done:
        return not_seen("the provider did not come that far")
    return confirmed(f"{reached}: {len(done)} times")


def _control(evidence: Evidence, trial: str) -> Finding | None:
    """Say why a trial shows nothing, unless what no policy allows was denied."""
    asked = evidence.asked.get(trial)
    if asked is None:
        return not_seen("was not asked")
    if asked.code in _DENIED:
        return None
    accepted = asked.code in ("", "DBClusterSnapshotNotFoundFault")
    return not_seen(_NOT_ENFORCED if accepted else f"{trial}: {asked.code}")


def _control_creation(evidence: Evidence) -> Finding | None:
    for trial in (TAGS_SUPPLIED, TAGS_ABSENT):
        asked = evidence.asked.get(trial)
        if asked is None or asked.code not in ("", *_DENIED):
            return not_seen(f"{trial}: {asked.code if asked else 'was not asked'}")
    return None


def _is_allowed(evidence: Evidence, trial: str) -> bool:
    return not evidence.asked[trial].code


def _shown(line: LogLine) -> str:
    return f"{line.code}, {line.status or 'no status'}: {line.message}"[:300]


def _denied_for(evidence: Evidence, lane: str) -> float:
    """Seconds from the first refusal to the next line that is none."""
    began: float | None = None
    for one in evidence.provider(lane):
        if one.event == LogEvent.PERMISSION_WAITING:
            began = one.time if began is None else began
        elif began is not None:
            return one.time - began
    return 0.0
