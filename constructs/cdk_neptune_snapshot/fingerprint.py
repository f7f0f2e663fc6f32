"""A digest of contents that comes out the same on every machine and operating system."""

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

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

    Symbolic links are followed. A folder that several links lead to, or a link that leads to a
    folder around it, is read once; the other ways to it are listed with the first one's name.

    Returns:
        Contents by POSIX path relative to the folder; the bare name for a single file.
    """
    if path.is_file():
        return {path.name: path.read_bytes()}
    return dict(_walk(path, pattern, PurePosixPath(), {}))


def _walk(
    folder: Path, pattern: str, name: PurePosixPath, seen: dict[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Read a folder in an order that is the same everywhere.

    Args:
        folder: Where it is.
        pattern: Which files to read.
        name: What it is called, relative to where the walk began.
        seen: Names of the folders read so far, by where they really are.
    """
    place = os.path.realpath(folder)
    if place in seen:
        yield f"{_normal(name)}/", seen[place].encode()
        return
    seen[place] = _normal(name)
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name in IGNORED:
            continue
        if entry.is_dir():
            yield from _walk(entry, pattern, name / entry.name, seen)
        elif entry.is_file() and fnmatchcase(entry.name, pattern):
            yield _normal(name / entry.name), entry.read_bytes()


def _normal(name: PurePosixPath) -> str:
    """Compose letters, which macOS stores decomposed where other systems do not."""
    return unicodedata.normalize("NFC", name.as_posix())
