"""The page of assumptions, the checks and the tests name each other, and all of them exist."""

import re
from pathlib import Path

from aws_smoke import assumptions
from aws_smoke.cdk import PROJECT
from aws_smoke.checks import CHECKS

READ = assumptions.read()
FIELDS = ("Relied on", "Source", "If it is wrong", "Noticed by")


def test_ids_are_unique_and_counted_through_in_each_group() -> None:
    ids = [one.id for one in READ]
    assert len(ids) == len(set(ids)) > 70
    groups: dict[str, list[int]] = {}
    for name in ids:
        letters = name.rstrip("0123456789")
        groups.setdefault(letters, []).append(int(name.removeprefix(letters)))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in groups.values())


def test_every_assumption_says_all_four_things() -> None:
    for one in READ:
        found = re.findall(r"^- \*\*(.+?):\*\* \S", one.text, re.MULTILINE)
        assert tuple(found) == FIELDS, one.id
        assert one.consequence


def test_every_id_a_check_names_exists_and_the_page_names_the_check() -> None:
    by_id = {one.id: one for one in READ}
    for check in CHECKS.values():
        for name in check.ids:
            assert name in by_id, f"{check.name} names {name}"
            assert check.name in by_id[name].checks, f"{name} does not name {check.name}"


def test_every_check_the_page_names_exists_and_is_about_that_assumption() -> None:
    for one in READ:
        for name in one.checks:
            assert name in CHECKS, f"{one.id} names {name}"
            assert one.id in CHECKS[name].ids, f"{name} is not about {one.id}"


def test_every_test_the_page_names_exists() -> None:
    sources = "\n".join(path.read_text() for path in Path(PROJECT, "tests").rglob("test_*.py"))
    defined = set(re.findall(r"def (test_\w+)", sources))
    for one in READ:
        assert set(one.tests) <= defined, one.id


def test_what_no_check_looks_at_says_so_or_needs_no_account() -> None:
    for one in READ:
        if not one.checks and not one.id.startswith(("CRH", "CDK")):
            assert "no smoke check" in one.text, one.id


def test_modules_and_names_relied_on_exist() -> None:
    """Names such as ``lifecycle._take`` are looked for in the module's source."""
    sources: dict[str, str] = {}
    for folder in ("provider/neptune_snapshot_provider", "constructs/cdk_neptune_snapshot"):
        for path in (PROJECT / folder).glob("*.py"):
            sources[path.stem] = sources.get(path.stem, "") + path.read_text()
    for one in READ:
        relied_on = one.text.split("- **Source:**")[0]
        for module, name in re.findall(r"`(\w+)\.(\w+)[\w.]*`", relied_on):
            if module in sources and name != "py":
                assert re.search(rf"\b{name}\b", sources[module]), f"{one.id}: {module}.{name}"
