"""The app that one deploys."""

import json
import os
from pathlib import Path

import pytest

from construct.templates import Json, python
from neptune_snapshot_provider import contract
from support.synthesis import synthesize

ROOT = Path(__file__).parents[1]
SETTINGS: Json = json.loads((ROOT / "cdk.json").read_text())


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the app in a process of its own, as the command line does."""
    outdir = tmp_path_factory.mktemp("cdk.out")
    context = json.dumps({**SETTINGS["context"], "cluster": "My-Graph"})
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": context,
        "CDK_VALIDATION": "true",
    }
    done = python("app.py", cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    return outdir


def test_it_takes_a_snapshot_of_the_cluster_in_the_context(assembly: Path) -> None:
    template = json.loads((assembly / "NeptuneSnapshot.template.json").read_text())
    (snapshot,) = [
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == contract.RESOURCE_TYPE
    ]
    assert snapshot["Properties"]["DBClusterIdentifier"] == "my-graph"
    outputs = template["Outputs"]
    assert set(outputs) == {
        "SnapshotArn",
        "SnapshotIdentifier",
        "EngineVersion",
        "AllocatedStorage",
    }
    assert "GiB" in outputs["AllocatedStorage"]["Description"]


def test_it_can_be_deployed_to_any_account_and_region(assembly: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    environment = manifest["artifacts"]["NeptuneSnapshot"]["environment"]
    assert environment == "aws://unknown-account/unknown-region"


def test_without_a_cluster_it_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Name it: cdk deploy -c cluster=my-graph$"):
        synthesize(ROOT / "app.py", tmp_path)


def test_the_folder_of_the_sources_does_not_hide_the_constructs_library() -> None:
    """Seen from the checkout, ``constructs`` must stay the library of that name."""
    assert not (ROOT / "constructs" / "__init__.py").exists()
    done = python("-c", "import constructs; print(constructs.Construct.__name__)", cwd=ROOT)
    assert done.stdout.strip() == "Construct"


def test_it_is_what_the_command_line_runs() -> None:
    assert SETTINGS["app"] == "python3 app.py"
