"""Runs the pipelines in ``examples/`` in bash, as the services do whose files they are.

Stand-ins take the place of what cannot run here: the actions of GitHub, ``pip``, ``terraform``, the
deployment of a stage, and the reader's ``./migrate``. All else is executed as it stands.
"""

import importlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from local_aws import LocalAws
from support.deployment import ROOT
from support.examples import FOLDER, template_of

Document: TypeAlias = dict[str, Any]

CLUSTER = "my-graph"
STANDING_IN = (
    "actions/checkout",
    "actions/setup-python",
    "aws-actions/configure-aws-credentials",
)
"""Actions of GitHub; tests run with the credentials of local AWS, next to this checkout."""

_STATES = f"""import boto3
found = boto3.client("neptune").describe_db_cluster_snapshots(DBClusterIdentifier="{CLUSTER}")
print(*(one["Status"] for one in found["DBClusterSnapshots"]))
"""
_PROGRAMS = {
    "migrate": f'echo "migrate $({sys.executable} states.py)" >> log; exit ${{MIGRATION:-0}}',
    "pip": 'echo "pip $*" >> log',
    "terraform": 'echo "terraform $1" >> log; [ "$1" = apply ] && exec ./migrate; exit ${PLAN:-2}',
}


@dataclass
class Machine:
    """A build machine; in ``folder`` programs write what they were asked for into ``log``."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def create(cls, aws: LocalAws, folder: Path) -> "Machine":
        """Make a machine whose commands reach local AWS."""
        (folder / "states.py").write_text(_STATES)
        for name, body in _PROGRAMS.items():
            program = folder / name
            program.write_text(f"#!/bin/sh\n{body}\n")
            program.chmod(0o755)
        path = os.pathsep.join((str(folder), str(Path(sys.executable).parent), os.environ["PATH"]))
        return cls(folder, {**aws.environment, "PATH": path})

    def start(self, *command: str, **variables: str) -> "subprocess.Popen[str]":
        """Start a command in a process group of its own, so that all of it can be killed."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def log(self) -> list[str]:
        """What programs were asked for, oldest first."""
        file = self.folder / "log"
        return file.read_text().splitlines() if file.exists() else []


@dataclass(frozen=True)
class Recipe:
    """One pipeline: its folder, and how a run with an ID starts. The same ID again is a retry."""

    name: str
    start: Callable[[Machine, str], "subprocess.Popen[str]"]


def yaml(text: str) -> Any:  # noqa: ANN401 - any document
    # Comes with the documentation's tools, but without types.
    return importlib.import_module("yaml").safe_load(text)


def github_workflow() -> Document:
    return cast("Document", yaml((FOLDER / "github_actions" / "migrate.yml").read_text()))


def github_script(workflow: Document) -> str:
    """Write the commands of the only job as one script, in which the first failure ends all."""
    (job,) = workflow["jobs"].values()
    lines = ["set -e", 'export GITHUB_OUTPUT="$PWD/output"', ": > output"]
    lines += _exports(workflow.get("env", {}))
    for step in job["steps"]:
        action = str(step.get("uses", "")).partition("@")[0]
        if action:
            if action not in STANDING_IN:
                raise ValueError(f"{action} is not executed")
            continue
        known = {"id", "name", "env", "run"}
        if set(step) - known:
            raise ValueError(f"{set(step) - known} of a step is not understood")
        # Without `shell:`, a runner uses bash -e; variables of a step are gone after it.
        environment = "\n".join(_exports(step.get("env", {})))
        lines += [f"(\n{environment}\nbash -e -c {shlex.quote(step['run'])}\n)"]
    return "\n".join(lines)


def _exports(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        expression = re.fullmatch(r"\$\{\{ steps\.\w+\.outputs\.(\w+) \}\}", str(value))
        if expression:
            yield f"export {name}=\"$(sed -n 's/^{expression[1]}=//p' output)\""
        elif "${{" in str(value):
            raise ValueError(f"{value} is not understood")
        else:
            yield f"export {name}={shlex.quote(str(value))}"


def codebuild_script(buildspec: Document) -> str:
    """Write the commands of all phases for one shell; the first command that fails ends all.

    CodeBuild continues with ``post_build`` after a failure in ``build``.
    """
    phases = buildspec["phases"]
    if unknown := set(phases) - {"install", "pre_build", "build"}:
        raise ValueError(f"{unknown} is not understood")
    variables = buildspec.get("env", {}).get("variables", {})
    # Variables of the project or the action come before those of the document.
    lines = [f": ${{{name}:={shlex.quote(str(value))}}}" for name, value in variables.items()]
    for phase in ("install", "pre_build", "build"):
        for command in phases.get(phase, {}).get("commands", ()):
            lines += [f"eval {shlex.quote(command)} || exit 1"]
    return "\n".join(lines)


def _github(machine: Machine, run: str) -> "subprocess.Popen[str]":
    return machine.start("bash", "-c", github_script(github_workflow()), GITHUB_RUN_ID=run)


def codebuild(machine: Machine, **variables: str) -> "subprocess.Popen[str]":
    """Start a build with variables of the project or of the action."""
    script = codebuild_script(yaml((FOLDER / "codebuild" / "buildspec.yml").read_text()))
    about = {"CODEBUILD_RESOLVED_SOURCE_VERSION": "4f2a91c", **variables}
    return machine.start("bash", "-c", script, **about)


def _codebuild(machine: Machine, run: str) -> "subprocess.Popen[str]":
    return codebuild(machine, EXECUTION=run, CODEBUILD_BUILD_ID=f"graph:{os.urandom(4).hex()}")


def projects(template: Document) -> dict[str, tuple[Document, dict[str, str]]]:
    """Read buildspec and variables of each CodeBuild action of a pipeline, by its name."""
    found = template["Resources"]
    (pipeline,) = [one for one in found.values() if one["Type"] == "AWS::CodePipeline::Pipeline"]
    actions = [action for stage in pipeline["Properties"]["Stages"] for action in stage["Actions"]]
    return {
        action["Name"]: _project(action["Configuration"], found)
        for action in actions
        if action["ActionTypeId"]["Provider"] == "CodeBuild"
    }


def _project(configuration: Document, resources: Document) -> tuple[Document, dict[str, str]]:
    properties = resources[configuration["ProjectName"]["Ref"]]["Properties"]
    of_project = properties["Environment"].get("EnvironmentVariables", [])
    variables = {str(one["Name"]): str(one["Value"]) for one in of_project}
    for one in yaml(configuration.get("EnvironmentVariables", "[]")):
        variables[str(one["name"])] = str(one["value"])
    return yaml(properties["Source"]["BuildSpec"]), variables


def _cdk_pipelines(machine: Machine, run: str) -> "subprocess.Popen[str]":
    template = template_of(FOLDER / "cdk_pipelines" / "app.py", machine.folder / "cdk.out")
    known = projects(template)
    lines = ["set -e"]
    for name, after in (("TakeSnapshot", "./migrate"), ("Confirm", "")):
        buildspec, given = known[name]
        execution = "#{codepipeline.PipelineExecutionId}"
        variables = {key: value.replace(execution, run) for key, value in given.items()}
        script = "\n".join([*_exports(variables), codebuild_script(buildspec)])
        # Each project has a machine of its own.
        lines += [f"bash -c {shlex.quote(script)}", after]
    return machine.start("bash", "-c", "\n".join(lines))


def _terraform(machine: Machine, run: str) -> "subprocess.Popen[str]":
    return machine.start(str(ROOT / "examples/terraform/apply.sh"), CLUSTER, run)


RECIPES = (
    Recipe("github_actions", _github),
    Recipe("codebuild", _codebuild),
    Recipe("cdk_pipelines", _cdk_pipelines),
    Recipe("terraform", _terraform),
)
