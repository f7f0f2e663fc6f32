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
from aws_smoke.checks.finding import Check, Conclusion, Finding, overall
from aws_smoke.evidence import Evidence
from aws_smoke.naming import Run
from aws_smoke.run_resources import Leftover
from aws_smoke.scenarios import FAILING, FAILURE
from deployment.migration_function import RUNTIME

_PACKAGES = ("cdk-neptune-snapshot", "aws-cdk-lib", "boto3", "crhelper")
_OUTPUT_LINES = 15


@dataclass
class Report:
    """All that the report is made of."""

    account: Account
    run: Run
    cluster: str
    cdk_version: str
    evidence: Evidence
    findings: dict[str, list[tuple[Check, Finding]]]
    leftovers: list[Leftover] = field(default_factory=list[Leftover])
    strangers: list[str] = field(default_factory=list[str])
    ended_early: str = ""

    @property
    def verdicts(self) -> dict[str, Conclusion]:
        """One verdict for each assumption of the page."""
        return {
            one.id: overall([finding for _, finding in self.findings.get(one.id, [])])
            for one in assumptions.read()
        }

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
        parts = (
            self._head(),
            self._left(),
            self._refuted(),
            self._scenarios(),
            self._requests(),
            self._assumptions(),
            self._failures(),
        )
        text = "\n".join(line for part in parts for line in part) + "\n"
        # A report may be shown around.
        return text.replace(self.account.id, f"…{self.account.id[-4:]}")

    def _head(self) -> list[str]:
        lines = [f"# Smoke test of cdk-neptune-snapshot, run {self.run.id}", ""]
        if url := self.account.foreign_endpoint:
            lines += [
                f"**This ran against {url}, which is not AWS.** It shows that this program works,",
                "and says nothing of AWS.",
                "",
            ]
        if self.ended_early:
            lines += [f"**It ended early: {self.ended_early}** What follows is not all.", ""]
        versions = [f"{one} {importlib.metadata.version(one)}" for one in _PACKAGES]
        facts = {
            "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "region": self.account.region,
            "account": self.account.id,
            "cluster": self.cluster,
            "versions": ", ".join(
                [
                    *versions,
                    f"CDK command line {self.cdk_version}",
                    f"Python {platform.python_version()}",
                ]
            ),
            "runtime of the functions": RUNTIME,
            "scenarios": self._count_scenarios(),
            "assumptions": self._count_assumptions(),
        }
        return [*lines, *_table(("what", "which"), facts.items())]

    def _count_scenarios(self) -> str:
        endings = self.evidence.endings
        good = sum(not one.problem for one in endings)
        return f"{good} of {len(endings)} as they should be"

    def _count_assumptions(self) -> str:
        counts = Counter(self.verdicts.values())
        return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Conclusion)

    def _left(self) -> list[str]:
        lines: list[str] = []
        if self.leftovers:
            rows = [
                (f"{one.kind} {one.name}", one.why, f"`{one.command}`") for one in self.leftovers
            ]
            lines += ["## Left behind", "", *_table(("what", "why", "remove it with"), rows)]
        if self.strangers:
            names = [(name,) for name in self.strangers]
            title = "Named like a run's, but without its tag: not touched"
            lines += [f"## {title}", "", *_table(("name",), names)]
        return lines

    def _refuted(self) -> list[str]:
        wrong = [one for one in assumptions.read() if self.verdicts[one.id] is Conclusion.REFUTED]
        if not wrong:
            return []
        rows = [(one.id, one.title, self._shown(one), one.consequence) for one in wrong]
        head = ("id", "assumption", "what was seen instead", "what that means for a user")
        return ["## Refuted", "", *_table(head, rows)]

    def _shown(self, assumption: Assumption) -> str:
        found = [finding.evidence for _, finding in self.findings.get(assumption.id, [])]
        return "; ".join(found) or assumption.coverage.partition("; ")[2]

    def _scenarios(self) -> list[str]:
        rows = [
            (
                one.lane,
                one.title,
                one.problem.partition("\n")[0] or "as it should be",
                f"{one.seconds:.0f}",
            )
            for one in self.evidence.endings
        ]
        return ["## Scenarios", "", *_table(("lane", "scenario", "result", "seconds"), rows)]

    def _requests(self) -> list[str]:
        """Every request of the deployment that fails with DESTROY, and the status at that time."""
        evidence, step = self.evidence, self.evidence.step(FAILING, FAILURE)
        told = evidence.during(step)
        if not step or not told:
            return []
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
        head = ("second", "request", "ID", "DescribeStacks returned", "the stack was")
        title = "Requests to the probes while a deployment with DESTROY fails"
        return [f"## {title}", "", *_table(head, rows)]

    def _assumptions(self) -> list[str]:
        verdicts = self.verdicts
        lines = [
            "## Assumptions",
            "",
            "Ids are those of docs/assumptions.md. *Not seen* is what no scenario shows.",
            "",
        ]
        rows = [
            (one.id, one.title, _marked(verdicts[one.id]), self._shown(one))
            for one in assumptions.read()
        ]
        return [*lines, *_table(("id", "assumption", "verdict", "evidence"), rows)]

    def _failures(self) -> list[str]:
        lines: list[str] = []
        for one in self.evidence.endings:
            if one.problem:
                step = self.evidence.step(one.lane)
                lines += [f"## {one.lane}: {one.title}", "", *_text(one.problem)]
                lines += _text(step.output) if step else []
        return lines


def _marked(verdict: Conclusion) -> str:
    return f"**{verdict}**" if verdict is Conclusion.REFUTED else str(verdict)


def _text(output: str) -> list[str]:
    tail = output.strip().splitlines()[-_OUTPUT_LINES:]
    return ["```text", *tail, "```", ""]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(head), _row(("---",) * len(head)), *(_row(row) for row in rows), ""]


def _row(cells: Iterable[str]) -> str:
    cleaned = [str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(cleaned)} |"
