"""The wheel, installed as users do into an empty environment of each Python."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import aws_cdk as cdk
import pytest

from construct.templates import of_type, only, take
from neptune_snapshot_provider import contract
from support.packages import PROJECT, PYTHONS, RELEASES, Environment, interpreter, run

APP = Path(__file__).with_name("installed_app.py")
LAZY_CDK = Path(__file__).with_name("lazy_cdk.py")


@dataclass(frozen=True)
class Installed:
    """An environment, and what the app synthesised in it."""

    environment: Environment
    outdir: Path


@pytest.fixture(scope="module", params=list(product(PYTHONS, RELEASES)), ids=" with the ".join)
def installed(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    version, releases = request.param
    base = interpreter(version)
    if base is None:
        pytest.skip(f"Python {version} is not on this machine; the forge's workflow has it")
    folder = tmp_path_factory.mktemp(f"python{version}")
    environment = Environment.create(folder / "environment", base, releases)
    environment.install(wheel)
    # Beside nothing: what the app imports is installed, or it fails.
    app = shutil.copy(APP, folder)
    runner = [shutil.copy(LAZY_CDK, folder)] if releases == "lowest" else []
    done = environment.run(*runner, app, folder / "cdk.out", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    yield Installed(environment, folder / "cdk.out")
    # A quarter of a gigabyte, which pytest would keep.
    shutil.rmtree(environment.folder)


@pytest.fixture(scope="module")
def from_checkout(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("cdk.out")))
    take(cdk.Stack(app, "Stack"))
    app.synth()
    return asset_in(Path(app.outdir))


def asset_in(outdir: Path) -> tuple[str, dict[str, bytes]]:
    """Give the hash of the Lambda's code, and its files."""
    manifest = json.loads((outdir / "Stack.assets.json").read_text())
    ((digest, asset),) = [
        (digest, asset)
        for digest, asset in manifest["files"].items()
        if asset["source"]["packaging"] == "zip"
    ]
    folder = outdir / asset["source"]["path"]
    files = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }
    return digest, files


def test_its_asset_is_the_one_of_the_checkout(
    installed: Installed, from_checkout: tuple[str, dict[str, bytes]]
) -> None:
    for staging in ("staged", "unstaged"):
        assert asset_in(installed.outdir / staging) == from_checkout, staging


def test_its_stack_takes_a_snapshot(installed: Installed) -> None:
    """Three hours are four resources, the last of which publishes and prunes."""
    template = json.loads((installed.outdir / "staged" / "Stack.template.json").read_text())
    resources = template["Resources"]
    snapshot = only(resources, contract.RESOURCE_TYPE)
    sent = {
        "DBClusterIdentifier": "my-graph",
        "Trigger": "v2",
        "ServiceTimeout": "3600",
        "Tags": [{"Key": "team", "Value": "graph@example.com"}],
    }
    assert sent.items() <= snapshot["Properties"].items()
    assert snapshot["DeletionPolicy"] == "Retain"
    waits = of_type(resources, contract.WAIT_RESOURCE_TYPE)
    assert [one["Properties"].get("KeepLast") for one in waits].count(5) == 1


def test_its_rules_hold_with_every_release_of_the_cdk(installed: Installed) -> None:
    manifest = json.loads((installed.outdir / "staged" / "manifest.json").read_text())
    told = json.dumps(manifest["artifacts"]["Upgrade"])
    metadata = installed.outdir / "staged" / "Upgrade.metadata.json"
    told += metadata.read_text() if metadata.exists() else ""
    assert "Invalid engine_version '1.4.5.0': no snapshot is taken before" in told.replace("\\", "")
    template = installed.outdir / "staged" / "Upgrade.template.json"
    assert ":cluster:mygraph" in template.read_text()
    assert "rules_to_suppress" in template.read_text()


def test_the_command_is_installed_without_the_cdk(wheel: Path, tmp_path: Path) -> None:
    """As ``docs/cli.md`` says for a machine that only needs the command."""
    base = interpreter("3.11")
    assert base is not None
    environment = Environment.create(tmp_path / "environment", base)
    environment.install("boto3", "rich", "typer")
    environment.install("--no-deps", wheel)
    ran = run(environment.bin / "neptune-snapshot", "list", "--help", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "--cluster ID" in ran.stdout
    (packages,) = environment.folder.glob("lib/python*/site-packages")
    assert not {"aws_cdk", "constructs", "jsii", "crhelper"} & {
        one.name for one in packages.iterdir()
    }
    size = sum(file.stat().st_size for file in packages.rglob("*") if file.is_file())
    assert size < 80_000_000


def test_its_commands_say_how_they_are_used(installed: Installed, wheel: Path) -> None:
    environment = installed.environment
    environment.install(f"cdk-neptune-snapshot[cli] @ {wheel.as_uri()}")
    for command in PROJECT.get("scripts", {}):
        shown = run(environment.bin / command, "--help", cwd=installed.outdir)
        assert shown.returncode == 0, shown.stderr
        assert command in shown.stdout
