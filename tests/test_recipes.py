"""The pipelines in ``examples/`` take a snapshot before the migration, also when retried."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local_aws import LocalAws, SnapshotBehaviour
from neptune_snapshot_provider.contract import CallerTag, OwnerTag
from support import recipes
from support.deployment import ROOT, Snapshots
from support.recipes import CLUSTER, RECIPES, Machine, Recipe

if TYPE_CHECKING:
    import subprocess

LONGEST = 120
"""Seconds."""
INSTALLED = {"pip install boto3 rich typer", "pip install --no-deps ./cdk-neptune-snapshot"}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        aws.client("neptune").create_db_cluster(DBClusterIdentifier=CLUSTER, Engine="neptune")
        yield aws


@pytest.fixture
def aws(server: LocalAws) -> Iterator[LocalAws]:
    server.reset()
    server.set_snapshot_behaviour(SnapshotBehaviour(seconds=1))
    yield server
    neptune = server.client("neptune")
    for name in Snapshots(server, CLUSTER).names():
        neptune.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)


@pytest.fixture
def machine(aws: LocalAws, tmp_path: Path) -> Machine:
    return Machine.create(aws, tmp_path)


@pytest.fixture
def snapshots(aws: LocalAws) -> Snapshots:
    return Snapshots(aws, CLUSTER)


def ended(process: "subprocess.Popen[str]") -> int:
    """Wait for a run to end, and give its status."""
    output, _ = process.communicate(timeout=LONGEST)
    assert "not found" not in output
    assert "Traceback" not in output
    return process.returncode


def confirmed(snapshots: Snapshots) -> list[bool]:
    return [CallerTag.CONFIRMED in snapshots.tags(name) for name in snapshots.names()]


def migrations(machine: Machine) -> list[str]:
    """What the snapshots were like when the migration ran, each time."""
    return [line.removeprefix("migrate ") for line in machine.log if line.startswith("migrate")]


each = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)


@each
def test_the_snapshot_is_available_before_the_migration_and_stays_in_a_retry(
    recipe: Recipe, machine: Machine, snapshots: Snapshots
) -> None:
    machine.environment["MIGRATION"] = "1"
    assert ended(recipe.start(machine, "17")) != 0
    assert migrations(machine) == ["available"]
    installed = {line for line in machine.log if line.startswith("pip")}
    assert installed == (set() if recipe.name == "terraform" else INSTALLED)
    (name,) = snapshots.names()
    assert snapshots.tags(name)[OwnerTag.REQUEST].endswith("-17")
    assert confirmed(snapshots) == [False]
    machine.environment["MIGRATION"] = "0"
    assert ended(recipe.start(machine, "17")) == 0
    assert snapshots.names() == [name]
    assert migrations(machine) == ["available", "available"]
    assert confirmed(snapshots) == [True]


def test_the_next_run_takes_another_snapshot(machine: Machine, snapshots: Snapshots) -> None:
    for run in ("17", "18"):
        assert ended(RECIPES[0].start(machine, run)) == 0
    assert migrations(machine) == ["available", "available available"]
    assert confirmed(snapshots) == [True, True]


@each
def test_nothing_is_migrated_without_a_snapshot(
    recipe: Recipe, aws: LocalAws, machine: Machine, snapshots: Snapshots
) -> None:
    aws.set_cluster_status(CLUSTER, "stopped")
    assert ended(recipe.start(machine, "17")) != 0
    assert migrations(machine) == []
    assert snapshots.names() == []


def test_a_run_that_is_killed_finds_its_snapshot(
    aws: LocalAws, machine: Machine, snapshots: Snapshots
) -> None:
    recipe = RECIPES[0]
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=5))
    process = recipe.start(machine, "17")
    deadline = time.monotonic() + LONGEST
    while not snapshots.names():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert migrations(machine) == []
    assert ended(recipe.start(machine, "17")) == 0
    assert migrations(machine) == ["available"]


def test_a_build_without_a_pipeline_reuses_the_snapshot_of_its_failed_attempt(
    machine: Machine, snapshots: Snapshots
) -> None:
    """A retried build has another ID."""
    machine.environment["MIGRATION"] = "1"
    assert ended(recipes.codebuild(machine, CODEBUILD_BUILD_ID="graph:1")) != 0
    machine.environment["MIGRATION"] = "0"
    assert ended(recipes.codebuild(machine, CODEBUILD_BUILD_ID="graph:2")) == 0
    assert len(snapshots.names()) == 1
    # It was confirmed: the next run at the same commit takes another one.
    assert ended(recipes.codebuild(machine, CODEBUILD_BUILD_ID="graph:3")) == 0
    assert len(snapshots.names()) == 2


@pytest.mark.parametrize("plan", ["0", "1"])
def test_terraform_without_changes_or_with_errors_needs_no_snapshot(
    plan: str, machine: Machine, snapshots: Snapshots
) -> None:
    machine.environment["PLAN"] = plan
    (terraform,) = [one for one in RECIPES if one.name == "terraform"]
    assert ended(terraform.start(machine, "17")) == int(plan)
    assert machine.log == ["terraform plan"]
    assert snapshots.names() == []


def test_they_install_the_command_as_the_page_says() -> None:
    page = (ROOT / "docs" / "cli.md").read_text()
    for line in INSTALLED:
        assert line.replace("./", "../") in page


def test_an_action_or_key_that_is_not_executed_is_noticed() -> None:
    text = json.dumps(recipes.github_workflow())
    for old, new in (("actions/checkout", "any/action"), ('"run"', '"if": "always()", "run"')):
        with pytest.raises(ValueError, match="is not"):
            recipes.github_script(json.loads(text.replace(old, new, 1)))
