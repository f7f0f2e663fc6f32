"""Lambda functions on this machine: processes the emulator starts."""

import importlib.util
import venv
from pathlib import Path

_RUNTIME_PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
"""What AWS's Python runtimes bring along: boto3 and what it needs."""


def make_runtime(directory: Path) -> Path:
    """Make an interpreter that can import what AWS's runtime can, and nothing else.

    The emulator runs functions with its own interpreter, where this project and all its tools
    are installed: a package missing from a function's code would go unnoticed.
    """
    venv.EnvBuilder(symlinks=True, with_pip=False).create(directory)
    packages = next(directory.glob("lib/python*/site-packages"))
    for name in _RUNTIME_PACKAGES:
        origin = importlib.util.find_spec(name)
        if origin is None or origin.origin is None:
            continue
        found = Path(origin.origin)
        found = found.parent if found.name == "__init__.py" else found
        (packages / found.name).symlink_to(found)
    return directory / "bin" / "python"
