"""The apps in ``examples/``."""

import ast
from pathlib import Path

from support.deployment import ROOT

FOLDER = ROOT / "examples"
DEPLOYED = "Deployed on local AWS in the tests."


def all_examples() -> list[Path]:
    """Every file that is an app: one that ends by synthesising."""
    found = [path for path in FOLDER.rglob("*.py") if "app.synth()" in path.read_text()]
    return sorted(found)


def header(example: Path) -> str:
    """What an example says about itself."""
    return ast.get_docstring(ast.parse(example.read_text())) or ""


def deployable() -> list[Path]:
    """Those that local AWS can run."""
    return [path for path in all_examples() if DEPLOYED in header(path)]


def label(example: Path) -> str:
    """The name of an example in reports and commands."""
    return example.relative_to(ROOT).as_posix()
