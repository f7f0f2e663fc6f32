"""Entry point; names the packages that are missing."""

import signal
from importlib.util import find_spec
from types import FrameType

from neptune_snapshot_cli.errors import Terminated

_NEEDED = ("boto3", "rich", "typer")


def main() -> None:
    """Run the command line."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise SystemExit(
            f"neptune-snapshot needs {' and '.join(missing)}: pip install {' '.join(_NEEDED)}"
        )
    # So that the terminal gets its cursor back, and a person reads what continues.
    signal.signal(signal.SIGTERM, _end)
    from neptune_snapshot_cli.commands import app  # noqa: PLC0415 - only where it can be

    app()


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals are called
    raise Terminated


if __name__ == "__main__":
    main()
