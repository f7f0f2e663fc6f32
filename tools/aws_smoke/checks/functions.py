"""Checks of what is assumed of Lambda, EventBridge and Parameter Store."""

import itertools
from typing import Final

from aws_smoke.checks.finding import (
    Finding,
    asked_code,
    check,
    confirmed,
    not_seen,
    refuted,
    whether,
)
from aws_smoke.evidence import Evidence, LogLine
from aws_smoke.scenarios import POLL
from neptune_snapshot_provider.continuation import TARGET_INPUT_MAX
from neptune_snapshot_provider.contract import POLL_RULE_PREFIX, RESOURCE_TYPE
from neptune_snapshot_provider.logs import LogEvent

_RULE_NAME_MAX: Final = 64
_FIRST_TICK_WITHIN: Final = 90.0
_BETWEEN_TICKS: Final = (30.0, 90.0)
_RETRIES: Final = ((30.0, 100.0), (80.0, 200.0))
"""Seconds after which Lambda tries again: about one minute, then about two more."""


@check("L1")
def a_failed_invocation_is_tried_twice_more(evidence: Evidence) -> Finding:
    """An asynchronous invocation that always fails."""
    times = evidence.attempts()
    if not times:
        return not_seen("the lane `retries` did not run")
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    shown = ", ".join(f"{gap:.0f} s" for gap in gaps) or "none"
    fits = len(gaps) == len(_RETRIES) and all(
        least <= gap <= most for gap, (least, most) in zip(gaps, _RETRIES, strict=False)
    )
    return whether(fits, f"{len(times)} attempts, pauses between them: {shown}")


@check("L2")
def a_request_is_delivered_once_or_again(evidence: Evidence) -> Finding:
    """Duplicates among what the probes were told; both are provided for."""
    ids = [str(one["RequestId"]) for one in evidence.told("")]
    if not ids:
        return not_seen("no probe was told anything")
    again = len(ids) - len(set(ids))
    if not again:
        return not_seen(f"{len(ids)} deliveries, none of them twice")
    return whether(holds=True, evidence=f"{again} of {len(ids)} deliveries were duplicates")


@check("L4", "L7")
def the_runtime_has_what_the_provider_imports(evidence: Evidence) -> Finding:
    """The provider ran in Lambda, and reached Neptune."""
    broken = [
        f"{one.logical_id} failed with {code}"
        for one in evidence.events
        for code in ("ImportError", "ModuleNotFoundError")
        if one.type == RESOURCE_TYPE and f"{code}:" in one.reason
    ]
    if broken:
        return refuted(broken[0])
    started = evidence.provider(event=LogEvent.SNAPSHOT_STARTED)
    if not started:
        return not_seen("the provider started no snapshot")
    return confirmed(f"{len(started)} snapshots started")


@check("E1", "E3", "L8")
def a_rule_fires_every_minute(evidence: Evidence) -> Finding:
    """When the provider was called again after it had set up the poll."""
    gaps = _ticks(evidence.provider(POLL))
    if not gaps:
        return not_seen("no tick was seen")
    first, *others = gaps
    least, most = _BETWEEN_TICKS
    shown = ", ".join(f"{gap:.0f} s" for gap in gaps)
    return whether(
        first <= _FIRST_TICK_WITHIN and all(least <= gap <= most for gap in others),
        f"ticks came after {shown}",
    )


@check("E2")
def what_a_poll_carries_fits(evidence: Evidence) -> Finding:
    """Name and input of the rules seen."""
    if not evidence.rules:
        return not_seen("no rule was seen")
    longest = max(rule.input_length for rule in evidence.rules)
    name = max((rule.name for rule in evidence.rules), key=len)
    return whether(
        longest <= TARGET_INPUT_MAX and len(name) <= _RULE_NAME_MAX,
        f"input of {longest} characters, name of {len(name)}",
    )


@check("E5")
def what_is_not_there_is_not_found_by_eventbridge(evidence: Evidence) -> Finding:
    """Removing a target from a rule that is not there, and the rule itself."""
    allowed = ("", "ResourceNotFoundException")
    findings = [asked_code(evidence, one, *allowed) for one in ("no-targets", "no-rule")]
    bad = [one for one in findings if one.verdict != "confirmed"]
    return bad[0] if bad else findings[0]


@check("E6")
def nothing_of_a_poll_remains(evidence: Evidence) -> Finding:
    """The rules of the run's functions when all scenarios had ended."""
    if evidence.rules_left is None or not evidence.rules:
        return not_seen("no rule was seen")
    names = [rule.name for rule in evidence.rules]
    strange = [name for name in names if not name.startswith(POLL_RULE_PREFIX)]
    left = ", ".join(evidence.rules_left)
    return whether(
        not left and not strange, f"rules seen: {', '.join(names)}; left: {left or 'none'}"
    )


@check("SSM1")
def a_missing_parameter_is_named_so(evidence: Evidence) -> Finding:
    """Reading a parameter that is not there."""
    return asked_code(evidence, "no-parameter", "ParameterNotFound")


def _ticks(lines: list[LogLine]) -> list[float]:
    """Seconds from the hand-over to the first tick, and from tick to tick."""
    starts = [one.time for one in lines if one.event == LogEvent.REQUEST_CONTINUED]
    if not starts:
        return []
    times = [starts[0]]
    for one in lines:
        # Within a tick lines follow each other closely, or a look later.
        if one.time > times[-1] + _BETWEEN_TICKS[0]:
            times.append(one.time)
    return [later - earlier for earlier, later in itertools.pairwise(times)]
