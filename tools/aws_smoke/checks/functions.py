"""Checks of what is assumed of Lambda and EventBridge."""

import itertools
from typing import Final

from aws_smoke.checks.finding import Finding, check, confirmed, refuted, seen, whether
from aws_smoke.evidence import Evidence, LogLine, NotSeen
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
    attempts = [float(one.fields["Now"]) for one in evidence.log if "Attempt" in one.fields]
    times = sorted(seen(attempts, "the lane `retries` did not run"))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    shown = ", ".join(f"{gap:.0f} s" for gap in gaps) or "none"
    fits = len(gaps) == len(_RETRIES) and all(
        least <= gap <= most for gap, (least, most) in zip(gaps, _RETRIES, strict=True)
    )
    return whether(fits, f"{len(times)} attempts, pauses between them: {shown}")


@check("L2")
def a_request_is_delivered_once_or_again(evidence: Evidence) -> Finding:
    """Duplicates among what the probes were told; both are provided for."""
    ids = [str(one["RequestId"]) for one in evidence.told()]
    if again := len(ids) - len(set(ids)):
        return confirmed(f"{again} of {len(ids)} deliveries were duplicates")
    raise NotSeen(f"{len(ids)} deliveries, none of them twice")


@check("L4", "L7")
def the_runtime_has_what_the_provider_imports(evidence: Evidence) -> Finding:
    """The provider ran in Lambda, and reached Neptune."""
    for one in evidence.events:
        for code in ("ImportError", "ModuleNotFoundError"):
            if one.type == RESOURCE_TYPE and f"{code}:" in one.reason:
                return refuted(f"{one.logical_id} failed with {code}")
    started = evidence.provider(event=LogEvent.SNAPSHOT_STARTED)
    seen(started, "the provider started no snapshot")
    return confirmed(f"{len(started)} snapshots started")


@check("E1", "E3", "L8")
def a_rule_fires_every_minute(evidence: Evidence) -> Finding:
    """When the provider was called again after it had set up the poll."""
    first, *others = seen(_ticks(evidence.provider(POLL)), "no tick was seen")
    least, most = _BETWEEN_TICKS
    shown = ", ".join(f"{gap:.0f} s" for gap in (first, *others))
    fits = first <= _FIRST_TICK_WITHIN and all(least <= gap <= most for gap in others)
    return whether(fits, f"ticks came after {shown}")


@check("E2")
def what_a_poll_carries_fits(evidence: Evidence) -> Finding:
    """Name and input of the rules seen."""
    rules = seen(evidence.rules, "no rule was seen")
    longest, name = max(rules.values()), max(map(len, rules))
    fits = longest <= TARGET_INPUT_MAX and name <= _RULE_NAME_MAX
    return whether(fits, f"input of {longest} characters, name of {name}")


@check("E6")
def nothing_of_a_poll_remains(evidence: Evidence) -> Finding:
    """The rules of the run's functions when all scenarios had ended."""
    rules, left = seen(evidence.rules, "no rule was seen"), evidence.rules_left
    if left is None:
        raise NotSeen("it was not looked for rules afterwards")
    named = all(name.startswith(POLL_RULE_PREFIX) for name in rules)
    shown = f"rules seen: {', '.join(rules)}; left: {', '.join(left) or 'none'}"
    return whether(named and not left, shown)


def _ticks(lines: list[LogLine]) -> list[float]:
    """Seconds from the hand-over to the first tick, and from tick to tick."""
    times = [one.time for one in lines if one.event == LogEvent.REQUEST_CONTINUED][:1]
    for one in lines if times else ():
        # Within a tick lines follow each other closely, or a look later.
        if one.time > times[-1] + _BETWEEN_TICKS[0]:
            times.append(one.time)
    return [later - earlier for earlier, later in itertools.pairwise(times)]
