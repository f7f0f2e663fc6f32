"""Checks of what is assumed of a snapshot's record from its creation to its deletion."""

from typing import Final

from aws_smoke.checks.finding import Finding, check, confirmed, not_seen, refuted, whether
from aws_smoke.evidence import Evidence, Look
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS

_IN_PROGRESS: Final = ("creating", "pending", "copying", "upgrading")


@check("N8")
def a_snapshot_goes_from_creating_to_available(evidence: Evidence) -> Finding:
    """The states that snapshots were seen in."""
    lives = [[look.status for look in looks] for looks in evidence.snapshots_seen()]
    seen = sorted({status for life in lives for status in life})
    shown = f"states seen: {', '.join(seen) or 'none'}"
    if not set(seen) <= {*_IN_PROGRESS, "available", "deleting"}:
        return refuted(shown)
    whole = [life for life in lives if life[0] in _IN_PROGRESS and "available" in life]
    return confirmed(shown) if whole else not_seen(shown)


@check("N9")
def progress_is_a_number_and_ends_at_100(evidence: Evidence) -> Finding:
    """``PercentProgress`` of every snapshot, at every change."""
    lives = [_percents(looks) for looks in evidence.snapshots_seen()]
    shown = f"seen: {'; '.join(sorted({' > '.join(map(str, life)) for life in lives}))}"
    if not all(value is not None and 0 <= value <= 100 for life in lives for value in life):  # noqa: PLR2004
        return refuted(shown)
    ends = {
        look.percent
        for looks in evidence.snapshots_seen()
        for look in looks
        if look.status == "available"
    }
    if not ends:
        return not_seen("no snapshot was seen to become available")
    return whether(ends == {100}, shown)


@check("N10")
def the_creation_time_is_there_and_stays(evidence: Evidence) -> Finding:
    """``SnapshotCreateTime`` of every snapshot, at every change."""
    lives = [looks for looks in evidence.snapshots_seen() if len(looks) > 1]
    if not lives:
        return not_seen("no snapshot was seen to change")
    for looks in lives:
        times = {look.created_at for look in looks}
        if None in times or len(times) > 1:
            return refuted(f"{looks[0].name} had the times {sorted(map(str, times))}")
    return confirmed(f"{len(lives)} snapshots, each with one time from its first look on")


@check("N20")
def a_cluster_without_instances_has_snapshots(evidence: Evidence) -> Finding:
    """A snapshot of the cluster became available."""
    if evidence.has_instances is not False:
        return not_seen("the cluster has instances")
    lives = list(evidence.snapshots_seen())
    ready = [looks[0].name for looks in lives if any(one.status == "available" for one in looks)]
    ended = [looks[0].name for looks in lives if looks[-1].status not in _IN_PROGRESS]
    if not ended:
        return not_seen("no snapshot came to an end")
    return whether(ready, f"{len(ready)} snapshots became available")


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
