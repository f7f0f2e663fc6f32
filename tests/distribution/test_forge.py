"""What a forge and a contributor read: workflows, templates, hooks, the ways to add something."""

import importlib
import re
from pathlib import Path
from typing import Any, cast

import pytest

from support.deployment import ROOT
from support.packages import PROJECT, PYTHONS

FORGE = ROOT / ".github"
WORKFLOWS = sorted(FORGE.glob("workflows/*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|uses: \./\S+\.yml")
SUPPORTED = [
    one.rpartition(" ")[2]
    for one in PROJECT["classifiers"]
    if one.startswith("Programming Language :: Python :: 3.")
]


def read(path: Path) -> dict[str, Any]:
    # Comes with the documentation's tools, but without types.
    return cast("dict[str, Any]", importlib.import_module("yaml").safe_load(path.read_text()))


def jobs(workflow: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", read(workflow)["jobs"])


def test_ci_runs_everything_on_each_supported_python_and_keeps_what_setup_downloads() -> None:
    job = jobs(FORGE / "workflows/ci.yml")["test"]
    assert SUPPORTED == job["strategy"]["matrix"]["python"] == list(PYTHONS)
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
    given = [each["with"] for each in job["steps"] if "with" in each]
    (of_uv,) = [each for each in given if "key" in each]
    assert of_uv["path"] == "~/.cache/uv"
    assert "hashFiles('**/requirements*.txt')" in of_uv["key"]
    assert [each["cache"] for each in given if "cache" in each] == ["npm"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_only_ends_in_time_and_uses_nothing_that_can_change(
    workflow: Path,
) -> None:
    uses = [line.strip("- ") for line in workflow.read_text().splitlines() if "uses:" in line]
    assert uses
    assert [line for line in uses if not PINNED.fullmatch(line)] == []
    assert read(workflow)["permissions"] == {"contents": "read"}
    for name, job in jobs(workflow).items():
        own = {"id-token": "write"} if name == "publish" else {}
        assert job.get("permissions", {}) == own
        assert "timeout-minutes" in job or "uses" in job
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_only_what_was_tested_and_built_is_published() -> None:
    found = jobs(FORGE / "workflows/release.yml")
    assert found["test"]["uses"] == "./.github/workflows/ci.yml"
    assert (found["build"]["needs"], found["publish"]["needs"]) == ("test", "build")
    assert not [step for step in found["publish"]["steps"] if "run" in step]


def test_hooks_are_the_tools_of_the_checkout() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        program, *words = hook["entry"].split()
        assert program.startswith((".venv/", "node_modules/"))
        assert (ROOT / program).exists()
        assert all((ROOT / word).exists() for word in words if word.startswith("tests/"))


def test_the_form_for_defects_asks_for_little() -> None:
    form = read(FORGE / "ISSUE_TEMPLATE/bug.yml")
    assert form["name"]
    assert form["description"]
    questions = [one for one in form["body"] if one["type"] != "markdown"]
    assert len(questions) == len({one["id"] for one in questions}) <= 4
    assert all(one["attributes"]["label"] for one in questions)


def test_contributing_names_files_and_commands_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"`([\w./-]+/[\w./-]*|\w+\.(?:py|toml|md))`", text))
    assert len(named) > 25
    for path in named:
        places = [ROOT / path, *ROOT.glob(f"*/*/{path}")]
        assert any(place.exists() for place in places), path
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    ways_to_add = text.partition("## Add an attribute")[2]
    sources = [file for one in ("provider", "constructs") for file in (ROOT / one).rglob("*.py")]
    code = "".join(file.read_text() for file in sources)
    for name in re.findall(r"`(?:\w+\.)?(_?[A-Z_a-z]*[A-Z_][A-Z_a-z]*)`", ways_to_add):
        assert re.search(rf"\b{name}\b", code), name
