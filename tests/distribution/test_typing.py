"""Type checkers know the installed library, its users' right uses and their wrong ones."""

import json
import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from distribution.api import PACKAGE, public_api
from support.deployment import ROOT
from support.packages import Environment, run

USES = Path(__file__).with_name("uses.py")
LINTED = ROOT / ".mypy_cache"
MYPY = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
INTERNAL = {"visit"}
"""Called by the CDK."""
STRICT = {
    "include": [USES.name],
    "typeCheckingMode": "strict",
    "enableTypeIgnoreComments": False,  # those are mypy's
    "reportUnnecessaryTypeIgnoreComment": "error",
}


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = Environment.create(
        tmp_path_factory.mktemp("typed") / "environment", Path(sys.executable)
    )
    made.install(f"cdk-neptune-snapshot[alpha] @ {wheel.as_uri()}")
    return made


@pytest.mark.timeout(600)
def test_mypy_accepts_the_right_uses_and_refuses_the_wrong_ones(
    environment: Environment, tmp_path: Path
) -> None:
    """In a folder with nothing of the checkout in it or around it."""
    shutil.copy(USES, tmp_path)
    # `make lint` has read the CDK's million lines with the same options. mypy compares contents, so
    # what differs in the environment is read again.
    if LINTED.exists():
        shutil.copytree(LINTED, tmp_path / LINTED.name)
    options = ["--strict", "--explicit-package-bases", f"--python-executable={environment.python}"]
    options += [f"--enable-error-code={code}" for code in MYPY["enable_error_code"]]
    checked = run(sys.executable, "-m", "mypy", *options, USES.name, cwd=tmp_path)
    assert checked.stdout == "Success: no issues found in 1 source file\n", checked.stdout


@pytest.mark.timeout(600)
def test_pyright_accepts_the_right_uses_and_refuses_the_wrong_ones(
    environment: Environment, tmp_path: Path
) -> None:
    shutil.copy(USES, tmp_path)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(STRICT))
    command = ROOT / "node_modules/.bin/pyright"
    checked = run(command, "--pythonpath", environment.python, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "0 errors, 0 warnings" in checked.stdout


def test_every_public_name_is_used() -> None:
    members = re.compile(rf"{PACKAGE}\.\w+(?:\.|\(\.\.\. )(\w+)")
    names = {found[1] for line in public_api() if (found := members.match(line))}
    assert {"keep_last", "kms_key_id", "restore_into", "SKIP", "role"} <= names
    text = USES.read_text()
    assert not {name for name in names - INTERNAL if not re.search(rf"\b{name}\b", text)}
