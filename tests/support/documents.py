"""The project's Markdown, and the code in it."""

import re
from pathlib import Path

from support.deployment import ROOT

DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = sorted(DOCS.rglob("*.md"))
INCLUDES = "--8<--"
"""A block of code that stands in another file, which has tests of its own."""


def label(page: Path) -> str:
    """The name of a page in reports."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language, in their order."""
    fence = rf"^```{language}\n(.*?)^```$"
    found = re.findall(fence, page.read_text(), re.DOTALL | re.MULTILINE)
    return [str(block) for block in found if INCLUDES not in block]
