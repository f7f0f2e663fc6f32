"""What the documentation says is shown by a test, is."""

import re
from pathlib import Path

import pytest

from simulation import invariants

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"(?<!LocalStack )`(test_\w+)`")
"""A test of this repository; LocalStack's are evidence of how AWS behaves."""
PAGES = sorted((ROOT / "docs").glob("*.md"))


@pytest.fixture(scope="module")
def tests() -> set[str]:
    sources = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for source in sources for name in re.findall(r"def (test_\w+)\(", source)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_test_that_a_page_names_exists(page: Path, tests: set[str]) -> None:
    # Files are named like tests, too.
    files = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    named = set(NAMED.findall(page.read_text()))
    assert named <= tests | files


def test_every_promise_names_a_test() -> None:
    page = (ROOT / "docs/reliability.md").read_text()
    promises = page.partition("\n## What is promised\n")[2].partition("\n## ")[0]
    rows = [
        line
        for line in promises.splitlines()
        if line.startswith("| ") and not line.startswith("| promise")
    ]
    assert len(rows) > 50
    checks = {check.__name__ for check in (*invariants.ALWAYS, *invariants.AT_REST)}
    named = [set(re.findall(r"`(\w+)`", row)) for row in rows]
    assert all(names & checks or any(NAMED.match(f"`{name}`") for name in names) for names in named)
    assert checks <= set().union(*named)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
