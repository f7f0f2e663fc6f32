"""Every example is a complete app that says what it shows, and is listed."""

import re
from pathlib import Path
from typing import Any

import pytest

from neptune_snapshot_provider import contract
from support.examples import FOLDER, all_examples, deployable, header, label, template_of
from support.synthesis import synthesize

EXAMPLES = all_examples()
REHEARSAL = FOLDER / "rehearsal" / "app.py"


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
    template = template_of(example, tmp_path, cluster="Other-Graph")
    found = snapshots(template)
    assert bool(found) is ("from cdk_neptune_snapshot import" in example.read_text())
    if found and "clusters" not in example.read_text():
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
    template = template_of(FOLDER / "before_migration" / "app.py", tmp_path)
    (name,) = snapshots(template)
    (run,) = [r for r in template["Resources"].values() if r["Type"] == "Custom::Trigger"]
    assert name in run["DependsOn"]


def test_without_its_snapshot_the_upgrade_is_not_synthesised(tmp_path: Path) -> None:
    text = (FOLDER / "before_upgrade.py").read_text()
    assert "snapshot.before(cluster)\n" in text
    careless = tmp_path / "careless.py"
    careless.write_text(text.replace("snapshot.before(cluster)\n", ""))
    with pytest.raises(RuntimeError, match="no snapshot is taken before this cluster is upgraded"):
        synthesize(careless, tmp_path / "out")


def waits_for(template: dict[str, Any], name: str) -> set[str]:
    """The resources that are complete before another one begins, also indirectly."""
    resource = template["Resources"][name]
    direct = {*resource.get("DependsOn", ()), *references(resource)} & set(template["Resources"])
    return direct.union(*(waits_for(template, one) for one in direct))


def references(value: Any) -> set[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return set[str]().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    named = value.get("Ref") or value.get("Fn::GetAtt", [None])[0]
    return set[str]().union({named} if named else (), *map(references, value.values()))


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    found = template["Resources"].items()
    return {name: resource for name, resource in found if resource["Type"] == kind}


def in_rehearsal(tmp_path: Path, rehearse: str, release: str = "1") -> dict[str, Any]:
    outdir = tmp_path / f"{rehearse}-{release}"
    return template_of(REHEARSAL, outdir, rehearse=rehearse, release=release)


def test_the_rehearsal_runs_on_a_fast_clone_before_the_snapshot(tmp_path: Path) -> None:
    template = in_rehearsal(tmp_path, "yes")
    ((clone, cluster),) = of_type(template, "AWS::Neptune::DBCluster").items()
    assert cluster["DeletionPolicy"] == cluster["UpdateReplacePolicy"] == "Delete"
    assert cluster["Properties"] == {
        "RestoreType": "copy-on-write",
        "SourceDBClusterIdentifier": "my-graph",
        "UseLatestRestorableTime": True,
    }
    (instance,) = of_type(template, "AWS::Neptune::DBInstance")
    (snapshot,) = snapshots(template)
    migrations = of_type(template, "Custom::Migration")
    (rehearsal,) = [
        n for n, m in migrations.items() if m["Properties"]["Cluster"] == {"Ref": clone}
    ]
    (migration,) = [n for n, m in migrations.items() if m["Properties"]["Cluster"] == "my-graph"]
    assert clone in waits_for(template, instance)
    assert instance in waits_for(template, rehearsal)
    assert rehearsal in waits_for(template, snapshot)
    assert snapshot in waits_for(template, migration)


def test_removing_the_clone_changes_neither_snapshot_nor_migration(tmp_path: Path) -> None:
    before, after = (in_rehearsal(tmp_path, rehearse) for rehearse in ("yes", "no"))
    assert not of_type(after, "AWS::Neptune::DBCluster")
    assert not of_type(after, "AWS::Neptune::DBInstance")
    for name in {*snapshots(after), *of_type(after, "Custom::Migration")}:
        there, then = before["Resources"][name], after["Resources"][name]
        assert there["Properties"] == then["Properties"]


def test_every_release_is_rehearsed_on_a_clone_of_its_own(tmp_path: Path) -> None:
    first, second = (in_rehearsal(tmp_path, "yes", release) for release in ("1", "2"))
    kinds = ("AWS::Neptune::DBCluster", "AWS::Neptune::DBInstance")
    for kind in kinds:
        assert not of_type(first, kind).keys() & of_type(second, kind).keys()


def test_a_rehearsal_alone_is_another_stack_without_snapshot(tmp_path: Path) -> None:
    only, _ = (in_rehearsal(tmp_path, rehearse) for rehearse in ("only", "yes"))
    assert not snapshots(only)
    (migration,) = of_type(only, "Custom::Migration").values()
    assert "Ref" in migration["Properties"]["Cluster"]
    names = {file.name for file in tmp_path.glob("*/*.template.json")}
    assert names == {"MigrationRehearsal.template.json", "RehearsedMigration.template.json"}


def test_a_misspelt_choice_does_not_skip_the_rehearsal(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rehearse is no, yes or only, not true"):
        synthesize(REHEARSAL, tmp_path, rehearse="true")
