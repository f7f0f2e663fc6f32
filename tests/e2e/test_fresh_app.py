"""A new CDK app, the wheel installed, gets a snapshot by the README's lines."""

import ast
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import LocalAws
from support.clusters import cluster
from support.deployment import ROOT, Snapshots, cdk_cli
from support.packages import Environment, build

pytestmark = pytest.mark.e2e

CLUSTER = "my-graph"
"""The one that the README names."""


@pytest.fixture
def snapshots(aws: LocalAws) -> Iterator[Snapshots]:
    with cluster(aws, CLUSTER) as found:
        yield found


def readme_lines() -> tuple[list[str], list[str]]:
    """Take the imports of the README's app, and what it puts into its stack."""
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    code = next(block for block in blocks if "DatabaseClusterSnapshot(" in block)
    imports, additions = [], []
    for statement in ast.parse(code).body:
        lines = ast.get_source_segment(code, statement) or ""
        names = {one.id for one in ast.walk(statement) if isinstance(one, ast.Name)}
        defines_stack = isinstance(statement, ast.Assign) and lines.startswith("stack =")
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports.append(lines)
        elif "stack" in names and not defines_stack:
            additions.append(lines)
    return imports, additions


def add_readme_lines(stack_file: Path) -> None:
    """Paste them where the template of ``cdk init`` says the code goes; ``stack`` is self there."""
    imports, additions = readme_lines()
    begin, marker, _ = stack_file.read_text().partition("# The code that defines your stack goes")
    assert marker, "cdk init has another template"
    text = re.sub(r"\bstack\b", "self", "\n".join(additions))
    code = textwrap.indent(text, " " * 8)
    stack_file.write_text("\n".join([*imports, begin.rstrip(), "", code, ""]))


@pytest.fixture
def app(tmp_path: Path, aws: LocalAws) -> Path:
    """A new app, made by the command line."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    cdk_cli(aws, folder).run("init", "app", "--language=python", "--generate-only").require()
    return folder


@pytest.fixture
def environment(tmp_path: Path, app: Path) -> Iterator[Environment]:
    """What the new app asks for, and the wheel."""
    made = Environment.create(tmp_path / "environment", Path(sys.executable))
    made.install("-r", app / "requirements.txt", build("wheel", tmp_path))
    yield made
    # A quarter of a gigabyte, which pytest would keep.
    shutil.rmtree(made.folder)


def test_a_new_app_gets_a_snapshot_by_the_lines_of_the_readme(
    aws: LocalAws, app: Path, environment: Environment, snapshots: Snapshots
) -> None:
    add_readme_lines(app / "fresh" / "fresh_stack.py")
    found = "import importlib.util as u; print(u.find_spec('cdk_neptune_snapshot').origin)"
    origin = environment.run("-c", found, cwd=app).stdout
    assert origin.startswith(str(environment.folder))
    cdk = cdk_cli(aws, app, python=str(environment.python))
    done = cdk.deploy_app("--method=direct").require()
    (name,) = snapshots.names()
    record = snapshots.record(name)
    assert record["Status"] == "available"
    assert record["DBClusterSnapshotArn"] in done.outputs.values()
    assert cdk.destroy(app / "cdk.out").succeeded
    assert snapshots.names() == [name]
