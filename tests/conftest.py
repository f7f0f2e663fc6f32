"""What all tests share."""

import os

import pytest

# The CDK validates each template for half a second, and loads its rules for five in each process.
# It has to be said before the CDK's process starts. tests/security/test_scanners.py validates.
os.environ["CDK_VALIDATION"] = "false"

_LONGEST = (
    "tests/smoke/test_smoke.py",
    "tests/e2e",
    "tests/simulation/test_crashes.py",
    "tests/simulation/test_sequences.py",
    "tests/security",
    "tests/distribution",
)
"""What has to begin first, as a file stays with one worker; of these the longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that the workers end at the same time."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return next(
        (at for at, path in enumerate(_LONGEST) if item.nodeid.startswith(path)), len(_LONGEST)
    )
