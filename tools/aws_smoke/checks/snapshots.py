"""Checks of what is assumed of a snapshot's record from its creation to its deletion."""

import itertools
from typing import Final

from aws_smoke.checks.finding import Finding, check, confirmed, refuted, seen, whether
from aws_smoke.evidence import Evidence, NotSeen
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS

_IN_PROGRESS: Final = ("creating", "pending", "copying", "upgrading")


@check("N8")
def a_snapshot_goes_from_creating_to_available(evidence: Evidence) -> Finding:
    """The states that snapshots were seen in."""
    lives = [[look.status for look in looks] for looks in evidence.snapshots_seen()]
    states = {status for life in lives for status in life}
    shown = f"states seen: {', '.join(sorted(states)) or 'none'}"
    if not states <= {*_IN_PROGRESS, "available", "deleting"}:
        return refuted(shown)
    seen(any(life[0] in _IN_PROGRESS and "available" in life for life in lives), shown)
    return confirmed(shown)


@check("N9")
def progress_is_a_number_and_ends_at_100(evidence: Evidence) -> Finding:
    """``PercentProgress`` of every snapshot at every change, leaving out what is being deleted."""
    lives = []
    for looks in evidence.snapshots_seen():
        percents = [look.percent for look in looks if look.status != "deleting"]
        lives.append([percent for percent, _ in itertools.groupby(percents)])
    shown = f"seen: {'; '.join(sorted({' > '.join(map(str, life)) for life in lives}))}"
    if not all(value is not None and 0 <= value <= 100 for life in lives for value in life):  # noqa: PLR2004
        return refuted(shown)
    ends = {one.percent for one in evidence.looks if one.status == "available"}
    return whether(seen(ends, "no snapshot was seen to become available") == {100}, shown)


@check("N10")
def the_creation_time_is_there_and_stays(evidence: Evidence) -> Finding:
    """``SnapshotCreateTime`` of every snapshot, at every change."""
    lives = [looks for looks in evidence.snapshots_seen() if len(looks) > 1]
    for looks in seen(lives, "no snapshot was seen to change"):
        times = {look.created_at for look in looks}
        if None in times or len(times) > 1:
            return refuted(f"{looks[0].name} had the times {sorted(map(str, times))}")
    return confirmed(f"{len(lives)} snapshots, each with one time from its first look on")


@check("N20")
def a_cluster_without_instances_has_snapshots(evidence: Evidence) -> Finding:
    """A snapshot of the cluster became available."""
    if evidence.has_instances is not False:
        raise NotSeen("the cluster has instances")
    lives = list(evidence.snapshots_seen())
    ready = sum(any(one.status == "available" for one in looks) for looks in lives)
    ended = any(looks[-1].status not in _IN_PROGRESS for looks in lives)
    return whether(
        seen(ended, "no snapshot came to an end") and ready, f"{ready} snapshots became available"
    )


@check("N25")
def records_have_the_fields_known(evidence: Evidence) -> Finding:
    """Fields of the records, of which each is an attribute."""
    fields, known = seen(evidence.fields, "no snapshot was looked at"), set(SNAPSHOT_FIELDS)
    more, less = sorted(fields - known), sorted(known - fields)
    return whether(not more, f"beyond those known: {more or 'none'}; left out: {less or 'none'}")
