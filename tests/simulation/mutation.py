"""A mistake that one could make in the provider, and a copy of the provider with that mistake."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutation:
    """``right`` occurs exactly once in ``file`` and is replaced by ``wrong``.

    The name starts with the number of the situation of `test_situations_stack` or
    `test_situations_calls` whose fix the mutation removes, if there is one.
    """

    name: str
    file: str
    right: str
    wrong: str

    def apply(self, package: Path) -> None:
        """Make the mistake.

        Raises:
            ValueError: ``right`` does not occur exactly once in the file.
        """
        file = package / self.file
        text = file.read_text()
        if (count := text.count(self.right)) != 1:
            raise ValueError(f"{self.name}: occurs {count} times in {self.file}")
        file.write_text(text.replace(self.right, self.wrong))
