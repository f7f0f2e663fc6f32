"""What is synthesised pleases the scanners, or says where it stands why it does not."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from construct.templates import python

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
APPS = [
    str(path.relative_to(ROOT))
    for path in (ROOT / "app.py", *sorted(ROOT.glob("examples/**/*.py")))
    if "cdk.App(" in path.read_text()
]
IGNORED_BY_CFN_LINT = ("W3005",)
"""Dependencies that the CDK writes down twice, which does no harm."""

EXAMPLES_OWN = {
    ("GraphMigration", "Migration"): "a stand-in for the migration a user has",
    ("GraphMigration", "AWSCDKTrigger"): "made by the CDK for its triggers",
    ("GraphUpgrade", "Cluster"): "as short as an example can be; settings are its owner's",
    ("GraphCopy", "Copy"): "as short as an example can be; settings are its owner's",
}
"""What examples define beside snapshots, by stack and start of the name; nothing of ours."""


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every app as the command line synthesises it, with cdk-nag looking on."""
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    context = json.dumps({**settings, "cluster": "my-graph"})
    folder = tmp_path_factory.mktemp("assemblies")
    nagged = str(Path(__file__).with_name("nagged.py"))
    environment = {**os.environ, "CDK_CONTEXT_JSON": context}
    done = python(nagged, str(folder), *APPS, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    return {app: folder / str(number) for number, app in enumerate(APPS)}


@pytest.mark.parametrize("app", APPS)
def test_cdk_nag_finds_nothing_but_what_is_acknowledged(
    assemblies: dict[str, Path], app: str
) -> None:
    report = json.loads((assemblies[app] / "validation-report.json").read_text())
    (looked,) = [each for each in report["pluginReports"] if each["pluginName"] == "AwsSolutions"]
    found = [
        (each["ruleName"], construct["constructPath"])
        for each in looked["violations"]
        for construct in each["violatingConstructs"]
        if not is_examples_own(*construct["constructPath"].split("/")[:2])
    ]
    assert found == []
    acknowledged = looked["suppressedViolations"]
    assert acknowledged
    assert all(each["reason"] for each in acknowledged)


def test_cfn_lint_finds_nothing(assemblies: dict[str, Path]) -> None:
    ignored = [f"--ignore-checks={check}" for check in IGNORED_BY_CFN_LINT]
    command = [str(Path(sys.executable).with_name("cfn-lint")), *ignored, *templates(assemblies)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_checkov_finds_nothing_but_what_the_template_gives_a_reason_for(
    assemblies: dict[str, Path],
) -> None:
    assert CHECKOV.exists(), "run `make setup` first"
    files = [f"--file={template}" for template in templates(assemblies)]
    options = ("--framework=cloudformation", "--skip-download", "--output=json", "--quiet")
    done = subprocess.run(
        [str(CHECKOV), *files, *options], capture_output=True, text=True, check=False, timeout=120
    )
    found: dict[str, Any] = json.loads(done.stdout)
    failed = [
        (each["check_id"], each["file_path"], each["resource"])
        for each in found["results"]["failed_checks"]
        if not is_examples_own(Path(each["file_path"]).name.split(".")[0], name_of(each))
    ]
    assert failed == []
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["passed"] > 0


def is_examples_own(stack: str, name: str) -> bool:
    return any(stack == each and name.startswith(start) for each, start in EXAMPLES_OWN)


def name_of(check: dict[str, Any]) -> str:
    """The logical id, which starts with the construct's name: AWS::Lambda::Function.<id>."""
    return str(check["resource"]).rpartition(".")[2]


def templates(assemblies: dict[str, Path]) -> list[str]:
    return [str(path) for each in assemblies.values() for path in each.glob("**/*.template.json")]
