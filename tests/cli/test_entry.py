"""The installed command, and what it says where packages are missing."""

import sys
from pathlib import Path

import pytest

from support.packages import PROJECT, run

BLOCKED = """
import sys
from importlib.abc import MetaPathFinder
class Block(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing!r}:
            raise ModuleNotFoundError(name)
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in {missing!r} else found(name, *more)
sys.meta_path.insert(0, Block())
sys.argv = ["neptune-snapshot", "list"]
from neptune_snapshot_cli.__main__ import main
main()
"""


@pytest.mark.parametrize("missing", [["boto3"], ["boto3", "rich", "typer"]])
def test_without_its_packages_it_says_what_to_install(missing: list[str]) -> None:
    done = run(sys.executable, "-c", BLOCKED.format(missing=missing))
    assert done.returncode == 1
    assert done.stderr == (
        f"neptune-snapshot needs {' and '.join(missing)}: pip install boto3 rich typer\n"
    )


def test_it_is_installed_with_the_package() -> None:
    done = run(Path(sys.executable).with_name("neptune-snapshot"), "--version")
    assert (done.returncode, done.stdout) == (0, f"neptune-snapshot {PROJECT['version']}\n")


def test_it_does_not_import_the_cdk() -> None:
    code = (
        "import sys, neptune_snapshot_cli.commands; "
        "print([one for one in ('aws_cdk', 'jsii', 'crhelper') if one in sys.modules])"
    )
    done = run(sys.executable, "-c", code)
    assert (done.stdout, done.stderr) == ("[]\n", "")
