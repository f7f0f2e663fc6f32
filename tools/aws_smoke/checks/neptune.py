"""Checks of what is assumed of Neptune's API."""

from typing import Any, Final

from aws_smoke.account import QUOTA
from aws_smoke.asking import NATIVE_TYPE
from aws_smoke.checks.finding import Finding, check, refuted, seen, whether
from aws_smoke.evidence import Evidence, NotSeen
from aws_smoke.naming import TAG, as_mapping

_CLOCK_SECONDS: Final = 1.0
"""The Date of an answer is in whole seconds."""


@check("N1")
def identifiers_are_lower_case_and_compared_so(evidence: Evidence) -> Finding:
    """A snapshot created in capitals is stored in lower case and found in capitals."""
    name = str(_created(evidence)["DBClusterSnapshotIdentifier"])
    codes = [evidence.code(f"{what}-in-capitals") for what in ("describe", "cluster")]
    return whether(
        name == name.lower() and not any(codes),
        f"stored as {name}; asked for in capitals: {', '.join(filter(None, codes)) or 'found'}",
    )


@check("N2")
def arns_are_built_as_expected(evidence: Evidence) -> Finding:
    """The ARN is that of a cluster-snapshot of service rds, with the name at its end."""
    record = _created(evidence)
    parts = str(record["DBClusterSnapshotArn"]).split(":")
    ends = parts[5:] == ["cluster-snapshot", record["DBClusterSnapshotIdentifier"]]
    return whether(ends and parts[2] == "rds", record["DBClusterSnapshotArn"])


@check("N4", "N26")
def a_second_snapshot_is_taken_or_refused_as_busy(evidence: Evidence) -> Finding:
    """A snapshot of a cluster of which one is just being taken."""
    code = evidence.code("create-beside")
    statuses = ", ".join(sorted(evidence.cluster_statuses)) or "not looked at"
    shown = f"create-beside: {code or 'no refusal'}; the cluster was {statuses}"
    return whether(code in ("", "InvalidDBClusterStateFault"), shown)


@check("N7")
def a_new_snapshot_is_seen_at_once(evidence: Evidence) -> Finding:
    """Describing a snapshot right after the call that created it."""
    _created(evidence)
    code = evidence.code("describe-at-once")
    return whether(not code, f"describe-at-once: {code or 'no refusal'}")


@check("N11")
def the_creation_time_lies_within_the_call(evidence: Evidence) -> Finding:
    """``SnapshotCreateTime`` between the sending of the call and the Date of its answer."""
    created, asked = _created(evidence).get("SnapshotCreateTime"), evidence.answered("create")
    if asked.server is None:
        raise NotSeen("the answer had no Date")
    if created is None:
        return refuted("the answer has no SnapshotCreateTime")
    # By the service's own clock: the answer's Date less what the call took at most.
    after = created.timestamp() - (asked.server - (asked.ended - asked.began) - _CLOCK_SECONDS)
    beyond = created.timestamp() - (asked.server + _CLOCK_SECONDS)
    return whether(
        beyond <= 0 <= after,
        f"{after:+.1f} s after the call can have been received, {beyond:+.1f} s after its answer",
    )


@check("N12", "N13")
def tags_are_there_from_the_start(evidence: Evidence) -> Finding:
    """The tags right after the call that created the snapshot."""
    code = evidence.code("tags-at-once")
    tags = as_mapping(evidence.asked["tags-at-once"].answer.get("TagList", []))
    return whether(TAG in tags, code or f"tags at once: {sorted(tags)}")


@check("N17")
def tags_are_changed_at_once(evidence: Evidence) -> Finding:
    """The tags right after the call that changed them."""
    evidence.code("tags-after-retag")
    tags = as_mapping(evidence.asked["tags-after-retag"].answer.get("TagList", []))
    return whether("smoke-retag" in tags and TAG in tags, f"afterwards: {sorted(tags)}")


@check("N21")
def the_quota_has_its_name(evidence: Evidence) -> Finding:
    """``DescribeAccountAttributes`` knows the quota of manual cluster snapshots."""
    quotas = evidence.answered("quotas").answer["AccountQuotas"]
    names = [one["AccountQuotaName"] for one in seen(quotas, "the caller may not ask")]
    return whether(QUOTA in names, f"quotas: {', '.join(names)}")


@check("N24")
def sharing_is_an_attribute_with_accounts(evidence: Evidence) -> Finding:
    """The attributes of a snapshot that nobody shares."""
    result = evidence.answered("attributes").answer["DBClusterSnapshotAttributesResult"]
    found = result.get("DBClusterSnapshotAttributes", [])
    accounts = {one.get("AttributeName"): one.get("AttributeValues", []) for one in found}
    seen("restore" in accounts, f"attributes: {', '.join(map(str, accounts)) or 'none'}")
    return whether(not accounts["restore"], f"not shared, and restore has {accounts['restore']}")


@check("N28")
def the_native_type_accepts_a_neptune_cluster(evidence: Evidence) -> Finding:
    """A stack whose snapshot is an ``AWS::RDS::ClusterSnapshot``."""
    if code := evidence.code("native-type"):
        raise NotSeen(f"{NATIVE_TYPE} is not known here: {code}")
    ends = [
        one
        for one in evidence.events
        if one.type == NATIVE_TYPE and one.status in ("CREATE_COMPLETE", "CREATE_FAILED")
    ]
    last = seen(ends, "no stack came that far")[-1]
    seen("HandlerErrorCode: AccessDenied" not in last.reason, last.reason)
    return whether(last.status == "CREATE_COMPLETE", f"{last.status} {last.reason}".rstrip())


@check("N29")
def a_snapshot_has_the_creation_time_of_its_cluster(evidence: Evidence) -> Finding:
    """``ClusterCreateTime`` of the snapshot and of the cluster."""
    time = _created(evidence).get("ClusterCreateTime")
    clusters = evidence.answered("cluster-in-capitals").answer["DBClusters"]
    other = clusters[0].get("ClusterCreateTime")
    return whether(time and time == other, f"snapshot: {time}; cluster: {other}")


@check("N30")
def a_copy_names_its_source_and_an_original_none(evidence: Evidence) -> Finding:
    """``SourceDBClusterSnapshotArn`` of a snapshot and of its copy."""
    original, copy = (
        evidence.answered(question).answer["DBClusterSnapshots"][0]
        for question in ("describe-original", "describe-copy")
    )
    sources = [one.get("SourceDBClusterSnapshotArn", "") for one in (original, copy)]
    return whether(
        sources == ["", original["DBClusterSnapshotArn"]],
        f"of the original: {sources[0] or 'none'}; of the copy: {sources[1] or 'none'}",
    )


def _created(evidence: Evidence) -> dict[str, Any]:
    return dict(evidence.answered("create").answer["DBClusterSnapshot"])
