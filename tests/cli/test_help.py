"""The help, which a newcomer reads first, and what the shell completes."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from neptune_snapshot_cli.commands import app

GROUP = typer.main.get_command(app)
COMMANDS = list(getattr(GROUP, "commands"))  # noqa: B009 - a group's
PROGRAM = Path(sys.executable).with_name("neptune-snapshot")


def shown(*words: str, columns: int = 80) -> str:
    ran = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": str(columns)})
    assert ran.exit_code == 0
    return ran.stdout


def examples(command: str) -> list[str]:
    found = getattr(GROUP, "commands")[command]  # noqa: B009 - a group's
    return [line.strip() for line in found.epilog.splitlines() if "neptune-snapshot" in line]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_examples_stay_on_one_line(command: str, columns: int) -> None:
    assert examples(command)
    lines = [line.strip() for line in shown(command, columns=columns).splitlines()]
    for example in examples(command):
        assert example in lines


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_have_options_that_exist(command: str) -> None:
    options = set(re.findall(r"--[a-z-]+", shown(command).partition("Example")[0]))
    for example in examples(command):
        assert set(re.findall(r"(?<= )--[a-z-]+", example)) <= options


@pytest.mark.parametrize("command", COMMANDS)
def test_there_are_no_names_of_types(command: str) -> None:
    assert not re.search(r"<\w+>|\bBOOLEAN\b|\{\w+\}", shown(command))


def test_commands_and_options_are_grouped() -> None:
    assert re.findall(r"^(\S.*):$", shown(), re.MULTILINE) == [
        "Around a migration",
        "See what there is",
        "After a migration that failed",
        "Options",
    ]
    assert re.findall(r"^(\S.*):$", shown("take"), re.MULTILINE) == [
        "Arguments",
        "The snapshot",
        "Older snapshots and the parameter",
        "Options",
    ]


def test_no_line_about_a_command_is_cut() -> None:
    lines = re.findall(r"^  [a-z-]+  +.*$", shown().partition("Options:")[0], re.MULTILINE)
    assert len(lines) == len(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)


def bash(script: str) -> str:
    """Run a script with the program in its path."""
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        env={"PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("ta",), {"take"}),
        (("",), set(COMMANDS)),
        (("take", "my-graph", "--keep"), {"--keep-last"}),
        (("watch", "--st"), {"--stack"}),
    ],
)
def test_bash_completes_commands_and_options(words: tuple[str, ...], completed: set[str]) -> None:
    line = shlex.join(["neptune-snapshot", *words])
    script = f"""
    eval "$(neptune-snapshot --show-completion)"
    COMP_WORDS=({line}) COMP_CWORD={len(words)}
    _neptune_snapshot_completion neptune-snapshot
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    assert set(bash(script).split()) == completed
