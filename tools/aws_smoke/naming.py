"""What a run calls its things, and the tag by which it knows them again."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

ANY_RUN: Final = "neptune-smoke-"
"""The name of everything that any run makes starts with this."""
TAG: Final = "neptune-smoke:run"
"""Everything that a run makes carries this tag; its value is the run's id."""


@dataclass(frozen=True)
class Run:
    """One run; ``id`` is eight hexadecimal digits."""

    id: str

    @classmethod
    def new(cls) -> "Run":
        """A run that nobody had before."""
        return cls(secrets.token_hex(4))

    @property
    def prefix(self) -> str:
        """What the names of this run's things start with."""
        return f"{ANY_RUN}{self.id}"

    @property
    def cluster(self) -> str:
        """The cluster this run makes, unless it was given one."""
        return self.named("cluster")

    @property
    def tags(self) -> dict[str, str]:
        """The tag of this run's things."""
        return {TAG: self.id}

    def named(self, name: str) -> str:
        """A thing of this run; a lane's stack is named so, and its snapshots' names start so."""
        return f"{self.prefix}-{name}"


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags as Neptune's API takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def as_mapping(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Read tags as APIs give them."""
    return {tag.get("Key", ""): tag.get("Value", "") for tag in tags}
