"""What the figures were measured on, in general terms."""

import importlib.metadata
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from deployment.cdk_cli import Cdk


class Machine(TypedDict):
    """The machine and the versions."""

    date: str
    cores: int
    memory_gib: int
    system: str
    versions: dict[str, str]


def describe() -> Machine:
    """Describe this machine."""
    packages = ("aws-cdk-lib", "boto3", "crhelper", "ministack")
    return Machine(
        date=datetime.now(UTC).date().isoformat(),
        cores=os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3),
        system=f"{platform.system()} on {platform.machine()}",
        versions={
            "Python": platform.python_version(),
            "Node.js": _version(subprocess.check_output(["node", "--version"], text=True)),  # noqa: S607
            "CDK command line": _version(Cdk(os.environ, Path()).run("--version").output),
            **{name: importlib.metadata.version(name) for name in packages},
        },
    )


def render(machine: Machine) -> str:
    """Write it in one sentence."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['cores']} cores, {machine['memory_gib']} GiB of memory, {machine['system']}; "
        f"{versions}; {machine['date']}."
    )


def _version(said: str) -> str:
    return said.split(maxsplit=1)[0].lstrip("v")
