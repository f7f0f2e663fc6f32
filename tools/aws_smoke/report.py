"""Writes down what a run found, in Markdown."""

import importlib.metadata
import platform
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from aws_smoke import assumptions, statuses
from aws_smoke.account import Account
from aws_smoke.assumptions import Assumption
from aws_smoke.checks.finding import Conclusion, Finding, overall
from aws_smoke.evidence import Evidence
from aws_smoke.naming import Run
from aws_smoke.run_resources import Thing
from aws_smoke.scenarios import FAILING, FAILURE
from deployment.migration_function import RUNTIME

_PACKAGES = ("cdk-neptune-snapshot", "aws-cdk-lib", "boto3", "crhelper")
_OUTPUT_LINES = 15


@dataclass
class Report:
    """All that the report is made of; findings are by the id of the assumption."""

    account: Account
    run: Run
    cluster: str
    cdk_version: str
    evidence: Evidence
    findings: dict[str, list[Finding]]
    leftovers: list[Thing] = field(default_factory=list[Thing])
    strangers: list[str] = field(default_factory=list[str])
    ended_early: str = ""

    @property
    def verdicts(self) -> dict[str, Conclusion]:
        """One verdict for each assumption of the page."""
        return {one.id: overall(self.findings.get(one.id, [])) for one in assumptions.read()}

    @property
    def is_good(self) -> bool:
        """Whether nothing failed, was refuted or was left behind."""
        return not (
            self.ended_early
            or self.leftovers
            or any(one.problem for one in self.evidence.endings)
            or Conclusion.REFUTED in self.verdicts.values()
        )

    def text(self) -> str:
        """The report."""
        text = "\n\n".join(
            part
            for parts in (
                self._head(),
                self._left(),
                self._judged(),
                self._scenarios(),
                self._requests(),
                self._failures(),
            )
            for part in parts
        )
        # A report may be shown around.
        return text.replace(self.account.id, f"…{self.account.id[-4:]}") + "\n"

    def _head(self) -> Iterable[str]:
        yield f"# Smoke test of cdk-neptune-snapshot, run {self.run.id}"
        if url := self.account.foreign_endpoint:
            yield (
                f"**This ran against {url}, which is not AWS.** It shows that this program works,\n"
                "and says nothing of AWS."
            )
        if self.ended_early:
            yield f"**It ended early: {self.ended_early}** What follows is not all."
        endings, counts = self.evidence.endings, Counter(self.verdicts.values())
        good = sum(not one.problem for one in endings)
        versions = [f"{one} {importlib.metadata.version(one)}" for one in _PACKAGES]
        versions += [f"CDK command line {self.cdk_version}", f"Python {platform.python_version()}"]
        facts = {
            "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "region": self.account.region,
            "account": self.account.id,
            "cluster": self.cluster,
            "versions": ", ".join(versions),
            "runtime of the functions": RUNTIME,
            "scenarios": f"{good} of {len(endings)} as they should be",
            "assumptions": ", ".join(f"{counts[verdict]} {verdict}" for verdict in Conclusion),
        }
        yield _table(("what", "which"), facts.items())

    def _left(self) -> Iterable[str]:
        if self.leftovers:
            yield "## Left behind"
            rows = [
                (f"{one.kind} {one.name}", one.why, f"`{one.command}`") for one in self.leftovers
            ]
            yield _table(("what", "why", "remove it with"), rows)
        if self.strangers:
            yield "## Named like a run's, but without its tag: not touched"
            yield _table(("name",), [(name,) for name in self.strangers])

    def _judged(self) -> Iterable[str]:
        """The assumptions that are refuted with what that means, and then all of them."""
        read, verdicts = assumptions.read(), self.verdicts
        if wrong := [one for one in read if verdicts[one.id] is Conclusion.REFUTED]:
            yield "## Refuted"
            rows = [(one.id, one.title, self._shown(one), one.consequence) for one in wrong]
            head = ("id", "assumption", "what was seen instead", "what that means for a user")
            yield _table(head, rows)
        yield "## Assumptions"
        yield "Ids are those of docs/assumptions.md. *Not seen* is what no scenario shows."
        rows = [
            (one.id, one.title, f"**{verdict}**" if one in wrong else verdict, self._shown(one))
            for one in read
            if (verdict := verdicts[one.id])
        ]
        yield _table(("id", "assumption", "verdict", "evidence"), rows)

    def _shown(self, assumption: Assumption) -> str:
        found = [finding.evidence for finding in self.findings.get(assumption.id, [])]
        return "; ".join(found) or assumption.coverage.partition("; ")[2]

    def _scenarios(self) -> Iterable[str]:
        yield "## Scenarios"
        rows = [
            (one.lane, one.title, _first_line(one.problem), f"{one.seconds:.0f}")
            for one in self.evidence.endings
        ]
        yield _table(("lane", "scenario", "result", "seconds"), rows)

    def _requests(self) -> Iterable[str]:
        """Every request of the deployment that fails with DESTROY, and the status at that time."""
        evidence, step = self.evidence, self.evidence.step(FAILING, FAILURE)
        told = evidence.during(step)
        if not step or not told:
            return
        yield "## Requests to the probes while a deployment with DESTROY fails"
        compared = [(one, statuses.of_request(evidence, FAILING, one)) for one in told]
        rows = [
            (
                f"{float(one['Now']) - step.began:.1f}",
                f"{one['RequestType']} {one['LogicalResourceId']}",
                str(one.get("PhysicalResourceId", "")),
                str(one["StackStatus"]),
                found.current if found else "not known",
            )
            for one, found in compared
        ]
        yield _table(("second", "request", "ID", "DescribeStacks returned", "the stack was"), rows)

    def _failures(self) -> Iterable[str]:
        for one in self.evidence.endings:
            if one.problem:
                step = self.evidence.step(one.lane)
                yield f"## {one.lane}: {one.title}"
                for output in filter(None, (one.problem, step.output if step else "")):
                    tail = output.strip().splitlines()[-_OUTPUT_LINES:]
                    yield "\n".join(["```text", *tail, "```"])


def _first_line(problem: str) -> str:
    return problem.partition("\n")[0] or "as it should be"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(map(_row, (head, ("---",) * len(head), *rows)))


def _row(cells: Iterable[str]) -> str:
    cleaned = [str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(cleaned)} |"
