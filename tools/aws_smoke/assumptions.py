"""Reads docs/assumptions.md: what is assumed of AWS, with an ID each."""

import re
from dataclasses import dataclass
from typing import Final

from deployment.cdk_cli import PROJECT

PAGE: Final = PROJECT / "docs" / "assumptions.md"
_ROW: Final = re.compile(r"^\| ([A-Z]+\d+) \| (.+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Assumption:
    """One row of the page; ``coverage`` names the modules that rely on it, and its checks."""

    id: str
    title: str
    verdict: str
    consequence: str
    coverage: str

    @property
    def checks(self) -> tuple[str, ...]:
        """The smoke checks that the page names."""
        return tuple(re.findall(r"`(\w+)`", self.coverage.partition("smoke ")[2]))

    @property
    def modules(self) -> tuple[str, ...]:
        """The provider's modules that rely on it."""
        return tuple(re.findall(r"`([\w.]+)`", self.coverage.partition(";")[0]))


def read() -> list[Assumption]:
    """All assumptions in the order of the page."""
    return [Assumption(*found) for found in _ROW.findall(PAGE.read_text())]
