"""Packs settings into the values of a few tags; pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from neptune_snapshot_provider.contract import TAG_VALUE_MAX

SEPARATOR: Final = " / "
"""Stands between two settings in one tag."""


def fill(texts: list[str], name: str, words: Sequence[str]) -> Sequence[str]:
    """Add a setting to the texts that have space for it; return the words that are left."""
    for number, text in enumerate(texts):
        for count in range(len(words), 0, -1):
            item = f"{name}={' '.join(_compact(words[:count]))}"
            extended = f"{text}{SEPARATOR}{item}" if text else item
            if len(extended) <= TAG_VALUE_MAX:
                texts[number] = extended
                words = words[count:]
                break
    return words


def _compact(words: Iterable[str]) -> Iterator[str]:
    """Shorten each path that starts like the one before it to its last part."""
    previous = ""
    for word in words:
        start, _, last = word.rpartition("/")
        yield last if start and start == previous else word
        previous = start


def expand(text: str) -> Iterator[str]:
    """Read words that `fill` wrote, in which a path that repeats is shortened."""
    previous = ""
    for word in text.split():
        start = word.rpartition("/")[0]
        yield f"{previous}/{word}" if previous and not start else word
        previous = start or previous
