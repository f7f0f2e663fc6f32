"""Checks of what is assumed of Neptune's API."""

from typing import Final

from aws_smoke.account import QUOTA
from aws_smoke.asking import NATIVE_TYPE
from aws_smoke.checks.finding import (
    Finding,
    asked_code,
    check,
    confirmed,
    not_seen,
    refuted,
    whether,
)
from aws_smoke.evidence import Evidence
from aws_smoke.naming import TAG, as_mapping

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
    if None in others:
        return not_seen("nothing was asked for in capitals")
    codes = [one.code for one in others if one is not None]
    return whether(
        name == name.lower() and not any(codes),
        f"stored as {name}; asked for in capitals: {', '.join(filter(None, codes)) or 'found'}",
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
    """Describing a snapshot right after the call that created it."""
    created = evidence.asked.get("create")
    if created is None or created.code:
        return not_seen("no snapshot was created")
    return asked_code(evidence, "describe-at-once", "")


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
    accounts = {one.get("AttributeName"): one.get("AttributeValues", []) for one in found}
    if "restore" not in accounts:
        return not_seen(f"attributes: {', '.join(map(str, accounts)) or 'none'}")
    return whether(not accounts["restore"], f"not shared, and restore has {accounts['restore']}")


@check("N28")
def the_native_type_accepts_a_neptune_cluster(evidence: Evidence) -> Finding:
    """A stack whose snapshot is an ``AWS::RDS::ClusterSnapshot``."""
    known = evidence.asked.get("native-type")
    if known is None or known.code:
        return not_seen(f"{NATIVE_TYPE} is not known here: {known.code if known else 'not asked'}")
    ends = [
        one
        for one in evidence.events
        if one.type == NATIVE_TYPE and one.status in ("CREATE_COMPLETE", "CREATE_FAILED")
    ]
    if not ends:
        return not_seen("no stack came that far")
    last = ends[-1]
    if "HandlerErrorCode: AccessDenied" in last.reason:
        return not_seen(last.reason)
    return whether(last.status == "CREATE_COMPLETE", f"{last.status} {last.reason}".rstrip())


@check("N29")
def a_snapshot_has_the_creation_time_of_its_cluster(evidence: Evidence) -> Finding:
    """``ClusterCreateTime`` of the snapshot and of the cluster."""
    created, cluster = (evidence.asked.get(one) for one in ("create", "cluster-in-capitals"))
    if not (created and cluster) or created.code or cluster.code:
        return not_seen("there was no snapshot, or no cluster")
    time = created.answer["DBClusterSnapshot"].get("ClusterCreateTime")
    other = cluster.answer["DBClusters"][0].get("ClusterCreateTime")
    return whether(time and time == other, f"snapshot: {time}; cluster: {other}")


@check("N30")
def a_copy_names_its_source_and_an_original_none(evidence: Evidence) -> Finding:
    """``SourceDBClusterSnapshotArn`` of a snapshot and of its copy."""
    records = [
        asked.answer["DBClusterSnapshots"][0]
        for name in ("describe-original", "describe-copy")
        if (asked := evidence.asked.get(name)) and not asked.code
    ]
    if len(records) < 2:  # noqa: PLR2004 - both
        return not_seen("no snapshot was copied")
    sources = [record.get("SourceDBClusterSnapshotArn", "") for record in records]
    return whether(
        sources == ["", records[0]["DBClusterSnapshotArn"]],
        f"of the original: {sources[0] or 'none'}; of the copy: {sources[1] or 'none'}",
    )
