"""``python -m aws_smoke``: run the library on AWS, check its assumptions, clean up, report."""

import argparse
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from aws_smoke import cluster as clusters
from aws_smoke import collecting, consent, scenarios
from aws_smoke.account import Account, Refused, connect, require_ready
from aws_smoke.asking import Questions
from aws_smoke.authorization import Trials
from aws_smoke.checks import judge
from aws_smoke.evidence import Evidence
from aws_smoke.naming import Run
from aws_smoke.recording import Records
from aws_smoke.report import Report
from aws_smoke.run_resources import RunResources
from aws_smoke.screen import Screen
from aws_smoke.watching import Watcher, polls
from deployment.cdk_cli import Cdk
from local_aws import signals

_FINE, _NOT_FINE, _REFUSED, _INTERRUPTED = 0, 1, 2, 130
_INTERRUPTION = "it was interrupted."
_INGESTION_SECONDS = 10.0
"""CloudWatch Logs shows a line some seconds late."""


def main() -> int:
    """Run it; the exit status is 0 only if nothing failed, was refuted or was left behind."""
    options = _parser().parse_args()
    signals.end_cleanly()
    try:
        account = connect()
        if options.clean_up:
            return _clean_up(account, options)
        return Smoke(account, options).run()
    except Refused as problem:
        sys.stderr.write(f"{problem}\n")
        return _REFUSED
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was created.\n")
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    names = scenarios.LANES
    parser = argparse.ArgumentParser(prog="python -m aws_smoke", description=__doc__)
    parser.add_argument("--yes", action="store_true", help="do not ask, for automation")
    parser.add_argument(
        "--cluster",
        default="",
        help="take snapshots of this cluster, which stays as it is (default: make one)",
    )
    parser.add_argument(
        "--subnet-group", default="", help="DB subnet group of a cluster that is made"
    )
    parser.add_argument(
        "--skip", action="append", default=[], choices=names, help="leave a lane out; repeatable"
    )
    parser.add_argument("--report", type=Path, help="where to write the report")
    parser.add_argument(
        "--clean-up", action="store_true", help="only remove what earlier runs have left"
    )
    return parser


def _clean_up(account: Account, options: argparse.Namespace) -> int:
    screen, resources = Screen(), RunResources(account)
    things = resources.find()
    if not things:
        screen.lines([*consent.where(account), "", "Earlier runs have left nothing."])
        return _FINE
    screen.lines(consent.clean_up_announcement(account, things))
    if not consent.is_given(yes=options.yes):
        raise Refused("Nothing was removed: it was not agreed to. --yes agrees beforehand.")
    return _remove(resources, screen)


def _remove(resources: RunResources, screen: Screen) -> int:
    left = resources.remove(screen.doing)
    for one in left:
        screen.lines([f"LEFT BEHIND: {one.kind} {one.name}: {one.why}", f"    {one.command}"])
    for name in resources.strangers:
        screen.lines([f"not touched, as it does not carry the tag: {name}"])
    return _NOT_FINE if left else _FINE


class Smoke:
    """One run from the announcement to the report."""

    def __init__(self, account: Account, options: argparse.Namespace) -> None:
        """Look whether it can run.

        Raises:
            Refused: It cannot; says why.
        """
        self._account = account
        self._options = options
        self._run = Run.new()
        self._screen = Screen()
        self._evidence = Evidence()
        self._wanted = tuple(one for one in scenarios.LANES if one not in options.skip)
        self._cluster: str = options.cluster or self._run.cluster
        self._ended_early = ""
        require_ready(account)
        if options.cluster:
            self._note_cluster(clusters.require_usable(account, options.cluster))

    def run(self) -> int:
        """Ask, run, clean up, report."""
        self._screen.lines(
            consent.announcement(self._account, self._run, self._options.cluster, self._wanted)
        )
        if not consent.is_given(yes=self._options.yes):
            raise Refused("Nothing was created: it was not agreed to. --yes agrees beforehand.")
        with tempfile.TemporaryDirectory(prefix="aws-smoke-") as directory:
            try:
                cdk = Cdk(os.environ, Path(directory))
            except FileNotFoundError as problem:
                raise Refused(str(problem)) from problem
            version = cdk.run("--version").output.strip()
            self._try(Path(directory))
        return self._finish(version)

    def _try(self, directory: Path) -> None:
        """Run all lanes; whatever happens is kept for the report."""
        records = Records(directory)
        try:
            if not self._options.cluster:
                self._screen.doing(f"creating the cluster {self._cluster}")
                made = clusters.create(self._account, self._run, self._options.subnet_group)
                self._note_cluster(made)
            with Watcher(self._account, self._run, self._cluster, self._evidence):
                self._run_lanes(directory, records)
        except (KeyboardInterrupt, signals.EndedBySignal):
            self._ended_early = _INTERRUPTION
        except Exception as problem:  # noqa: BLE001 - what was made has to be removed
            self._ended_early = f"{type(problem).__name__}: {problem}"
        finally:
            self._evidence.steps = records.steps()
            self._evidence.endings = records.endings()
            self._collect()

    def _run_lanes(self, directory: Path, records: Records) -> None:
        account, run, evidence = self._account, self._run, self._evidence
        questions = Questions(account, run, self._cluster, evidence)
        self._screen.doing("asking Neptune directly")
        questions.ask_neptune()
        questions.ask_others()
        self._screen.doing(f"running {', '.join(self._wanted)}")
        scenarios.run(run, self._cluster, questions.taken, self._wanted, directory)
        if missing := set(self._wanted) - {one.lane for one in records.endings()}:
            raise RuntimeError(f"no test ended for {', '.join(sorted(missing))}")
        for step in records.steps():
            if role := step.outputs.get("RoleArn"):
                self._screen.doing("making calls under session policies")
                Trials(account, run, self._cluster, evidence, questions).run(role)
        time.sleep(0 if account.foreign_endpoint else _INGESTION_SECONDS)

    def _note_cluster(self, record: dict[str, object]) -> None:
        self._evidence.has_instances = bool(record.get("DBClusterMembers"))

    def _collect(self) -> None:
        """Bring in what AWS wrote down; what cannot be had is not judged."""
        account, evidence = self._account, self._evidence
        with suppress(BotoCoreError, ClientError, KeyboardInterrupt):
            # While something waits a rule is no leftover.
            evidence.rules_left = (
                None if self._ended_early else [one["Name"] for one in polls(account, self._run)]
            )
        for lane, stack_id in {one.lane: one.stack_id for one in evidence.steps}.items():
            with suppress(BotoCoreError, ClientError, KeyboardInterrupt):
                evidence.events += collecting.stack_events(account, lane, stack_id)
        with suppress(BotoCoreError, ClientError, KeyboardInterrupt):
            evidence.log += collecting.log_lines(account, self._run, self._wanted)

    def _finish(self, cdk_version: str) -> int:
        if self._ended_early:
            self._screen.lines([f"Ended early: {self._ended_early}"])
        self._screen.doing("cleaning up; Ctrl-C leaves it and lists what is there")
        resources = RunResources(self._account, self._run.id)
        leftovers = resources.remove(self._screen.doing)
        report = Report(
            account=self._account,
            run=self._run,
            cluster=self._cluster,
            cdk_version=cdk_version,
            evidence=self._evidence,
            findings=judge(self._evidence),
            leftovers=leftovers,
            strangers=resources.strangers,
            ended_early=self._ended_early,
        )
        place = self._options.report or Path(f"smoke-report-{self._run.id}.md")
        place.write_text(report.text())
        self._tell(report, place)
        if self._ended_early == _INTERRUPTION:
            return _INTERRUPTED
        return _FINE if report.is_good else _NOT_FINE

    def _tell(self, report: Report, place: Path) -> None:
        for one in report.leftovers:
            self._screen.lines(
                [f"LEFT BEHIND: {one.kind} {one.name}: {one.why}", f"    {one.command}"]
            )
        refuted = [name for name, verdict in report.verdicts.items() if verdict == "refuted"]
        self._screen.lines(
            [
                f"refuted: {', '.join(refuted) or 'no assumption'}",
                "nothing is left behind" if not report.leftovers else "some things are left behind",
                f"report: {place}",
            ]
        )


if __name__ == "__main__":
    sys.exit(main())
