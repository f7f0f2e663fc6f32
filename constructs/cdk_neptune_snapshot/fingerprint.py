"""A digest of contents that comes out the same on every machine and operating system."""

import hashlib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

IGNORED = frozenset({"__pycache__", ".git", ".DS_Store"})
"""Names that appear beside sources by themselves and say nothing about them."""


def content_digest(files: Mapping[str, bytes]) -> str:
    """Digest names and contents; modes, times and the order of the mapping do not matter.

    Args:
        files: Relative POSIX paths and what the files contain.

    Returns:
        64 hexadecimal characters (SHA-256).
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            # The length keeps two parts from reading like two others run together.
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def read_files(path: Path, pattern: str = "*") -> dict[str, bytes]:
    """Read a file, or all files of a folder and below, except ``IGNORED`` ones.

    Returns:
        Contents by POSIX path relative to the folder; the bare name for a single file.
    """
    if path.is_file():
        return {path.name: path.read_bytes()}
    found = (file for file in path.rglob(pattern) if file.is_file())
    relative = {file.relative_to(path): file for file in found}
    return {
        # macOS stores decomposed letters where other systems store composed ones.
        unicodedata.normalize("NFC", name.as_posix()): file.read_bytes()
        for name, file in relative.items()
        if not IGNORED.intersection(name.parts)
    }
