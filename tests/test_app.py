"""The app that one deploys."""

import json
import sys
from pathlib import Path

import pytest

from construct.templates import Json, only
from neptune_snapshot_provider import contract
from support.packages import ROOT, run
from support.synthesis import synthesize

SETTINGS: Json = json.loads((ROOT / "cdk.json").read_text())


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the app in a process of its own, as the command line does."""
    assert SETTINGS["app"] == "python3 app.py"
    # Seen from the checkout, `constructs` must stay the library of that name.
    assert not (ROOT / "constructs" / "__init__.py").exists()
    outdir = tmp_path_factory.mktemp("cdk.out")
    environment = {
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**SETTINGS["context"], "cluster": "My-Graph"}),
    }
    done = run(sys.executable, "app.py", cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    return outdir


def test_it_takes_a_snapshot_of_the_cluster_in_the_context(assembly: Path) -> None:
    template = json.loads((assembly / "NeptuneSnapshot.template.json").read_text())
    snapshot = only(template["Resources"], contract.RESOURCE_TYPE)
    assert snapshot["Properties"]["DBClusterIdentifier"] == "my-graph"
    outputs = template["Outputs"]
    names = {"SnapshotArn", "SnapshotIdentifier", "EngineVersion", "AllocatedStorage"}
    assert set(outputs) == names
    assert "GiB" in outputs["AllocatedStorage"]["Description"]


def test_it_can_be_deployed_to_any_account_and_region(assembly: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    environment = manifest["artifacts"]["NeptuneSnapshot"]["environment"]
    assert environment == "aws://unknown-account/unknown-region"


def test_without_a_cluster_it_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Name it: cdk deploy -c cluster=my-graph$"):
        synthesize(ROOT / "app.py", tmp_path)
