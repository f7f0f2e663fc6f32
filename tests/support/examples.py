"""The apps in ``examples/``."""

import ast
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from local_aws import LocalAws
from support.deployment import ROOT, Result, cdk_cli
from support.synthesis import synthesize

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


def commands(example: Path) -> list[list[str]]:
    """The words of each command in an example's header."""
    found = re.findall(r"^ +(cdk deploy .*)$", header(example), flags=re.MULTILINE)
    return [shlex.split(command) for command in found]


def deploy(aws: LocalAws, command: list[str], directory: Path) -> Result:
    """Run a header's command as it is, but unattended, and synthesize into ``cdk.out``."""
    program, action, *words = command
    assert (program, action) == ("cdk", "deploy")
    words = [word.replace("python3 ", f"{sys.executable} ", 1) for word in words]
    output = f"--output={directory / 'cdk.out'}"
    return cdk_cli(aws, directory).deploy_app(*words, "--method=direct", output, cwd=ROOT)


def template_of(example: Path, outdir: Path, **context: str) -> dict[str, Any]:
    """Run an example in this interpreter and give its only template.

    Apps that the command line runs take seconds to start; tests/e2e runs them so.
    """
    synthesize(example, outdir, **context)
    (template,) = outdir.glob("*.template.json")
    found: dict[str, Any] = json.loads(template.read_text())
    return found
