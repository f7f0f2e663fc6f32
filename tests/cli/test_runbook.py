"""The commands of ``docs/restore.md`` stop when something is wrong, and need only the AWS CLI."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from neptune_snapshot_provider.contract import RESTORE_TAGS
from neptune_snapshot_provider.core.restore import RestoreSettings, restored_identifier
from support import runbook
from support.packages import run

ARN = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:before"
ROLE = "arn:aws:iam::123456789012:role/"
VALUES = {
    "STACK": "my-stack",
    "CLUSTER": "my-graph",
    "PARAMETER": "/my-graph/good",
    "INSTANCE_CLASS": "db.r6g.large",
}
FULL = RestoreSettings(
    engine_version="1.4.1.0",
    subnet_group="my group",
    security_groups=tuple(f"sg-{number:017x}" for number in range(14)),
    parameter_group="parameters",
    port="8183",
    network_type="DUAL",
    iam_authentication=True,
    deletion_protection=True,
    capacity="1.0 8.0",
    copy_tags=True,
    storage_type="iopt1",
    logs=("audit", "slowquery"),
    roles=(f"{ROLE}a", f"{ROLE}path/b:Feature", f"{ROLE}path/c"),
)


@dataclass(frozen=True)
class Run:
    status: int
    out: str
    err: str
    calls: list[list[str]]

    def called(self, operation: str) -> list[list[str]]:
        return [call for call in self.calls if operation in call]


@dataclass(frozen=True)
class Bash:
    """Runs commands with an ``aws`` that answers from files and a ``sleep`` that does not."""

    folder: Path

    def answer(self, operation: str, *answers: str, status: int = 0) -> None:
        """Answer calls one after another; the last answer stays."""
        answers_of = self.folder / "answers" / operation
        answers_of.mkdir(parents=True)
        for number, text in enumerate(answers):
            (answers_of / f"{number}").write_text(text)
        (answers_of / "status").write_text(str(status))

    def run(self, *blocks: str, **values: str) -> Run:
        text = "\n".join(["set -euo pipefail", *blocks])
        for name, value in values.items():
            text = f"{name}={shlex.quote(value)}\n{text}"
        # Nothing else of the environment is set.
        variables = (f"PATH={self.folder / 'bin'}:/usr/bin:/bin", f"FOLDER={self.folder}")
        done = run("/usr/bin/env", "-i", *variables, "/bin/bash", "-c", text)
        recorded = self.folder / "calls"
        lines = recorded.read_text().splitlines() if recorded.exists() else []
        calls = [shlex.split(line) for line in lines]
        return Run(done.returncode, done.stdout, done.stderr, calls)


AWS = """#!/bin/bash
[ "$1" = --version ] && exit
printf '%q ' "$@" >> "$FOLDER/calls"; echo >> "$FOLDER/calls"
answers="$FOLDER/answers/$2"
[ -d "$answers" ] || exit 0
number=$(ls "$answers" | grep -c seen)
[ -e "$answers/$number" ] || number=$((number - 1))
touch "$answers/seen$number"
if [ "$(cat "$answers/status")" = 0 ]; then cat "$answers/$number"
else cat "$answers/$number" >&2; exit "$(cat "$answers/status")"; fi
"""


@pytest.fixture
def bash(tmp_path: Path) -> Bash:
    (tmp_path / "bin").mkdir()
    for name, text in {"aws": AWS, "sleep": "#!/bin/bash\n"}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    return Bash(tmp_path)


def block(containing: str) -> str:
    (found,) = (one for one in runbook.blocks() if containing in one)
    return found


SETUP = "named() {"


def joined(tags: dict[str, str]) -> str:
    return "\n".join(tags[key] for key in RESTORE_TAGS if key in tags)


def restore(bash: Bash, settings: RestoreSettings) -> Run:
    bash.answer("list-tags-for-resource", joined(settings.to_tags()))
    bash.answer("describe-db-clusters", "available")
    return bash.run(
        block(SETUP),
        block("OPTIONS=("),
        block("${OPTIONS[@]:?}"),
        block("add-role-to-db-cluster"),
        SNAPSHOT_ARN=ARN,
        SNAPSHOT="before",
        CLUSTER="my-graph",
    )


def options_of(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for word in words:
        name = word if word.startswith("--") else name
        found.setdefault(name, []).append(word)
    return {name: all_ for name, all_ in found.items() if name not in {"--query", "--output"}}


@pytest.mark.parametrize(
    "settings", [FULL, RestoreSettings(port="8182"), RestoreSettings(roles=(f"{ROLE}a",))]
)
def test_the_runbook_and_the_restore_command_give_the_same_options(
    bash: Bash, settings: RestoreSettings
) -> None:
    ran = restore(bash, settings)
    assert ran.status == 0, ran.err
    assert "WARNING" not in ran.err
    command, *rest = settings.command("before", "my-graph").split(" && ")
    (call,) = ran.called("restore-db-cluster-from-snapshot")
    assert options_of(call) == options_of(shlex.split(command)[1:])
    roles = [options_of(shlex.split(one)[1:]) for one in rest if "add-role" in one]
    assert [options_of(one) for one in ran.called("add-role-to-db-cluster")] == roles


TOO_MANY = tuple(f"{ROLE}{number}{'r' * 60}" for number in range(20))


@pytest.mark.parametrize(
    ("settings", "warning"),
    [
        (RestoreSettings(), "the tags hold no settings of the cluster"),
        (RestoreSettings(roles=TOO_MANY), "these settings did not fit the tags: roles"),
    ],
)
def test_settings_that_the_tags_do_not_hold_are_warned_of(
    bash: Bash, settings: RestoreSettings, warning: str
) -> None:
    assert f"WARNING: {warning}" in restore(bash, settings).err


@pytest.mark.parametrize("name", ["a" * 63, "a" * 53 + "-" + "b" * 9, "my-graph"])
def test_the_restored_cluster_has_the_same_name_as_in_the_restore_command(
    bash: Bash, name: str
) -> None:
    ran = bash.run(block(SETUP), 'echo "$RESTORED"', CLUSTER=name)
    assert ran.out == f"{restored_identifier(name)}\n"


@pytest.mark.parametrize("empty", ["STACK", "CLUSTER", "PARAMETER", "SNAPSHOT_ARN"])
def test_an_empty_variable_stops_the_runbook(bash: Bash, empty: str) -> None:
    """The ARN is that of a parameter without a value."""
    values = VALUES
    if empty in VALUES:
        bash.answer("describe-db-clusters", "available")
        values = {**VALUES, empty: "''"}
    ran = bash.run(runbook.script(**values))
    assert ran.status != 0
    assert f"{empty}: parameter null or not set" in ran.err
    assert not ran.called("restore-db-cluster-from-snapshot")


WAIT = "wait_for cluster my-graph-restored"


def wait(bash: Bash, *blocks: str) -> Run:
    return bash.run(block(SETUP), *blocks, WAIT, CLUSTER="my-graph")


def test_a_wait_prints_each_status(bash: Bash) -> None:
    bash.answer("describe-db-clusters", "creating", "creating", "available")
    ran = wait(bash)
    assert ran.status == 0
    statuses = [line.rpartition(": ")[2] for line in ran.out.splitlines()]
    assert statuses == ["creating", "creating", "available"]


def test_a_wait_fails_when_credentials_are_missing(bash: Bash) -> None:
    problem = "Unable to locate credentials. You can configure credentials by running aws login"
    bash.answer("describe-db-clusters", problem, status=253)
    ran = wait(bash)
    assert ran.status == 1
    assert problem in ran.err


def test_a_wait_continues_while_a_new_name_is_not_visible_and_has_a_limit(bash: Bash) -> None:
    problem = "An error occurred (DBClusterNotFoundFault) when calling DescribeDBClusters"
    bash.answer("describe-db-clusters", problem, status=254)
    # Time passes as fast as the stand-in for sleep.
    clock = "sleep() { SECONDS=$((SECONDS + 600)); }"
    ran = wait(bash, clock)
    assert ran.status == 1
    assert ran.out.count("not found yet") == 12
    assert "is not available in time" in ran.err


@pytest.mark.parametrize("status", ["stopped", "migration-failed", "incompatible-restore"])
def test_a_wait_ends_when_the_status_will_not_change(bash: Bash, status: str) -> None:
    bash.answer("describe-db-clusters", status)
    ran = wait(bash)
    assert ran.status == 1
    assert f": {status}" in ran.out


def test_the_restored_cluster_gets_the_instances_of_the_old_cluster(bash: Bash) -> None:
    rows = "writer\tdb.r6g.large\tdefault.neptune1.4\nreader\tdb.r6g.xlarge\tspecial\n"
    bash.answer("describe-db-instances", rows, "available")
    ran = bash.run(block(SETUP), block("create-db-instance"), CLUSTER="my-graph")
    created = [
        [
            options.get(f"--db-{one}", ["", ""])[1]
            for one in ("instance-identifier", "instance-class")
        ]
        + options.get("--db-parameter-group-name", [])[1:]
        for options in (options_of(call) for call in ran.called("create-db-instance"))
    ]
    assert created == [
        ["writer-restored", "db.r6g.large"],
        ["reader-restored", "db.r6g.xlarge", "special"],
    ]


def test_a_cluster_whose_instances_are_gone_gets_one(bash: Bash) -> None:
    bash.answer("describe-db-instances", "", "available")
    values = {"CLUSTER": "my-graph", "INSTANCE_CLASS": "db.t4g.medium"}
    ran = bash.run(block(SETUP), block("create-db-instance"), **values)
    (created,) = ran.called("create-db-instance")
    assert "my-graph-1-restored" in created
    assert "db.t4g.medium" in created


def test_a_cluster_keeps_its_name_until_the_old_one_has_given_it_up(bash: Bash) -> None:
    bash.answer("describe-db-clusters", "Unable to locate credentials", status=253)
    switch = block("--new-db-cluster-identifier")
    ran = bash.run(block(SETUP), "set +e", switch, CLUSTER="my-graph")
    (call,) = ran.called("modify-db-cluster")
    assert "my-graph-failed" in call


def test_the_runbook_uses_no_pager_and_deletes_nothing_before_its_last_step() -> None:
    *earlier, last = runbook.blocks()
    assert 'export AWS_PAGER=""' in earlier[0]
    assert "delete-" not in "".join(earlier)
    assert "delete-db-cluster" in last
