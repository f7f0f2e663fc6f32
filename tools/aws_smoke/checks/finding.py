"""What a check finds, and the list of all checks."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from aws_smoke.evidence import Evidence


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
    judge: Judgement


CHECKS: dict[str, Check] = {}
"""Every check by name."""


def check(*ids: str) -> Callable[[Judgement], Judgement]:
    """Register a function as the check of some assumptions."""

    def register(function: Judgement) -> Judgement:
        CHECKS[function.__name__] = Check(function.__name__, ids, function)
        return function

    return register


def judge(evidence: Evidence) -> dict[str, list[tuple[Check, Finding]]]:
    """Let every check judge; its findings by the id of the assumption."""
    found: dict[str, list[tuple[Check, Finding]]] = {}
    for one in CHECKS.values():
        finding = one.judge(evidence)
        for assumption in one.ids:
            found.setdefault(assumption, []).append((one, finding))
    return found


def overall(findings: list[Finding]) -> Conclusion:
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


def not_seen(why: str) -> Finding:
    """Nothing was seen that would tell."""
    return Finding(Conclusion.NOT_SEEN, why)


def whether(holds: object, evidence: str) -> Finding:
    """Confirmed or refuted."""
    return confirmed(evidence) if holds else refuted(evidence)


def asked_code(evidence: Evidence, question: str, *codes: str) -> Finding:
    """Whether a question was refused with one of some codes; "" is not refused."""
    asked = evidence.asked.get(question)
    if asked is None:
        return not_seen("was not asked")
    what = asked.code or "no refusal"
    return whether(asked.code in codes, f"{question}: {what}")
