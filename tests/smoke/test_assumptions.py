"""The page of assumptions and the checks name each other, and each row says what it has to."""

import re
from itertools import pairwise

from aws_smoke import assumptions, scenarios
from aws_smoke.checks import CHECKS
from deployment.cdk_cli import PROJECT

READ = assumptions.read()
VERDICTS = {"confirmed", "documented", "doubtful", "refuted", "open"}


def test_every_row_of_an_assumption_is_read() -> None:
    rows = re.findall(r"^\| [A-Z]+\d+ \|", assumptions.PAGE.read_text(), re.MULTILINE)
    assert len(rows) == len(READ) > 70


def test_ids_are_unique_and_ascend_in_each_group() -> None:
    groups: dict[str, list[int]] = {}
    for one in READ:
        letters = one.id.rstrip("0123456789")
        groups.setdefault(letters, []).append(int(one.id.removeprefix(letters)))
    assert all(one < two for numbers in groups.values() for one, two in pairwise(numbers))


def test_every_assumption_has_a_verdict_and_one_that_is_settled_has_a_source() -> None:
    for one in READ:
        found = re.findall(r"\*\*(\w+)\*\*", one.verdict)
        assert found, one.id
        assert set(found) <= VERDICTS, one.id
        assert one.verdict.startswith("**"), one.id
        assert found == ["open"] or len(one.verdict) > len(f"**{found[0]}**: "), one.id


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


def test_an_assumption_without_a_check_says_why() -> None:
    for one in READ:
        assert one.checks or "; no check, as " in one.coverage, one.id


def test_every_lane_is_an_end_to_end_test_and_every_step_that_is_looked_at_is_in_one() -> None:
    texts = [file.read_text() for file in (PROJECT / "tests/e2e").glob("test_*.py")]
    marks = [mark for text in texts for mark in re.findall(r'mark\.account\("(\w+)"\)', text)]
    assert sorted(marks) == sorted(scenarios.LANES)
    steps = {step for text in texts for step in re.findall(r'step="([\w ]+)"', text)}
    assert steps == {scenarios.FAILURE, scenarios.TAGS_ONLY, scenarios.REPETITION}


def test_the_modules_that_rely_on_an_assumption_exist() -> None:
    provider = PROJECT / "provider" / "neptune_snapshot_provider"
    for one in READ:
        for module in one.modules:
            assert (provider / f"{module.replace('.', '/')}.py").is_file(), f"{one.id}: {module}"
