"""Every example is a complete app that says what it shows, and is listed."""

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from construct.templates import Json, ids, links, only
from neptune_snapshot_provider import contract
from support.examples import FOLDER, all_examples, deployable, header, label, template_of
from support.synthesis import synthesize

EXAMPLES = all_examples()
REHEARSAL = FOLDER / "rehearsal" / "app.py"
CLUSTER, INSTANCE = "AWS::Neptune::DBCluster", "AWS::Neptune::DBInstance"
MIGRATION = "Custom::Migration"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6
    assert len(deployable()) >= 5


@pytest.mark.parametrize("example", EXAMPLES, ids=label)
def test_it_is_synthesised(example: Path, tmp_path: Path) -> None:
    found = template_of(example, tmp_path, cluster="Other-Graph")["Resources"]
    source = example.read_text()
    takes = "from cdk_neptune_snapshot import" in source
    assert bool(ids(found, contract.RESOURCE_TYPE)) is takes
    if takes and "clusters" not in source:
        snapshot = only(found, contract.RESOURCE_TYPE)
        assert snapshot["Properties"]["DBClusterIdentifier"] == "other-graph"


@pytest.mark.parametrize("example", EXAMPLES, ids=label)
def test_its_header_says_how_to_run_it_and_the_table_lists_it(example: Path) -> None:
    commands = re.findall(r"^ +(cdk deploy .*)$", header(example), flags=re.MULTILINE)
    assert commands
    assert all(f'--app "python3 {label(example)}"' in command for command in commands)
    table = (FOLDER / "README.md").read_text()
    assert f"]({example.relative_to(FOLDER).as_posix()})" in table


def test_the_migration_runs_after_the_snapshot(tmp_path: Path) -> None:
    found = template_of(FOLDER / "before_migration" / "app.py", tmp_path)["Resources"]
    (name,) = links(found)
    assert name in only(found, "Custom::Trigger")["DependsOn"]


def test_without_its_snapshot_the_upgrade_is_not_synthesised(tmp_path: Path) -> None:
    text = (FOLDER / "before_upgrade.py").read_text()
    assert "snapshot.before(cluster)\n" in text
    careless = tmp_path / "careless.py"
    careless.write_text(text.replace("snapshot.before(cluster)\n", ""))
    with pytest.raises(RuntimeError, match="no snapshot is taken before this cluster is upgraded"):
        synthesize(careless, tmp_path / "out")


def waits_for(found: Json, name: str) -> set[str]:
    """The resources that are complete before another one begins, also indirectly."""
    direct = {*found[name].get("DependsOn", ()), *references(found[name])} & set(found)
    return direct.union(*(waits_for(found, one) for one in direct))


def references(value: Any) -> set[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return set[str]().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    named = value.get("Ref") or value.get("Fn::GetAtt", [None])[0]
    return set[str]().union({named} if named else (), *map(references, value.values()))


Rehearsal = Callable[..., Json]


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Give the resources of a template of the example, and its name."""

    @cache
    def synthesized(rehearse: str, release: str = "1") -> Json:
        folder = tmp_path_factory.mktemp(f"{rehearse}-{release}")
        template = template_of(REHEARSAL, folder, rehearse=rehearse, release=release)
        (file,) = folder.glob("*.template.json")
        return {"Name": file.name, **template}

    return synthesized


def test_the_rehearsal_runs_on_a_fast_clone_before_the_snapshot(rehearsal: Rehearsal) -> None:
    found = rehearsal("yes")["Resources"]
    cluster = only(found, CLUSTER)
    assert cluster["DeletionPolicy"] == cluster["UpdateReplacePolicy"] == "Delete"
    assert cluster["Properties"] == {
        "RestoreType": "copy-on-write",
        "SourceDBClusterIdentifier": "my-graph",
        "UseLatestRestorableTime": True,
    }
    ((clone,), (instance,), (snapshot,)) = ids(found, CLUSTER), ids(found, INSTANCE), links(found)
    runs = {str(found[name]["Properties"]["Cluster"]): name for name in ids(found, MIGRATION)}
    rehearsed, migration = runs.pop(str({"Ref": clone})), runs.pop("my-graph")
    assert not runs
    order = [clone, instance, rehearsed, snapshot, migration]
    assert all(first in waits_for(found, then) for first, then in pairwise(order))


def test_removing_the_clone_changes_neither_snapshot_nor_migration(rehearsal: Rehearsal) -> None:
    before, after = (rehearsal(rehearse)["Resources"] for rehearse in ("yes", "no"))
    assert not ids(after, CLUSTER, INSTANCE)
    for name in (*links(after), *ids(after, MIGRATION)):
        assert before[name]["Properties"] == after[name]["Properties"]


def test_every_release_is_rehearsed_on_a_clone_of_its_own(rehearsal: Rehearsal) -> None:
    first, second = (rehearsal("yes", release)["Resources"] for release in ("1", "2"))
    assert not set(ids(first, CLUSTER, INSTANCE)) & set(ids(second, CLUSTER, INSTANCE))


def test_a_rehearsal_alone_is_another_stack_without_snapshot(rehearsal: Rehearsal) -> None:
    alone = rehearsal("only")
    assert not links(alone["Resources"])
    assert "Ref" in only(alone["Resources"], MIGRATION)["Properties"]["Cluster"]
    assert alone["Name"] == "MigrationRehearsal.template.json"
    assert rehearsal("yes")["Name"] == "RehearsedMigration.template.json"


def test_a_misspelt_choice_does_not_skip_the_rehearsal(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rehearse is no, yes or only, not true"):
        synthesize(REHEARSAL, tmp_path, rehearse="true")
