"""The version is the same wherever it stands, and CHANGELOG says what is in it."""

import importlib.metadata
import re
from datetime import date

from packaging.version import Version

from support.deployment import ROOT
from support.packages import PROJECT

LINES = (ROOT / "CHANGELOG.md").read_text().splitlines()
RELEASES = [
    (found[1], found[2])
    for line in LINES
    if (found := re.fullmatch(r"## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", line))
]
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def test_the_newest_release_in_the_changelog_is_the_version() -> None:
    assert RELEASES[0][0] == PROJECT["version"]
    assert importlib.metadata.version("cdk-neptune-snapshot") == PROJECT["version"]


def test_the_changelog_has_what_is_unreleased_and_then_releases_in_order() -> None:
    headings = [line for line in LINES if line.startswith("## ")]
    assert headings[0] == "## [Unreleased]"
    assert len(headings) == 1 + len(RELEASES)
    versions = [Version(version) for version, _ in RELEASES]
    days = [date.fromisoformat(day) for _, day in RELEASES]
    assert versions == sorted(set(versions), reverse=True)
    assert days == sorted(days, reverse=True)


def test_changes_are_listed_under_their_kinds() -> None:
    sections = "\n".join(LINES).split("\n## ")[1:]
    for section in sections:
        kinds = re.findall(r"^### (.*)$", section, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds]
        if not section.startswith("[Unreleased]"):
            assert re.search(r"^- \S", section, re.MULTILINE)
