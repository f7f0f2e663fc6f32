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
from aws_smoke.watching import Watcher, polls
from deployment.cdk_cli import Cdk
from local_aws import signals

_FINE, _NOT_FINE, _REFUSED, _INTERRUPTED = 0, 1, 2, 130
_INTERRUPTION = "it was interrupted."
_INGESTION_SECONDS = 10.0
"""CloudWatch Logs shows a line some seconds late."""
_BEGAN = time.monotonic()


def main() -> int:
    """Run it; the exit status is 0 only if nothing failed, was refuted or was left behind."""
    options = _parser().parse_args()
    signals.end_cleanly()
    try:
        account = connect()
        return _clean_up(account, options) if options.clean_up else Smoke(account, options).run()
    except Refused as problem:
        sys.stderr.write(f"{problem}\n")
        return _REFUSED
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was created.\n")
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m aws_smoke", description=__doc__)
    add = parser.add_argument
    add("--yes", action="store_true", help="do not ask, for automation")
    given = "take snapshots of this cluster, which stays as it is (default: make one)"
    add("--cluster", default="", help=given)
    add("--subnet-group", default="", help="DB subnet group of a cluster that is made")
    skip = "leave a lane out; repeatable"
    add("--skip", action="append", default=[], choices=scenarios.LANES, help=skip)
    add("--report", type=Path, help="where to write the report")
    add("--clean-up", action="store_true", help="only remove what earlier runs have left")
    return parser


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - to the person who runs it


def _doing(what: str) -> None:
    _say(f"[{time.monotonic() - _BEGAN:6.0f} s] {what}")


def _clean_up(account: Account, options: argparse.Namespace) -> int:
    resources = RunResources(account)
    things = resources.find()
    if not things:
        _say(consent.where(account), "", "Earlier runs have left nothing.")
        return _FINE
    _say(consent.clean_up_announcement(account, things))
    if not consent.is_given(yes=options.yes):
        raise Refused("Nothing was removed: it was not agreed to. --yes agrees beforehand.")
    left = resources.remove(_doing)
    for one in left:
        _say(*one.left_behind)
    for name in resources.strangers:
        _say(f"not touched, as it does not carry the tag: {name}")
    return _NOT_FINE if left else _FINE


class Smoke:
    """One run from the announcement to the report."""

    def __init__(self, account: Account, options: argparse.Namespace) -> None:
        """Look whether it can run; refuse if not."""
        self._account = account
        self._options = options
        self._run = Run.new()
        self._evidence = Evidence()
        self._wanted = tuple(one for one in scenarios.LANES if one not in options.skip)
        self._cluster: str = options.cluster or self._run.cluster
        self._ended_early = ""
        require_ready(account)
        if options.cluster:
            self._note_cluster(clusters.require_usable(account, options.cluster))

    def run(self) -> int:
        """Ask, run, clean up, report."""
        _say(consent.announcement(self._account, self._run, self._options.cluster, self._wanted))
        if not consent.is_given(yes=self._options.yes):
            raise Refused("Nothing was created: it was not agreed to. --yes agrees beforehand.")
        with tempfile.TemporaryDirectory(prefix="aws-smoke-") as directory:
            try:
                cdk = Cdk(os.environ, Path(directory))
            except FileNotFoundError as problem:
                raise Refused(str(problem)) from problem
            version = cdk.run("--version").output.strip()
            self._try(Records(Path(directory)))
        return self._finish(version)

    def _try(self, records: Records) -> None:
        """Run all lanes; whatever happens is kept for the report."""
        try:
            if not self._options.cluster:
                _doing(f"creating the cluster {self._cluster}")
                made = clusters.create(self._account, self._run, self._options.subnet_group)
                self._note_cluster(made)
            watcher = Watcher(self._account, self._run, self._cluster, self._evidence)
            with watcher.watching():
                self._run_lanes(records)
        except (KeyboardInterrupt, signals.EndedBySignal):
            self._ended_early = _INTERRUPTION
        except Exception as problem:  # noqa: BLE001 - what was made has to be removed
            self._ended_early = f"{type(problem).__name__}: {problem}"
        finally:
            self._evidence.steps = records.steps()
            self._evidence.endings = records.endings()
            self._collect()

    def _run_lanes(self, records: Records) -> None:
        questions = Questions(self._account, self._run, self._cluster, self._evidence)
        _doing("asking Neptune directly")
        questions.ask_neptune()
        questions.ask_others()
        _doing(f"running {', '.join(self._wanted)}")
        scenarios.run(self._run, self._cluster, questions.taken, self._wanted, records.folder)
        if missing := set(self._wanted) - {one.lane for one in records.endings()}:
            raise RuntimeError(f"no test ended for {', '.join(sorted(missing))}")
        for step in records.steps():
            if role := step.outputs.get("RoleArn"):
                _doing("making calls under session policies")
                Trials(questions, role).run()
        time.sleep(0 if self._account.foreign_endpoint else _INGESTION_SECONDS)

    def _note_cluster(self, record: dict[str, object]) -> None:
        self._evidence.has_instances = bool(record.get("DBClusterMembers"))

    def _collect(self) -> None:
        """Bring in what AWS wrote down; what cannot be had is not judged."""
        account, evidence = self._account, self._evidence
        if not self._ended_early:  # while something waits a rule is no leftover
            with suppress(BotoCoreError, ClientError, KeyboardInterrupt):
                evidence.rules_left = [name for name, _ in polls(account, self._run.prefix)]
        for lane, stack_id in {one.lane: one.stack_id for one in evidence.steps}.items():
            with suppress(BotoCoreError, ClientError, KeyboardInterrupt):
                evidence.events += collecting.stack_events(account, lane, stack_id)
        with suppress(BotoCoreError, ClientError, KeyboardInterrupt):
            evidence.log += collecting.log_lines(account, self._run, self._wanted)

    def _finish(self, cdk_version: str) -> int:
        if self._ended_early:
            _say(f"Ended early: {self._ended_early}")
        _doing("cleaning up; Ctrl-C leaves it and lists what is there")
        resources = RunResources(self._account, self._run.id)
        leftovers = resources.remove(_doing)
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
        for one in leftovers:
            _say(*one.left_behind)
        refuted = [name for name, verdict in report.verdicts.items() if verdict == "refuted"]
        _say(
            f"refuted: {', '.join(refuted) or 'no assumption'}",
            "some things are left behind" if leftovers else "nothing is left behind",
            f"report: {place}",
        )
        if self._ended_early == _INTERRUPTION:
            return _INTERRUPTED
        return _FINE if report.is_good else _NOT_FINE


if __name__ == "__main__":
    sys.exit(main())
