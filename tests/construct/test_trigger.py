"""What makes a trigger's value change, and what does not."""

import os
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import SnapshotTrigger
from cdk_neptune_snapshot.trigger import render
from construct.templates import new_stack, resources, topic

on_files = SnapshotTrigger.on_files_changed
on_value = SnapshotTrigger.on_value_changed


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    (folder / "nested").mkdir(parents=True)
    (folder / "1.sql").write_bytes(b"one\n")
    (folder / "nested" / "2.sql").write_bytes(b"two\n")
    return folder


def test_a_fingerprint_is_the_same_on_every_machine(migrations: Path) -> None:
    """The value is written out: it must not change with a release either."""
    assert rendered(new_stack(), on_files(migrations)) == "files-3ab04dd55830"


def test_a_fingerprint_does_not_depend_on_place_mode_or_time(
    migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = on_files(migrations)
    copy = migrations.parent / "elsewhere"
    shutil.copytree(migrations, copy)
    (copy / "1.sql").chmod(0o700)
    os.utime(copy / "1.sql", (0, 0))
    assert on_files(copy) == before
    monkeypatch.chdir(migrations.parent)
    assert on_files("migrations/") == on_files(str(migrations)) == before


@pytest.mark.parametrize(
    "name", ["__pycache__/x.pyc", ".git/HEAD", ".DS_Store", "nested/.DS_Store"]
)
def test_what_appears_by_itself_is_ignored(migrations: Path, name: str) -> None:
    before = on_files(migrations)
    (migrations / name).parent.mkdir(exist_ok=True)
    (migrations / name).write_text("x")
    assert on_files(migrations) == before


def changes(path: Path, *edits: Callable[[], object]) -> list[bool]:
    """Whether each edit changes the fingerprint."""
    seen = [on_files(path)]
    for edit in edits:
        edit()
        seen.append(on_files(path))
    return [one != other for one, other in pairwise(seen)]


def test_contents_names_and_places_count(migrations: Path) -> None:
    first, renamed = migrations / "1.sql", migrations / "renamed.sql"
    assert (
        changes(
            migrations,
            lambda: first.write_text("changed"),
            lambda: first.rename(renamed),
            lambda: renamed.rename(migrations / "nested" / "renamed.sql"),
            (migrations / "new.sql").touch,
        )
        == [True] * 4
    )


def test_a_link_to_a_folder_is_followed(migrations: Path) -> None:
    shared = migrations.parent / "shared"
    shared.mkdir()
    assert changes(
        migrations,
        lambda: (shared / "3.sql").write_text("unseen"),
        lambda: (migrations / "shared").symlink_to(shared),
        lambda: (shared / "3.sql").write_text("changed"),
        (shared / "4.sql").touch,
        lambda: (migrations / "shared").rename(migrations / "renamed"),
    ) == [False, True, True, True, True]


def test_a_link_to_a_file_and_a_linked_path_are_followed(migrations: Path) -> None:
    (migrations.parent / "link").symlink_to(migrations)
    assert on_files(migrations.parent / "link") == on_files(migrations)
    single = migrations.parent / "single.sql"
    single.write_text("one")
    assert changes(
        migrations,
        lambda: (migrations / "3.sql").symlink_to(single),
        lambda: single.write_text("changed"),
    ) == [True, True]


@pytest.mark.parametrize("target", [".", "..", "nested/..", "nested"])
def test_a_circular_link_ends(migrations: Path, target: str) -> None:
    (migrations / "nested" / "circle").symlink_to(migrations / target, target_is_directory=True)
    assert changes(
        migrations,
        lambda: (migrations / "nested" / "2.sql").write_text("changed"),
        (migrations / "nested" / "circle").unlink,
    ) == [True, True]


def test_many_links_to_each_other_are_read_quickly(migrations: Path) -> None:
    folders = [migrations / f"folder-{number}" for number in range(12)]
    for folder in folders:
        folder.mkdir()
        (folder / "1.sql").touch()
    for folder in folders:
        for other in folders:
            (folder / other.name).symlink_to(other)
    assert changes(migrations, lambda: (folders[7] / "1.sql").write_text("changed")) == [True]


def test_a_fingerprint_with_links_is_the_same_elsewhere(migrations: Path) -> None:
    shared = migrations / "a" / "shared"
    shared.mkdir(parents=True)
    (shared / "3.sql").touch()
    (migrations / "b").symlink_to(shared)
    copy = migrations.parent / "elsewhere"
    shutil.copytree(migrations, copy, symlinks=True)
    (copy / "b").unlink()
    (copy / "b").symlink_to("a/shared")
    assert on_files(copy) == on_files(migrations)


@pytest.mark.parametrize("target", ["nowhere", "itself"])
def test_a_link_that_leads_nowhere_is_left_out(migrations: Path, target: str) -> None:
    assert changes(migrations, lambda: (migrations / "itself").symlink_to(target)) == [False]


def test_contents_do_not_run_together(tmp_path: Path) -> None:
    for folder, name, content in (("a", "x", "yz"), ("b", "xy", "z")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(content)
    assert on_files(tmp_path / "a") != on_files(tmp_path / "b")


def test_files_and_folders_are_combined(migrations: Path) -> None:
    file = migrations / "1.sql"
    assert len({on_files(file), on_files(migrations), on_files(file, migrations)}) == 3


def test_an_empty_folder_is_accepted(tmp_path: Path) -> None:
    assert on_files(tmp_path) != on_files(tmp_path, tmp_path / "..")


@pytest.mark.parametrize(
    ("paths", "rule"),
    [
        (["no/such/path"], r"'no/such/path': does not exist"),
        ([], r"\(\): must name at least one"),
        ([7], r".*: must be paths of files or folders"),
        ([b"migrations"], r".*: must be paths of files or folders"),
        ([None], r".*: must be paths of files or folders"),
        ([["migrations"]], r".*: must be paths of files or folders"),
    ],
)
def test_what_is_no_path_is_refused(paths: list[Any], rule: str) -> None:
    with pytest.raises(ValueError, match=f"Invalid paths {rule}"):
        on_files(*paths)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("v7", "v7"),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        ("sha256:0123", "sha256:0123"),
        ("x" * 101, "value-"),
        ("two words", "value-"),
        ({"b": 1, "a": [2]}, "value-"),
    ],
)
def test_a_value_stays_readable_while_it_is_short(value: object, expected: str) -> None:
    sent = rendered(new_stack(), on_value(value))
    assert isinstance(sent, str)
    assert sent == expected or (expected == "value-" and len(sent) == 18)


def test_the_order_of_keys_does_not_matter() -> None:
    assert on_value({"a": 1, "b": [1, 2]}) == on_value({"b": [1, 2], "a": 1})
    assert on_value({"a": 1, "b": [1, 2]}) != on_value({"a": 1, "b": [2, 1]})


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (None, "must not be empty"),
        ("", "must not be empty"),
        (b"bytes", "must be a string, a number"),
        ({"a": {1, 2}}, "must be a string, a number"),
    ],
)
def test_what_is_no_value_is_refused(value: object, rule: str) -> None:
    with pytest.raises(ValueError, match=rf"Invalid value .*: {rule}"):
        on_value(value)


def rendered(stack: cdk.Stack, trigger: SnapshotTrigger) -> object:
    return stack.resolve(render(trigger, stack))


def test_tokens_are_compared_when_deployed() -> None:
    stack = new_stack()
    text = cdk.CfnParameter(stack, "Text").value_as_string
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    many = cdk.CfnParameter(stack, "Many", type="CommaDelimitedList").value_as_list
    resource = topic(stack, "Resource")
    joined = {"Fn::Join": [",", {"Ref": "Many"}]}
    assert rendered(stack, on_value(f"v-{text}")) == {"Fn::Join": ["", ["v-", {"Ref": "Text"}]]}
    assert rendered(stack, on_value(number)) == {"Ref": "Number"}
    assert rendered(stack, on_value(many)) == joined
    assert rendered(stack, on_value(resource.get_att("Arn"))) == {"Fn::GetAtt": ["Resource", "Arn"]}
    value = {"b": [number], "a": many, "c": {"d": text}}
    parts = ['{"a":"', joined, '","b":[', {"Ref": "Number"}, '],"c":{"d":"', {"Ref": "Text"}, '"}}']
    assert rendered(stack, on_value(value)) == {"Fn::Join": ["", parts]}
    assert set(resources(stack)) == {"Resource"}


def test_the_order_of_keys_beside_tokens_does_not_matter() -> None:
    stack = new_stack()
    one, other = {"a": cdk.Aws.REGION, "b": 1}, {"b": 1, "a": cdk.Aws.REGION}
    assert rendered(stack, on_value(one)) == rendered(stack, on_value(other))


def test_every_deployment_differs_from_the_one_before() -> None:
    stack = new_stack()
    values = [str(rendered(stack, SnapshotTrigger.every_deployment())) for _ in range(3)]
    assert len(set(values)) == 3
    assert values == sorted(values)
