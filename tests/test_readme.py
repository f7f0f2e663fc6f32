"""What README and the pages tell one to write and to type is there."""

import inspect
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import aws_cdk as cdk
import botocore.session
import jmespath  # type: ignore[import-untyped] # it has no types
import pytest
import typer
from aws_cdk import assertions
from botocore import xform_name

from cdk_neptune_snapshot import DatabaseClusterSnapshot, RequireSnapshotBeforeUpgrade
from construct.templates import annotations, ids, only, resources, run
from neptune_snapshot_cli.commands import app
from neptune_snapshot_provider import contract
from support.deployment import ROOT
from support.documents import DOCS, PAGES, README, blocks, label

DOCUMENTS = [README, *PAGES]
WITH_CODE = [page for page in DOCUMENTS if blocks(page, "python")]
WITH_COMMANDS = [page for page in DOCUMENTS if blocks(page, "console")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CHECKOUT = "../cdk-neptune-snapshot"
"""How a reader's own app refers to this checkout."""
README_LINES_MAX = 110
"""About a screen and a half; what is longer belongs to a page."""


def commands(page: Path) -> Iterator[list[str]]:
    """Words of each command in a page's console blocks, without comments."""
    for block in blocks(page, "console"):
        for line in block.splitlines():
            for command in line.partition("#")[0].split("&&"):
                if command.strip():
                    yield shlex.split(command)


def check_make(words: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [word for word in words if "=" not in word and word not in targets] == []


def check_pip(words: list[str]) -> None:
    for word in words[1:]:
        if word.startswith(CHECKOUT):
            extra = word.removeprefix(CHECKOUT).strip("[]")
            assert not extra or extra in PROJECT["optional-dependencies"]
        elif word.endswith(".txt"):
            assert (ROOT / word).is_file()
        elif word.endswith(".whl"):
            wheel = f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}-py3-none-any.whl"
            assert Path(word).name == wheel


def check_cdk(words: list[str]) -> None:
    assert words[0] in {"bootstrap", "deploy", "destroy", "diff", "init", "synth"}


def check_npm(words: list[str]) -> None:
    assert words == ["ci", "--omit=dev"]
    assert (ROOT / "package-lock.json").is_file()


def check_neptune_snapshot(words: list[str]) -> None:
    program = typer.main.get_command(app)
    words = [word.strip("[]") for word in words]
    if words[0] in getattr(program, "commands", {}):
        program = getattr(program, "commands", {})[words.pop(0)]
    known = {option for parameter in program.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("-")} <= known


def check_python(words: list[str]) -> None:
    assert words[:2] == ["-m", "venv"]


def check_source(words: list[str]) -> None:
    """A virtual environment made before, or what ``make local-aws`` writes."""
    (file,) = words
    assert file.endswith("/bin/activate") or file == f"{CHECKOUT}/.local-aws/env"


CHECKS = {
    ".": check_source,
    "cdk": check_cdk,
    "make": check_make,
    "neptune-snapshot": check_neptune_snapshot,
    "npm": check_npm,
    "pip": check_pip,
    "python3": check_python,
    "source": check_source,
}


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=label)
def test_every_command_exists(page: Path) -> None:
    for name, *words in commands(page):
        program, arguments = (words[0], words[1:]) if name == "npx" else (name, words)
        assert program in CHECKS, program
        CHECKS[program](arguments)


def test_there_is_something_to_check() -> None:
    assert {README, DOCS / "index.md"} <= set(WITH_COMMANDS)
    assert {README, DOCS / "index.md", DOCS / "properties.md", DOCS / "migrations.md"} <= set(
        WITH_CODE
    )


@pytest.mark.parametrize("page", WITH_CODE, ids=label)
def test_every_block_of_code_can_be_synthesised(page: Path) -> None:
    for code in blocks(page, "python"):
        template = assertions.Template.from_stack(run(code)).to_json()
        found = template.get("Resources", {})
        takes = "DatabaseClusterSnapshot(" in code
        assert bool(ids(found, contract.RESOURCE_TYPE)) is takes, code


@pytest.mark.parametrize("page", ["index", "properties"])
def test_what_waits_for_the_snapshot_in_the_pages_does(page: str) -> None:
    codes = blocks(DOCS / f"{page}.md", "python")
    (code,) = [one for one in codes if ".before(migration)" in one]
    assert only(resources(run(code)), "Custom::Migration")["DependsOn"]


def test_the_upgrade_in_the_pages_waits_for_the_snapshot() -> None:
    (code,) = blocks(DOCS / "migrations.md", "python")
    stack = run(code)
    cdk.Aspects.of(stack).add(RequireSnapshotBeforeUpgrade())
    assert not annotations(stack, "error")
    assert only(resources(stack), "AWS::Neptune::DBCluster")["DependsOn"]


def test_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= README_LINES_MAX


def test_readme_and_the_first_page_show_the_same_app() -> None:
    """Whoever has read one recognises the other."""
    (readme,) = blocks(README, "python")
    first = blocks(DOCS / "index.md", "python")[0]

    def lines(code: str) -> list[str]:
        return [line.partition("#")[0].rstrip() for line in code.splitlines()]

    assert lines(readme) == lines(first)


def test_every_attribute_and_property_is_in_the_tables() -> None:
    page = (DOCS / "properties.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    listed = "\n".join(rows)
    for attribute in contract.ATTRIBUTES:
        assert f"`{attribute}`" in listed
    parameters = inspect.signature(DatabaseClusterSnapshot.__init__).parameters
    assert "when_cluster_missing" in parameters
    for name in set(parameters) - {"self", "scope", "id"}:
        assert f"`{name}`" in listed


def row(page: Path, *cells: str, chapter: str = "") -> list[str]:
    """The cells of the only row of a table that starts with these."""
    text = page.read_text()
    if chapter:
        text = text.split(f"\n## {chapter}\n")[1].split("\n## ")[0]
    start = "| " + " | ".join(cells) + " |"
    (found,) = [line for line in text.splitlines() if line.startswith(start)]
    return [cell.strip() for cell in found.strip("|").split("|")]


def mean_lag(seconds: int, peer: str) -> str:
    """Of both shapes of progress, as README rounds it."""
    lags = [
        float(row(DOCS / "benchmarks.md", f"{seconds} s", progress, peer)[4])
        for progress in ("jump", "linear")
    ]
    mean = sum(lags) / len(lags)
    return f"{mean:.0f} s" if mean >= 10 else f"{mean:.1f} s"


def footprint(peer: str) -> str:
    cells = row(DOCS / "benchmarks.md", peer, chapter="Footprint")
    return f"{cells[1]} and {cells[4]}"


@pytest.mark.parametrize(
    ("name", "measured"),
    [
        (
            "mean time from *available* to the response, snapshot of 90 s",
            lambda peer: mean_lag(90, peer),
        ),
        ("the same, snapshot of 300 s", lambda peer: mean_lag(300, peer)),
        ("Lambda functions and resources for one snapshot", footprint),
    ],
)
def test_the_figures_are_those_of_the_benchmarks(name: str, measured: Callable[[str], str]) -> None:
    peers = ("ours", "CDK Provider framework", "plain crhelper")
    assert row(README, name)[1:] == [measured(peer) for peer in peers]


@pytest.mark.parametrize("page", DOCUMENTS, ids=label)
def test_every_call_of_the_aws_command_line_exists(page: Path) -> None:
    session = botocore.session.get_session()
    for service, operation in re.findall(r"\baws ([a-z]+) ([a-z]+-[a-z-]+)", page.read_text()):
        model = session.get_service_model(service)
        assert operation in {xform_name(name, "-") for name in model.operation_names}


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "bash")], ids=label)
def test_every_command_is_one_to_the_shell(page: Path) -> None:
    for code in blocks(page, "bash"):
        done = subprocess.run(
            ["/bin/bash", "-n"], input=code, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), code
        for query in re.findall(r"--query ['\"](.*?)['\"]\)?(?: |$)", code, re.MULTILINE):
            jmespath.compile(query)
