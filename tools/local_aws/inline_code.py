"""The module ``cfnresponse``, which CloudFormation adds to the inline code of a Python function."""

import io
import re
import zipfile
from pathlib import Path

from local_aws.emulator import module

_IMPORT = re.compile(r"^import cfnresponse$", re.MULTILINE)
"""CloudFormation recognizes only this statement, on a line of its own."""
_SOURCE = Path(__file__).with_name("cfnresponse.py")


def install() -> None:
    """Replace the emulator's function that makes an archive of inline code."""
    provisioners = module("cloudformation.provisioners")
    archive = provisioners._zip_inline  # noqa: SLF001 - see emulator.py

    def with_module(source: str | None, *about: str) -> bytes | None:
        made: bytes | None = archive(source, *about)
        return with_cfnresponse(made) if made and _IMPORT.search(source or "") else made

    provisioners._zip_inline = with_module  # noqa: SLF001


def with_cfnresponse(archive: bytes) -> bytes:
    """Add the module to an archive."""
    content = io.BytesIO(archive)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as added:
        added.writestr(_SOURCE.name, _SOURCE.read_text())
    return content.getvalue()
