"""What is synthesised pleases the scanners, or says where it stands why it does not."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from support.packages import CDK_NAG_2, ROOT, UV, run

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
APPS = [
    str(path.relative_to(ROOT))
    for path in (
        ROOT / "app.py",
        *sorted(ROOT.glob("examples/**/*.py")),
        *sorted(ROOT.glob("tests/apps/**/*.py")),
    )
    if "\napp = cdk.App(" in path.read_text()
    and "\nfrom cdk_neptune_snapshot import " in path.read_text()
]
INVALID = "tests/security/invalid_app.py"
VALIDATION = "CloudFormation Validate"
NAGGED = str(Path(__file__).with_name("nagged.py"))
IGNORED_BY_CFN_LINT = ("W3005",)
"""Dependencies that the CDK writes down twice, which does no harm."""

NOT_LINTED = {"Pipeline.template.json"}
"""Written by CDK Pipelines, with a style error of its own; holds no snapshot."""

EXAMPLES_OWN = {
    ("GraphMigration", "Migration"): "a stand-in for the migration a user has",
    ("GraphMigration", "AWSCDKTrigger"): "made by the CDK for its triggers",
    ("RehearsedMigration", "Function"): "a stand-in for the migration a user has",
    ("GraphUpgrade", "Cluster"): "as short as an example can be; settings are its owner's",
    ("GraphCopy", "Copy"): "as short as an example can be; settings are its owner's",
}
"""What examples define beside snapshots, by stack and start of the name; nothing of ours."""

CLIENTS_STACKS = (
    "ExistingTemplate",
    "GraphPlatform",
    "GraphService",
    "KnowledgeGraph",
    "ManyDatabases",
    "Pipeline",
    "Production",
    "Staging",
    "cross-region-stack-",  # made by CDK Pipelines
)
"""How stacks and stages of ``tests/apps`` start; their databases are their owners' matter."""
OURS = ("BeforeMigration", "NeptuneSnapshotProvider")
"""How names of constructs and resources of this library start there."""


def nag(folder: Path, **environment: str) -> dict[str, Path]:
    """Synthesize every app as the command line does, with cdk-nag looking on."""
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    environment["CDK_CONTEXT_JSON"] = json.dumps({**settings, "cluster": "my-graph"})
    apps = [*APPS, INVALID]
    done = run(sys.executable, NAGGED, folder, *apps, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    return {app: folder / str(number) for number, app in enumerate(apps)}


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every app, as cdk-nag 3 and the CDK's own validation have seen it."""
    return nag(tmp_path_factory.mktemp("assemblies"), CDK_VALIDATION="true")


@pytest.fixture(scope="module")
def nagged_by_version_2(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every app, as cdk-nag 2 has seen it: it lies in a folder that comes before the tools."""
    folder = tmp_path_factory.mktemp("version-2")
    options = ("--quiet", "--offline", "--no-deps", "--target", folder / "cdk-nag")
    installed = run(UV, "pip", "install", *options, "-r", CDK_NAG_2)
    assert installed.returncode == 0, f"{installed.stderr}\nIs uv's cache empty? `make clean setup`"
    return nag(folder / "assemblies", PYTHONPATH=str(folder / "cdk-nag"))


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
        if not is_clients_own(construct["constructPath"])
    ]
    assert found == []
    acknowledged = looked["suppressedViolations"]
    assert acknowledged
    assert all(each["reason"] for each in acknowledged)


@pytest.mark.parametrize("app", APPS)
def test_the_cdk_finds_the_templates_valid(assemblies: dict[str, Path], app: str) -> None:
    assert invalid(assemblies[app]) == []
    assert "Unknown" in json.dumps(invalid(assemblies[INVALID]))


def invalid(assembly: Path) -> list[dict[str, Any]]:
    """Findings of the CDK's own validation, which reports nothing else."""
    report = json.loads((assembly / "validation-report.json").read_text())
    return [each for each in report["pluginReports"] if each["pluginName"] == VALIDATION]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("app", APPS)
def test_cdk_nag_2_finds_nothing_but_what_is_suppressed(
    nagged_by_version_2: dict[str, Path], app: str
) -> None:
    lines = [
        line
        for report in nagged_by_version_2[app].rglob("*NagReport.json")
        for line in json.loads(report.read_text())["lines"]
    ]
    bad = [line for line in lines if line["compliance"] not in {"Compliant", "Suppressed", "N/A"}]
    found = [(each["ruleId"], each["resourceId"]) for each in bad]
    assert [each for each in found if not is_clients_own(each[1])] == []
    suppressed = [line for line in lines if line["compliance"] == "Suppressed"]
    assert {"AwsSolutions-IAM5", "AwsSolutions-L1"} <= {line["ruleId"] for line in suppressed}
    assert all("NeptuneSnapshotProvider" in line["resourceId"] for line in suppressed)


def test_cfn_lint_finds_nothing(assemblies: dict[str, Path]) -> None:
    ignored = [f"--ignore-checks={check}" for check in IGNORED_BY_CFN_LINT]
    done = run(Path(sys.executable).with_name("cfn-lint"), *ignored, *templates(assemblies))
    assert done.returncode == 0, done.stdout + done.stderr


def test_checkov_finds_nothing_but_what_the_template_gives_a_reason_for(
    assemblies: dict[str, Path],
) -> None:
    assert CHECKOV.exists(), "run `make setup` first"
    files = [f"--file={template}" for template in templates(assemblies)]
    options = ("--framework=cloudformation", "--skip-download", "--output=json", "--quiet")
    done = run(CHECKOV, *files, *options)
    found: dict[str, Any] = json.loads(done.stdout)
    # The logical ID starts with the construct's name: AWS::Lambda::Function.<id>.
    failed = [
        (each["check_id"], each["file_path"], each["resource"])
        for each in found["results"]["failed_checks"]
        if not is_own(
            Path(each["file_path"]).name.split(".")[0], each["resource"].rpartition(".")[2]
        )
    ]
    assert failed == []
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["passed"] > 0


def is_clients_own(path: str) -> bool:
    """Whether a construct is the app's own, by its path: stack or stage, and names in it."""
    first, *names = path.split("/")
    return any(is_own(first, name) for name in names) and not any(
        name.startswith(OURS) for name in names
    )


def is_own(stack: str, name: str) -> bool:
    if stack.startswith(CLIENTS_STACKS):
        return not name.startswith(OURS)
    return any(stack == each and name.startswith(start) for each, start in EXAMPLES_OWN)


def templates(assemblies: dict[str, Path]) -> list[str]:
    return [
        str(path)
        for app in APPS
        for path in assemblies[app].glob("**/*.template.json")
        if path.name not in NOT_LINTED
    ]
