"""The wheel and the sdist, and environments with nothing else in them."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
REQUIREMENTS = ROOT / "tests/distribution"
CDK_NAG_2 = ROOT / "tests/security/requirements-cdk-nag-2.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
RELEASES = ("lowest", "newest")
"""Which releases are installed of what the library requires."""

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
"""What the project says of itself; the rest must agree."""


def run(
    *command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command and say how it ended."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def build(target: str, folder: Path, sources: Path = ROOT) -> Path:
    """Build the ``wheel`` or the ``sdist`` with the pinned hatchling."""
    built = run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, cwd=sources)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return found


def interpreter(version: str) -> Path | None:
    """Find Python of a version, such as ``3.12``: this one, on the path, or among pyenv's."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    on_path = shutil.which(f"python{version}")
    candidates = [
        Path(sys.executable),
        *([Path(on_path)] if on_path else []),
        *sorted(root.glob(f"versions/{version}.*/bin/python")),
    ]
    code = "import sys; print('{}.{}'.format(*sys.version_info))"
    for candidate in candidates:
        # A shim of pyenv's is there for versions that are not.
        if run(candidate, "-I", "-c", code).stdout.strip() == version:
            return candidate
    return None


@dataclass(frozen=True)
class Environment:
    """A virtual environment, apart from the checkout and from the one that runs the tests.

    ``versions`` are those that are installed of what is needed: ``newest`` or ``lowest``.
    """

    folder: Path
    versions: str = "newest"

    @classmethod
    def create(cls, folder: Path, base: Path, versions: str = "newest") -> "Environment":
        """Make an empty one; not even pip is in it."""
        made = run(base, "-m", "venv", "--without-pip", folder)
        assert made.returncode == 0, made.stderr
        return cls(folder, versions)

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def install(self, *requirements: str | Path) -> None:
        """Install what is required, and what that requires, from uv's cache without a network."""
        done = self._install("--offline", *requirements)
        assert done.returncode == 0, f"{done.stderr}\nIs uv's cache empty? `make clean setup`"

    def download(self, *requirements: str | Path) -> None:
        """Install what is required, and keep it in uv's cache."""
        done = self._install(*requirements)
        assert done.returncode == 0, done.stderr

    def _install(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        limits = REQUIREMENTS / f"requirements-{self.versions}.txt"
        options = ("--quiet", "--python", self.python, "--constraints", limits)
        return run(UV, "pip", "install", *options, *arguments)

    def run(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run its Python, with nothing of the checkout in reach."""
        hidden = {"PYTHONPATH": "", "PYTHONHOME": "", "VIRTUAL_ENV": ""}
        return run(self.python, "-P", *arguments, cwd=cwd, env=hidden)


def main() -> None:
    """Download what tests install, for every Python of this machine, into uv's cache."""
    pythons = [found for version in PYTHONS if (found := interpreter(version))]
    with TemporaryDirectory() as folder:
        for number, (base, releases) in enumerate(product(pythons, RELEASES)):
            made = Environment.create(Path(folder, str(number)), base, releases)
            made.download("-r", REQUIREMENTS / f"requirements-{releases}.txt")
        made = Environment.create(Path(folder, "cdk-nag-2"), Path(sys.executable))
        made.download("-r", CDK_NAG_2)


if __name__ == "__main__":
    main()
