"""What the documents tell one to type can be typed."""

import os
import re
import subprocess

import aws_cdk as cdk
import pytest
from aws_cdk import aws_neptune as neptune

import cdk_neptune_snapshot
from construct.templates import new_stack, python, resources
from support import runbook
from support.deployment import ROOT

CLI = str(ROOT / "tests/support/aws_cli.py")


def test_the_runbook_is_a_script() -> None:
    checked = subprocess.run(
        ["/bin/bash", "-n"], input=runbook.script(), text=True, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_runbook_deletes_nothing_before_its_last_step() -> None:
    *earlier, last = runbook.blocks()
    assert "delete-" not in "".join(earlier)
    assert "delete-db-cluster" in last


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["describe-clusters"], "unknown operation"),
        (["describe-db-clusters", "--cluster", "my-graph"], "unknown option --cluster"),
        (["describe-db-clusters", "--output", "yaml"], "unknown output yaml"),
        (["describe-db-clusters", "my-graph"], "unknown argument my-graph"),
        (["modify-db-cluster", "--apply-immediately", "yes"], "a flag takes no value"),
    ],
)
def test_the_stand_in_for_the_command_line_is_strict(words: list[str], complaint: str) -> None:
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"}
    done = python(CLI, "neptune", *words, env=environment)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_the_upgrade_in_the_document_can_be_synthesised() -> None:
    text = (ROOT / "docs" / "migrations.md").read_text()
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    stack = new_stack()
    cdk.Aspects.of(stack).add(cdk_neptune_snapshot.RequireSnapshotBeforeUpgrade())
    exec(code, {"neptune": neptune, "stack": stack, **vars(cdk_neptune_snapshot)})  # noqa: S102
    (cluster,) = [r for r in resources(stack).values() if r["Type"] == "AWS::Neptune::DBCluster"]
    assert cluster["DependsOn"]
    assert not cdk.assertions.Annotations.from_stack(stack).find_error(
        "*", cdk.assertions.Match.any_value()
    )
