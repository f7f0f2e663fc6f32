"""Checks of what is assumed of Neptune's API."""

from typing import Final

from aws_smoke.account import QUOTA
from aws_smoke.checks.finding import (
    Finding,
    asked_code,
    check,
    confirmed,
    not_seen,
    refuted,
    whether,
)
from aws_smoke.evidence import Evidence, Look
from aws_smoke.naming import TAG, as_mapping
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS

_IN_PROGRESS: Final = ("creating", "pending", "copying", "upgrading")
_CLOCK_SECONDS: Final = 1.0
"""The Date of an answer is in whole seconds."""


@check("N1")
def identifiers_are_lower_case_and_compared_so(evidence: Evidence) -> Finding:
    """A snapshot created in capitals is stored in lower case and found in capitals."""
    asked = evidence.asked.get("create")
    if asked is None or asked.code:
        return not_seen("no snapshot was created in capitals")
    name = str(asked.answer["DBClusterSnapshot"]["DBClusterSnapshotIdentifier"])
    others = [evidence.asked.get(f"{what}-in-capitals") for what in ("describe", "cluster")]
    codes = [one.code for one in others if one is not None]
    return whether(
        name == name.lower() and not any(codes),
        f"stored as {name}; asked for in capitals: {codes or 'not asked'}",
    )


@check("N2")
def arns_are_built_as_expected(evidence: Evidence) -> Finding:
    """The ARN is that of a cluster-snapshot of service rds, with the name at its end."""
    asked = evidence.asked.get("create")
    if asked is None or asked.code:
        return not_seen("no snapshot was created")
    record = asked.answer["DBClusterSnapshot"]
    parts = str(record["DBClusterSnapshotArn"]).split(":")
    ends = parts[5:] == ["cluster-snapshot", record["DBClusterSnapshotIdentifier"]]
    return whether(ends and parts[2] == "rds", record["DBClusterSnapshotArn"])


@check("N3")
def a_taken_name_is_refused(evidence: Evidence) -> Finding:
    """Creating a snapshot under a name that exists."""
    return asked_code(evidence, "create-again", "DBClusterSnapshotAlreadyExistsFault")


@check("N4", "N26")
def a_second_snapshot_is_taken_or_refused_as_busy(evidence: Evidence) -> Finding:
    """A snapshot of a cluster of which one is just being taken."""
    finding = asked_code(evidence, "create-beside", "", "InvalidDBClusterStateFault")
    statuses = ", ".join(sorted(evidence.cluster_statuses)) or "not looked at"
    return Finding(finding.verdict, f"{finding.evidence}; the cluster was {statuses}")


@check("N5")
def what_is_not_there_is_named_so(evidence: Evidence) -> Finding:
    """The codes for a missing snapshot and a missing cluster."""
    for question, code in (
        ("no-snapshot", "DBClusterSnapshotNotFoundFault"),
        ("no-cluster", "DBClusterNotFoundFault"),
    ):
        finding = asked_code(evidence, question, code)
        if finding.verdict != confirmed("").verdict:
            return finding
    return confirmed("both are refused with the code expected")


@check("N7")
def a_new_snapshot_is_seen_at_once(evidence: Evidence) -> Finding:
    """Nothing that the provider started was invisible to it afterwards."""
    lines = [one.message for one in evidence.provider()]
    if not any(line.startswith("Started snapshot") for line in lines):
        return not_seen("the provider started no snapshot")
    invisible = [line for line in lines if "is not visible" in line]
    return whether(not invisible, "; ".join(invisible) or "every one was seen by the next look")


@check("N8")
def a_snapshot_goes_from_creating_to_available(evidence: Evidence) -> Finding:
    """The states that snapshots were seen in."""
    lives = [[look.status for look in looks] for looks in evidence.snapshots_seen()]
    if not lives:
        return not_seen("no snapshot was looked at")
    seen = sorted({status for life in lives for status in life})
    known = {*_IN_PROGRESS, "available", "deleting"}
    return whether(set(seen) <= known, f"states seen: {', '.join(seen)}")


@check("N9")
def progress_is_a_number_and_ends_at_100(evidence: Evidence) -> Finding:
    """``PercentProgress`` of every snapshot, at every change."""
    lives = [_percents(looks) for looks in evidence.snapshots_seen()]
    if not lives:
        return not_seen("no snapshot was looked at")
    shown = "; ".join(sorted({" > ".join(map(str, life)) for life in lives}))
    numbers = all(value is not None and 0 <= value <= 100 for life in lives for value in life)  # noqa: PLR2004
    ends = [
        looks[-1].percent for looks in evidence.snapshots_seen() if looks[-1].status == "available"
    ]
    return whether(numbers and set(ends) <= {100}, f"seen: {shown}")


@check("N10")
def the_creation_time_is_there_and_stays(evidence: Evidence) -> Finding:
    """``SnapshotCreateTime`` of every snapshot, at every change."""
    lives = list(evidence.snapshots_seen())
    if not lives:
        return not_seen("no snapshot was looked at")
    for looks in lives:
        times = {look.created_at for look in looks}
        if None in times or len(times) > 1:
            return refuted(f"{looks[0].name} had the times {sorted(map(str, times))}")
    return confirmed(f"{len(lives)} snapshots, each with one time from its first look on")


@check("N11")
def the_creation_time_lies_within_the_call(evidence: Evidence) -> Finding:
    """``SnapshotCreateTime`` between the sending of the call and the Date of its answer."""
    asked = evidence.asked.get("create")
    if asked is None or asked.code or asked.server is None:
        return not_seen("no snapshot was created, or its answer had no Date")
    created = asked.answer["DBClusterSnapshot"].get("SnapshotCreateTime")
    if created is None:
        return refuted("the answer has no SnapshotCreateTime")
    # By the service's own clock: the answer's Date less what the call took at most.
    earliest = asked.server - (asked.ended - asked.began) - _CLOCK_SECONDS
    latest = asked.server + _CLOCK_SECONDS
    after = created.timestamp() - earliest
    return whether(
        earliest <= created.timestamp() <= latest,
        f"{after:+.1f} s after the call can have been received, "
        f"{created.timestamp() - latest:+.1f} s after its answer",
    )


@check("N12", "N13")
def tags_are_there_from_the_start(evidence: Evidence) -> Finding:
    """The tags right after the call that created the snapshot."""
    asked = evidence.asked.get("tags-at-once")
    if asked is None:
        return not_seen("was not asked")
    tags = as_mapping(asked.answer.get("TagList", []))
    return whether(TAG in tags, asked.code or f"tags at once: {sorted(tags)}")


@check("N15")
def what_is_not_available_is_not_deleted(evidence: Evidence) -> Finding:
    """Deleting a snapshot that is being taken."""
    return asked_code(evidence, "delete-while-creating", "InvalidDBClusterSnapshotStateFault")


@check("N16")
def a_deleted_snapshot_is_not_found(evidence: Evidence) -> Finding:
    """What is answered when a deletion has ended."""
    return asked_code(evidence, "deleted", "DBClusterSnapshotNotFoundFault")


@check("N17")
def tags_are_changed_at_once(evidence: Evidence) -> Finding:
    """The tags right after the call that changed them."""
    asked = evidence.asked.get("tags-after-retag")
    if asked is None:
        return not_seen("was not asked")
    tags = as_mapping(asked.answer.get("TagList", []))
    return whether("smoke-retag" in tags and TAG in tags, f"afterwards: {sorted(tags)}")


@check("N20")
def a_cluster_without_instances_has_snapshots(evidence: Evidence) -> Finding:
    """A snapshot of the cluster became available."""
    if evidence.has_instances is not False:
        return not_seen("the cluster has instances")
    ready = [looks[0].name for looks in evidence.snapshots_seen() if _is_ready(looks)]
    return whether(ready, f"{len(ready)} snapshots became available")


@check("N21")
def the_quota_has_its_name(evidence: Evidence) -> Finding:
    """``DescribeAccountAttributes`` knows the quota of manual cluster snapshots."""
    asked = evidence.asked.get("quotas")
    names = [one["AccountQuotaName"] for one in asked.answer["AccountQuotas"]] if asked else []
    if not names:
        return not_seen("the caller may not ask")
    return whether(QUOTA in names, f"quotas: {', '.join(names)}")


@check("N22")
def the_tags_of_no_snapshot_are_not_found(evidence: Evidence) -> Finding:
    """The code for the tags of a snapshot that is not there."""
    return asked_code(evidence, "no-snapshot-tags", "DBClusterSnapshotNotFoundFault")


@check("N24")
def sharing_is_an_attribute_with_accounts(evidence: Evidence) -> Finding:
    """The attributes of a snapshot that nobody shares."""
    asked = evidence.asked.get("attributes")
    if asked is None or asked.code:
        return not_seen(asked.code if asked else "was not asked")
    found = asked.answer["DBClusterSnapshotAttributesResult"].get("DBClusterSnapshotAttributes", [])
    values = [value for one in found for value in one.get("AttributeValues", [])]
    return whether(not values, f"not shared, and its attributes say: {found}")


@check("N25")
def records_have_the_fields_known(evidence: Evidence) -> Finding:
    """Fields of the records, of which each is an attribute."""
    if not evidence.fields:
        return not_seen("no snapshot was looked at")
    more = sorted(evidence.fields - set(SNAPSHOT_FIELDS))
    less = sorted(set(SNAPSHOT_FIELDS) - evidence.fields)
    return whether(not more, f"beyond those known: {more or 'none'}; left out: {less or 'none'}")


def _percents(looks: list[Look]) -> list[int | None]:
    """The progress without repetitions, leaving out what is on its way out."""
    values: list[int | None] = []
    for look in looks:
        if look.status != "deleting" and (not values or values[-1] != look.percent):
            values.append(look.percent)
    return values


def _is_ready(looks: list[Look]) -> bool:
    return any(look.status == "available" for look in looks)
