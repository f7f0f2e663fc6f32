"""The emulator's modules, which read their settings from the environment when they are imported.

The emulator has no extension points: its tables of resource types and API actions, and the
functions its engine looks up by name, are the only places where its behavior can be changed.
"""

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias

Stack: TypeAlias = dict[str, Any]
"""The emulator's record of a stack."""
Parameters: TypeAlias = dict[str, Any]
"""Of a call of the query protocol; texts are lists of one."""
ApiAnswer: TypeAlias = tuple[int, dict[str, str], bytes]
Action: TypeAlias = Callable[[Parameters], ApiAnswer]
Provisioned: TypeAlias = tuple[str, dict[str, Any]]
"""ID and attributes of a resource."""


def module(name: str) -> Any:  # noqa: ANN401 - the emulator has no types
    """Import a service of the emulator, such as ``cloudformation.stacks``."""
    return importlib.import_module(f"ministack.services.{name}")


def replace(place: Any, **functions: Callable[..., Any]) -> None:  # noqa: ANN401 - likewise
    """Put functions into a module or a table, in place of those with their names.

    Each gets the function that it replaces as its first argument.
    """
    names = place if isinstance(place, dict) else vars(place)
    for name, function in functions.items():
        names[name] = partial(function, names[name])


def first(value: Any) -> str:  # noqa: ANN401 - text or a list of it
    """The text of a parameter."""
    return str(value[0]) if isinstance(value, list) else str(value)


def timestamp(moment: float | None = None) -> str:
    """A time, now by default, as the emulator writes times."""
    found = datetime.now(UTC) if moment is None else datetime.fromtimestamp(moment, UTC)
    return f"{found:%Y-%m-%dT%H:%M:%S}.{found.microsecond // 1000:03}Z"
