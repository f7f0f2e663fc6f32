"""The help, which a newcomer reads first, and what the shell completes."""

import re
import shlex
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from neptune_snapshot_cli.commands import app
from support.packages import run

GROUP = typer.main.get_command(app)
COMMANDS = list(getattr(GROUP, "commands"))  # noqa: B009 - a group's


def shown(*words: str, columns: int = 80) -> str:
    ran = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": str(columns)})
    assert ran.exit_code == 0
    return ran.stdout


def examples(command: str) -> list[str]:
    found = getattr(GROUP, "commands")[command]  # noqa: B009 - a group's
    return [line.strip() for line in found.epilog.splitlines() if "neptune-snapshot" in line]


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_stay_on_one_line_and_have_options_that_exist(command: str) -> None:
    listed = examples(command)
    assert listed
    for columns in (60, 80, 200):
        assert set(listed) <= {
            line.strip() for line in shown(command, columns=columns).splitlines()
        }
    text = shown(command)
    options = set(re.findall(r"--[a-z-]+", text.partition("Example")[0]))
    for example in listed:
        assert set(re.findall(r"(?<= )--[a-z-]+", example)) <= options
    # No names of types.
    assert not re.search(r"<\w+>|\bBOOLEAN\b|\{\w+\}", text)


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


COMPLETED: dict[tuple[str, ...], set[str]] = {
    ("ta",): {"take"},
    ("",): set(COMMANDS),
    ("take", "my-graph", "--keep"): {"--keep-last"},
    ("watch", "--st"): {"--stack"},
}


def test_bash_completes_commands_and_options() -> None:
    script = 'eval "$(neptune-snapshot --show-completion)"\n'
    for words in COMPLETED:
        script += f"""
        COMP_WORDS=({shlex.join(["neptune-snapshot", *words])}) COMP_CWORD={len(words)}
        _neptune_snapshot_completion neptune-snapshot
        echo "${{COMPREPLY[@]}}"
        """
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = run("/usr/bin/env", "-i", f"PATH={path}", "HOME=/nonexistent", "bash", "-c", script)
    assert done.returncode == 0, done.stderr
    completed = [set(line.split()) for line in done.stdout.splitlines()]
    assert completed == list(COMPLETED.values())
