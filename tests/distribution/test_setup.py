"""What ``make`` installs: pinned lists, short ones for the demo and for the documentation."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from support.packages import ROOT, Environment, run

DEV = ROOT / "requirements-dev.txt"
LISTS = [ROOT / f"requirements{name}.txt" for name in ("", "-demo", "-docs")]
IMPORT_ALL = """
import importlib, pathlib
for path in sorted(pathlib.Path("tools/local_aws").glob("[a-z]*.py")):
    importlib.import_module(f"local_aws.{path.stem}")
"""


def pins(requirements: Path) -> set[str]:
    """Each line that names a package, with its version and marker."""
    lines = requirements.read_text().splitlines()
    return {line for line in lines if line and not line.lstrip().startswith(("#", "-"))}


@pytest.mark.parametrize("requirements", LISTS, ids=lambda path: path.stem)
def test_the_shorter_lists_pin_what_the_long_one_pins(requirements: Path) -> None:
    assert 0 < len(pins(requirements)) < len(pins(DEV)) / 2
    assert pins(requirements) <= pins(DEV)


def test_everything_is_pinned() -> None:
    listed = pins(DEV) | pins(ROOT / "requirements-uv.txt")
    assert [pin for pin in listed if not re.match(r"[\w.-]+==\d", pin)] == []


def test_the_list_of_the_demo_has_all_that_the_emulator_imports(tmp_path: Path) -> None:
    environment = Environment.create(tmp_path / "environment", Path(sys.executable))
    environment.install("-r", ROOT / "requirements-demo.txt")
    (packages,) = environment.folder.glob("lib/python*/site-packages")
    sources = [str(ROOT / name) for name in ("cli", "constructs", "provider", "tools")]
    (packages / "checkout.pth").write_text("\n".join(sources))
    done = environment.run("-W", "ignore", "-c", IMPORT_ALL, cwd=ROOT)
    assert done.returncode == 0, done.stderr


OLDER = "import sys\nsys.version_info = (3, 10, 13)\nsys.version = '3.10.13 (main)'\n"


@pytest.mark.parametrize(
    ("module", "code", "complaints"),
    [
        (
            "ensurepip",
            "raise ImportError",
            ["cannot create virtual env", f"apt install {Path(sys.executable).name}-venv"],
        ),
        (
            "sitecustomize",
            OLDER,
            ["Python 3.11 or newer is needed", "is 3.10.13; name another: make PYTHON="],
        ),
    ],
    ids=["no ensurepip, as on Debian", "an older Python"],
)
def test_setup_says_what_the_python_lacks(
    tmp_path: Path, module: str, code: str, complaints: list[str]
) -> None:
    (tmp_path / f"{module}.py").write_text(code)
    for name in ("Makefile", "requirements-uv.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = f"PYTHON={sys.executable}"
    made = run("make", ".venv/bin/uv", python, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert made.returncode != 0
    assert not (tmp_path / ".venv").exists()
    assert [one for one in complaints if one not in made.stderr] == []
