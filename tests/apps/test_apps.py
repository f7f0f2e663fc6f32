"""Apps as companies have them get a snapshot by the lines of the README.

``tests/security/test_scanners.py`` has the scanners look at each, ``tests/e2e`` deploys some.
"""

import ast
import json
from pathlib import Path

import pytest

from construct.templates import Json, of_type
from neptune_snapshot_provider import contract
from support.apps import APPS, App
from support.documents import README, blocks
from support.synthesis import synthesize

NAMES: dict[str, dict[str, tuple[str | None, str]]] = {
    "graph_platform": {"GraphPlatform": ("mygraph", "mygraph-*")},
    "knowledge_graph": {"KnowledgeGraph": (None, "*")},
    "many_databases": {"ManyDatabases": ("socialgraph", "socialgraph-*")},
    "existing_template": {"ExistingTemplate": (None, "legacy-graph-*")},
    "pipeline": {
        "StagingGraph": ("graph-staging", "graph-staging-*"),
        "ProductionGraph": ("graph-production", "graph-production-*"),
    },
}
"""The cluster and the names of snapshots in each stack's policy; ``None`` is a reference."""


@pytest.fixture(scope="module", params=APPS, ids=lambda app: app.name)
def app(request: pytest.FixtureRequest) -> App:
    chosen: App = request.param
    return chosen


@pytest.fixture(scope="module")
def templates(app: App, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """The stacks with a snapshot, by the name in the construct tree."""
    folder = tmp_path_factory.mktemp(app.name)
    synthesize(app.path, folder)
    found = {path.name.split(".")[0]: json.loads(path.read_text()) for path in templates_in(folder)}
    return {
        # In a stage the name ends in a hash.
        next((known for known in NAMES[app.name] if name.startswith(known)), name): one
        for name, one in found.items()
        if contract.RESOURCE_TYPE in json.dumps(one)
    }


def templates_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("**/*.template.json"))


def test_the_apps_are_the_five() -> None:
    assert {app.name for app in APPS} == set(NAMES)


def test_it_adds_the_lines_of_the_readme(app: App) -> None:
    """The same calls, with the same arguments by name, but for where they stand."""
    expected = calls(blocks(README, "python")[0])
    found = calls(app.path.read_text())
    assert expected["DatabaseClusterSnapshot"] <= found["DatabaseClusterSnapshot"]
    assert found["CfnOutput"] == expected["CfnOutput"]


def calls(source: str) -> dict[str, set[str]]:
    """The names of the arguments of each call of interest."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            found[name] = {str(one.arg) for one in node.keywords if one.arg}
    return found


def test_its_snapshot_is_of_its_cluster(app: App, templates: dict[str, Json]) -> None:
    assert set(templates) == set(NAMES[app.name])
    for name, (cluster, pattern) in NAMES[app.name].items():
        resources = templates[name]["Resources"]
        (snapshot,) = of_type(resources, contract.RESOURCE_TYPE)
        sent = snapshot["Properties"]["DBClusterIdentifier"]
        (cluster_id,) = [
            n for n, one in resources.items() if one["Type"] == "AWS::Neptune::DBCluster"
        ]
        assert sent in ({"Ref": cluster_id}, cluster)
        policies = json.dumps(of_type(resources, "AWS::IAM::Policy"))
        assert f':cluster-snapshot:{pattern}"' in policies
        assert (f':cluster:{cluster}"' in policies) is (cluster is not None)
        assert (json.dumps({"Ref": cluster_id}) in policies) is (cluster is None)


def test_its_backups_outlive_its_stack(templates: dict[str, Json]) -> None:
    for template in templates.values():
        (snapshot,) = of_type(template["Resources"], contract.RESOURCE_TYPE)
        assert (snapshot["DeletionPolicy"], snapshot["UpdateReplacePolicy"]) == ("Retain", "Retain")
