"""What is in the wheel and in the sdist: every source that git tracks, and nothing else."""

import tarfile
import zipfile
from configparser import ConfigParser
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from support.deployment import ROOT
from support.packages import PROJECT, build, run

NAME = f"cdk_neptune_snapshot-{PROJECT['version']}"
PACKAGES = {
    "cli/neptune_snapshot_cli",
    "constructs/cdk_neptune_snapshot",
    "provider/neptune_snapshot_provider",
}


def tracked(folder: str) -> set[str]:
    """Name the files of a folder that git knows, as seen from the root."""
    listed = run("git", "ls-files", folder, cwd=ROOT)
    assert listed.returncode == 0, listed.stderr
    return set(listed.stdout.splitlines())


@pytest.fixture(scope="module")
def sources() -> set[str]:
    return {name for package in PACKAGES for name in tracked(package)}


@pytest.fixture(scope="module")
def in_wheel(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build("sdist", folder)) as archive:
        archive.extractall(folder, filter="data")
    return folder / NAME


def test_the_source_folders_hold_nothing_but_typed_packages(sources: set[str]) -> None:
    """So that a package that is added is not left out of the wheel."""
    folders = {package.split("/")[0] for package in PACKAGES}
    assert {name for folder in folders for name in tracked(folder)} == sources
    assert {f"{package}/py.typed" for package in PACKAGES} <= sources


def test_the_wheel_holds_the_sources_and_its_metadata(
    in_wheel: dict[str, bytes], sources: set[str]
) -> None:
    about = {"METADATA", "WHEEL", "RECORD", "licenses/LICENSE", "entry_points.txt"}
    packaged = {name.split("/", 1)[1]: (ROOT / name).read_bytes() for name in sources}
    expected = set(packaged) | {f"{NAME}.dist-info/{name}" for name in about}
    assert set(in_wheel) == expected
    assert {name: in_wheel[name] for name in packaged} == packaged
    assert in_wheel[f"{NAME}.dist-info/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()


def test_the_sdist_holds_what_the_wheel_is_built_from(unpacked: Path, sources: set[str]) -> None:
    found = {
        file.relative_to(unpacked).as_posix(): file.read_bytes()
        for file in unpacked.rglob("*")
        if file.is_file()
    }
    assert found.pop("PKG-INFO")
    around = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".gitignore"}
    assert found == {name: (ROOT / name).read_bytes() for name in sources | around}


def test_the_wheel_is_the_same_when_it_is_built_from_the_sdist(
    wheel: Path, unpacked: Path, tmp_path: Path
) -> None:
    rebuilt = build("wheel", tmp_path, unpacked)
    assert rebuilt.name == wheel.name
    assert rebuilt.read_bytes() == wheel.read_bytes()


def test_the_metadata_says_what_the_project_says(in_wheel: dict[str, bytes]) -> None:
    """Only the extras require more than the project."""
    metadata = Parser().parsestr(in_wheel[f"{NAME}.dist-info/METADATA"].decode())
    assert metadata["Name"] == PROJECT["name"]
    assert metadata["Version"] == PROJECT["version"]
    assert metadata["Summary"] == PROJECT["description"]
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("Classifier", [])) == set(PROJECT["classifiers"])
    assert metadata.get_payload() == (ROOT / "README.md").read_text()
    extras = PROJECT["optional-dependencies"]
    expected = {Requirement(one) for one in PROJECT["dependencies"]}
    for extra, requirements in extras.items():
        expected |= {Requirement(f"{one}; extra == '{extra}'") for one in requirements}
    assert {Requirement(one) for one in metadata.get_all("Requires-Dist", [])} == expected
    assert set(metadata.get_all("Provides-Extra", [])) == set(extras)


def test_it_has_the_commands_of_the_project(in_wheel: dict[str, bytes]) -> None:
    parser = ConfigParser()
    parser.read_string(in_wheel[f"{NAME}.dist-info/entry_points.txt"].decode())
    assert dict(parser["console_scripts"]) == PROJECT["scripts"]
    for target in PROJECT["scripts"].values():
        module = target.partition(":")[0].replace(".", "/")
        assert {f"{module}.py", f"{module}/__init__.py"} & set(in_wheel)
