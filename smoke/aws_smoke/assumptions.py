"""Reads docs/assumptions.md: what is assumed of AWS, with an id each."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aws_smoke.cdk import PROJECT

PAGE: Final = PROJECT / "docs" / "assumptions.md"
_HEADING: Final = re.compile(r"^### ([A-Z]+\d+)\. (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Assumption:
    """One assumption; ``text`` is what the page says of it below its heading."""

    id: str
    title: str
    text: str

    @property
    def consequence(self) -> str:
        """What a user notices if it is wrong."""
        found = re.search(r"^- \*\*If it is wrong:\*\* (.+)$", self.text, re.MULTILINE)
        return found.group(1) if found else ""

    @property
    def checks(self) -> tuple[str, ...]:
        """The smoke checks that the page names."""
        return tuple(re.findall(r"smoke `(\w+)`", self.text))

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that the page names."""
        return tuple(re.findall(r"`(test_\w+)`", self.text))


def read(page: Path = PAGE) -> list[Assumption]:
    """All assumptions in the order of the page."""
    parts = _HEADING.split(page.read_text())[1:]
    found = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    # The next group's heading ends the last assumption of a group.
    return [Assumption(i, title, text.split("\n## ")[0].strip()) for i, title, text in found]
