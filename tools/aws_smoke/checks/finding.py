"""What a check finds, and the list of all checks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

from aws_smoke.evidence import Evidence, NotSeen

T = TypeVar("T")


class Conclusion(StrEnum):
    """What the evidence says of an assumption."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_SEEN = "not seen"


@dataclass(frozen=True)
class Finding:
    """A verdict and what it rests on."""

    verdict: Conclusion
    evidence: str


Judgement: TypeAlias = Callable[[Evidence], Finding]


@dataclass(frozen=True)
class Check:
    """One check; ``ids`` are the assumptions of docs/assumptions.md that it is about."""

    name: str
    ids: tuple[str, ...]
    function: Judgement

    def judge(self, evidence: Evidence) -> Finding:
        """Say what the evidence shows."""
        try:
            return self.function(evidence)
        except NotSeen as missing:
            return Finding(Conclusion.NOT_SEEN, str(missing))


CHECKS: dict[str, Check] = {}
"""Every check by name."""


def check(*ids: str) -> Callable[[Judgement], Judgement]:
    """Register a function as the check of some assumptions."""

    def register(function: Judgement) -> Judgement:
        CHECKS[function.__name__] = Check(function.__name__, ids, function)
        return function

    return register


def judge(evidence: Evidence) -> dict[str, list[Finding]]:
    """Let every check judge; its findings by the id of the assumption."""
    found: dict[str, list[Finding]] = {}
    for one in CHECKS.values():
        finding = one.judge(evidence)
        for assumption in one.ids:
            found.setdefault(assumption, []).append(finding)
    return found


def overall(findings: Iterable[Finding]) -> Conclusion:
    """One refutation refutes; what nothing was seen of is not seen."""
    verdicts = {finding.verdict for finding in findings}
    for verdict in (Conclusion.REFUTED, Conclusion.CONFIRMED):
        if verdict in verdicts:
            return verdict
    return Conclusion.NOT_SEEN


def confirmed(evidence: str) -> Finding:
    """It is so."""
    return Finding(Conclusion.CONFIRMED, evidence)


def refuted(evidence: str) -> Finding:
    """It is not so."""
    return Finding(Conclusion.REFUTED, evidence)


def whether(holds: object, evidence: str) -> Finding:
    """Confirmed or refuted."""
    return confirmed(evidence) if holds else refuted(evidence)


def seen(found: T | None, otherwise: str) -> T:
    """What was found; if that is nothing, raise `NotSeen`."""
    if not found:
        raise NotSeen(otherwise)
    return found
