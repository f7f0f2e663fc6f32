"""Every example is a complete app that says what it shows, and is listed."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from construct.templates import python
from neptune_snapshot_provider import contract
from support.deployment import ROOT
from support.examples import FOLDER, all_examples, deployable, header, label

EXAMPLES = all_examples()


def run(example: Path, outdir: Path, **context: str) -> subprocess.CompletedProcess[str]:
    """Run an example as the command line does."""
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**settings, **context}),
    }
    return python(str(example), cwd=ROOT, env=environment)


def synthesise(example: Path, outdir: Path, **context: str) -> dict[str, Any]:
    """Run an example and give its only template."""
    done = run(example, outdir, **context)
    assert done.returncode == 0, done.stderr
    (template,) = outdir.glob("*.template.json")
    found: dict[str, Any] = json.loads(template.read_text())
    return found


def snapshots(template: dict[str, Any]) -> dict[str, Any]:
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] == contract.RESOURCE_TYPE
    }


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6
    assert len(deployable()) >= 5


@pytest.mark.parametrize("example", EXAMPLES, ids=label)
def test_it_is_synthesised(example: Path, tmp_path: Path) -> None:
    template = synthesise(example, tmp_path, cluster="Other-Graph")
    found = snapshots(template)
    assert found
    if "clusters" not in example.read_text():
        (one,) = found.values()
        assert one["Properties"]["DBClusterIdentifier"] == "other-graph"


@pytest.mark.parametrize("example", EXAMPLES, ids=label)
def test_its_header_says_how_to_run_it_and_the_table_lists_it(example: Path) -> None:
    commands = re.findall(r"^ +(cdk deploy .*)$", header(example), flags=re.MULTILINE)
    assert commands
    for command in commands:
        assert f'--app "python3 {label(example)}"' in command
    table = (FOLDER / "README.md").read_text()
    assert f"]({example.relative_to(FOLDER).as_posix()})" in table


def test_the_migration_runs_after_the_snapshot(tmp_path: Path) -> None:
    template = synthesise(FOLDER / "before_migration" / "app.py", tmp_path)
    (name,) = snapshots(template)
    (run,) = [r for r in template["Resources"].values() if r["Type"] == "Custom::Trigger"]
    assert name in run["DependsOn"]


def test_without_its_snapshot_the_upgrade_is_not_synthesised(tmp_path: Path) -> None:
    text = (FOLDER / "before_upgrade.py").read_text()
    assert "snapshot.before(cluster)\n" in text
    careless = tmp_path / "careless.py"
    careless.write_text(text.replace("snapshot.before(cluster)\n", ""))
    done = run(careless, tmp_path / "out")
    assert done.returncode == 1
    assert "no snapshot is taken before this cluster is upgraded" in done.stderr
