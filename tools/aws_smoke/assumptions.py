"""Reads docs/assumptions.md: what is assumed of AWS, with an ID each."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deployment.cdk_cli import PROJECT

PAGE: Final = PROJECT / "docs" / "assumptions.md"
_ROW: Final = re.compile(r"^\| ([A-Z]+\d+) \| (.+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Assumption:
    """One row of the page.

    Attributes:
        id: Stable; never reused.
        title: What is assumed.
        verdict: What public evidence says, and where.
        consequence: What a user notices if it is wrong.
        coverage: Which module relies on it, and which check looks at it.
    """

    id: str
    title: str
    verdict: str
    consequence: str
    coverage: str

    @property
    def checks(self) -> tuple[str, ...]:
        """The smoke checks that the page names."""
        _, _, named = self.coverage.partition("smoke ")
        return tuple(re.findall(r"`(\w+)`", named))

    @property
    def modules(self) -> tuple[str, ...]:
        """The provider's modules that rely on it."""
        return tuple(re.findall(r"`([\w.]+)`", self.coverage.partition(";")[0]))


def read(page: Path = PAGE) -> list[Assumption]:
    """All assumptions in the order of the page."""
    return [Assumption(*found) for found in _ROW.findall(page.read_text())]
