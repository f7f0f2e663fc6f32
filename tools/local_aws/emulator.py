"""The emulator's modules, which read their settings from the environment when they are imported.

The emulator has no extension points: its tables of resource types and API actions, and the
functions its engine looks up by name, are the only places where its behavior can be changed.
"""

import importlib
from datetime import UTC, datetime
from typing import Any, TypeAlias

Stack: TypeAlias = dict[str, Any]
"""The emulator's record of a stack."""


def module(name: str) -> Any:  # noqa: ANN401 - the emulator has no types
    """Import a service of the emulator, such as ``cloudformation.stacks``."""
    return importlib.import_module(f"ministack.services.{name}")


def timestamp(moment: float | None = None) -> str:
    """A time, now by default, as the emulator writes times."""
    found = datetime.now(UTC) if moment is None else datetime.fromtimestamp(moment, UTC)
    return f"{found:%Y-%m-%dT%H:%M:%S}.{found.microsecond // 1000:03}Z"
