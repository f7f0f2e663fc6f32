"""The module ``cfnresponse``, which CloudFormation adds to the inline code of a Python function."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from local_aws.emulator import module, replace

_IMPORT = re.compile(r"^import cfnresponse$", re.MULTILINE)
"""CloudFormation recognizes only this statement, on a line of its own."""
_SOURCE = Path(__file__).with_name("cfnresponse.py")


def install() -> None:
    """Replace the emulator's function that makes an archive of inline code."""

    def archive(make: Callable[..., bytes | None], source: str | None, *about: str) -> bytes | None:
        made = make(source, *about)
        return _with_cfnresponse(made) if made and _IMPORT.search(source or "") else made

    replace(module("cloudformation.provisioners"), _zip_inline=archive)


def _with_cfnresponse(archive: bytes) -> bytes:
    content = io.BytesIO(archive)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as added:
        added.writestr(_SOURCE.name, _SOURCE.read_text())
    return content.getvalue()
