"""Which stack took each snapshot, and which of them retention would delete."""

import json
from typing import Any

import pytest

from neptune_snapshot_cli import listing
from neptune_snapshot_cli.errors import Denied, NotFound
from neptune_snapshot_cli.stacks import STACK_TYPE
from neptune_snapshot_provider.contract import (
    KEEP_TAG,
    WAIT_RESOURCE_TYPE,
    CallerTag,
    OwnerTag,
)
from support.fake_aws import NOW, STACK_ARN, FakeAws, owned
from support.taking import put_taken

OTHER = STACK_ARN.replace("my-stack", "other")


def put_own(fake: FakeAws, *names: str) -> None:
    """Have snapshots of a resource, newest first; its stack uses the first."""
    for age, name in enumerate(names):
        fake.put(name, age=age, tags=owned())
    fake.hold("Before", names[0])


def verdicts(fake: FakeAws, keep_last: int = 1, stack: str = "") -> dict[str, str]:
    rows, _ = listing.read(fake, cluster="", stack=stack, keep_last=keep_last)
    return {row.snapshot.identifier: row.verdict for row in rows}


def template(last_good_parameter: object) -> dict[str, object]:
    properties = {"LastGoodParameter": last_good_parameter}
    return {"Resources": {"Wait": {"Type": WAIT_RESOURCE_TYPE, "Properties": properties}}}


def test_nothing_is_listed_of_nothing(fake: FakeAws) -> None:
    assert listing.read(fake, cluster="my-graph", stack="", keep_last=1) == ([], [])
    assert json.loads(listing.to_json([], NOW)) == []


def test_the_newest_of_each_resource_are_kept(fake: FakeAws) -> None:
    for age, (name, resource) in enumerate((n, r) for n in "abc" for r in ("X", "Y")):
        fake.put(f"{name}-{resource}", age=age, tags=owned(resource))
    fake.hold("X", "a-X")
    fake.hold("Y", "a-Y")
    newest = dict.fromkeys(("a-X", "a-Y", "b-X", "b-Y"), "kept: newest")
    assert verdicts(fake, keep_last=2) == {**newest, "c-X": "prunable", "c-Y": "prunable"}


def test_reasons_to_retain_one_are_the_providers_own(fake: FakeAws) -> None:
    fake.put("current", tags=owned())
    fake.put("marked", age=1, tags={**owned(), KEEP_TAG: "incident"})
    fake.put("shared", age=2, tags=owned())
    fake.put("old", age=4, tags=owned())
    fake.put("foreign", age=5)
    fake.put("half", age=6, tags={OwnerTag.STACK: STACK_ARN})
    fake.put("broken", "failed", 10, age=7, tags=owned())
    fake.all_snapshots["shared"].shared_with.add("999999999999")
    fake.hold("Before", "current")
    assert verdicts(fake) == {
        "current": "kept: newest",
        "marked": "kept: keep-tag",
        "shared": "kept: shared",
        "old": "prunable",
        "foreign": "kept: foreign",
        "half": "kept: foreign",
        "broken": "kept: not-available",
    }


def test_nothing_is_prunable_while_a_rollback_may_need_it(fake: FakeAws) -> None:
    """The stack stands for the new one already, and its migration still runs."""
    put_own(fake, "new", "before")
    for age, name in enumerate(("theirs", "theirs-old")):
        fake.put(name, age=age, tags=owned("Other", OTHER))
    fake.hold("Other", "theirs", OTHER)
    fake.happen("", "UPDATE_IN_PROGRESS")
    assert verdicts(fake) == {
        "new": "kept: newest",
        "before": "kept: in-progress",
        "theirs": "kept: newest",
        "theirs-old": "prunable",
    }


def test_snapshots_of_deployments_that_failed_are_never_prunable(fake: FakeAws) -> None:
    """v5's migration failed twice: its first snapshot is the only one from before it."""
    for age, name in enumerate(("v5-second", "v5-first", "v4", "v3")):
        fake.put(name, age=age, tags=owned())
    fake.hold("Before", "v4")
    fake.happen("", "UPDATE_ROLLBACK_COMPLETE")
    assert verdicts(fake) == {
        "v5-second": "kept: newest",
        "v5-first": "kept: newer-than-replaced",
        "v4": "kept: replaced",
        "v3": "prunable",
    }


def test_nothing_is_prunable_where_a_rollback_returned_an_attempt_that_failed(
    fake: FakeAws,
) -> None:
    """The previous snapshot was deleted by hand: the first attempt is older, and the good one."""
    second = fake.put("second", tags=owned())
    second.tags[OwnerTag.TRIGGER] += " v4 v4"
    fake.put("first", age=10, tags=owned())
    fake.hold("Before", "second")
    assert verdicts(fake)["first"] == "kept: nothing-replaced"


@pytest.mark.parametrize("status", ["UPDATE_FAILED", "CREATE_FAILED", "UPDATE_ROLLBACK_FAILED"])
def test_nothing_of_a_stack_that_stopped_halfway_is_prunable(fake: FakeAws, status: str) -> None:
    """With rollback disabled the stack already uses a snapshot of the deployment that failed."""
    put_own(fake, "v5-second", "v5-first", "v4")
    fake.happen("", status)
    assert verdicts(fake)["v5-first"] == "kept: failed"


def test_nothing_is_prunable_where_no_stack_uses_a_snapshot(fake: FakeAws) -> None:
    """The first deployment failed: no later deployment of that stack deletes anything."""
    for age, name in enumerate(("second", "first")):
        fake.put(name, age=age, tags=owned())
    assert verdicts(fake)["first"] == "kept: nothing-replaced"


def test_what_another_resource_of_a_stack_uses_is_not_prunable(fake: FakeAws) -> None:
    put_own(fake, "current", "old")
    fake.hold("Imported", "old")
    assert verdicts(fake)["old"] == "kept: replaced"


@pytest.mark.parametrize("name", ["/good", {"Ref": "Parameter"}])
def test_what_the_parameter_names_is_not_prunable(fake: FakeAws, name: object) -> None:
    put_own(fake, "current", "good", "old")
    fake.happen("", "UPDATE_COMPLETE")
    fake.values["Parameter"] = "/good"
    fake.templates[STACK_ARN] = template(name)
    fake.parameters["/good"] = fake.all_snapshots["good"].arn
    found = verdicts(fake)
    assert found == {"current": "kept: newest", "good": "kept: last-good", "old": "prunable"}


@pytest.mark.parametrize("found", [None, template({"Fn::ImportValue": "name"})])
def test_a_parameter_whose_name_is_hidden_makes_it_unknown(fake: FakeAws, found: Any) -> None:  # noqa: ANN401 - a template
    put_own(fake, "current", "old")
    fake.templates[STACK_ARN] = found
    assert verdicts(fake)["old"] == "unknown: parameter not readable"


def test_a_copy_is_not_its_own_though_it_has_the_tags(fake: FakeAws) -> None:
    put_own(fake, "current")
    fake.put("copied", age=1, tags=owned(), SourceDBClusterSnapshotArn="arn:aws:rds:x")
    fake.put("restored", age=2, tags={**owned(), OwnerTag.TRIGGER: "of-another"})
    found = verdicts(fake)
    assert found == {"current": "kept: newest", "copied": "kept: copy", "restored": "kept: foreign"}


@pytest.mark.parametrize("stack", ["my-stack", STACK_ARN])
def test_only_those_of_a_stack_by_name_or_arn(fake: FakeAws, stack: str) -> None:
    """Those of nested stacks, too; the stack may be gone."""
    fake.put("mine", tags=owned())
    fake.put("theirs", tags=owned(stack=OTHER))
    fake.put("foreign")
    assert set(verdicts(fake, stack=stack)) == {"mine"}
    nested = STACK_ARN.replace("my-stack", "anything")
    fake.put("nested", tags=owned(stack=nested))
    fake.happen("", "CREATE_COMPLETE")
    fake.hold("Nested", nested, kind=STACK_TYPE)
    assert set(verdicts(fake, stack=stack)) == {"mine", "nested"}


def test_a_stack_that_nobody_knows_is_an_error(fake: FakeAws) -> None:
    fake.put("theirs", tags=owned())
    with pytest.raises(NotFound, match="no stack unknown in eu-west-1") as problem:
        verdicts(fake, stack="unknown")
    assert problem.value.status == 4


def test_whether_one_is_shared_is_asked_only_of_those_that_would_go(fake: FakeAws) -> None:
    put_own(fake, *(f"s-{age}" for age in range(100)))
    verdicts(fake, keep_last=97)
    assert fake.calls.count("is_shared") == 3
    assert fake.calls.count("tags") == 100
    assert fake.calls.count("resources") == 1


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("resources", "stack not readable"),
        ("stack", "stack not readable"),
        ("is_shared", "sharing not readable"),
        ("template", "parameter not readable"),
        ("parameter", "parameter not readable"),
    ],
)
def test_what_may_not_be_seen_is_never_called_prunable(
    fake: FakeAws, question: str, reason: str
) -> None:
    put_own(fake, "new", "old-1", "old-2")
    fake.templates[STACK_ARN] = template("/good")
    fake.refuse(Denied("some:Action", "no"), question)
    rows, problems = listing.read(fake, cluster="", stack="", keep_last=1)
    assert {row.verdict for row in rows} == {"kept: newest", f"unknown: {reason}"}
    assert [row.prunable for row in rows] == [False, None, None]
    (problem,) = problems
    assert "some:Action is missing" in problem


def test_json_has_documented_keys_and_plain_values(fake: FakeAws) -> None:
    fake.put("s", "creating", 43, age=3600, tags=owned())
    fake.put("foreign", "creating", None, age=7200)
    rows, _ = listing.read(fake, cluster="", stack="", keep_last=1)
    mine, foreign = json.loads(listing.to_json(rows, NOW))
    assert mine == {
        "identifier": "s",
        "arn": "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:s",
        "cluster": "my-graph",
        "status": "creating",
        "percent": 43,
        "created": "1970-01-12T12:46:40Z",
        "age_seconds": 3600,
        "size_gib": 12,
        "engine_version": "1.4.1.0",
        "stack": STACK_ARN,
        "resource": "Before",
        "taken_by": None,
        "confirmed": None,
        "prunable": False,
        "reason": "not-available",
    }
    absent = {key for key, value in foreign.items() if value is None}
    assert absent == {"percent", "stack", "resource", "taken_by", "confirmed"}


def test_snapshots_without_a_stack_have_the_rules_of_take(fake: FakeAws) -> None:
    old, good = put_taken(fake, "1", 90), put_taken(fake, "2", 80, **{CallerTag.CONFIRMED: "now"})
    failed, last = put_taken(fake, "3", 70), put_taken(fake, "4", 60)
    theirs, theirs_old = put_taken(fake, "1", 50, "other"), put_taken(fake, "2", 95, "other")
    assert verdicts(fake) == {
        last: "kept: newest",
        failed: "kept: newer-than-replaced",
        good: "kept: replaced",
        old: "prunable",
        theirs: "kept: newest",
        theirs_old: "kept: nothing-replaced",
    }
    rows, _ = listing.read(fake, cluster="", stack="", keep_last=1)
    assert {listing.owner(row) for row in rows} == {"take / ci", "take / other"}
    (row,) = [one for one in json.loads(listing.to_json(rows, NOW)) if one["confirmed"]]
    assert (row["identifier"], row["taken_by"], row["stack"]) == (good, "ci", None)


def test_a_snapshot_without_a_stack_is_kept_while_a_parameter_names_it(fake: FakeAws) -> None:
    old, older = put_taken(fake, "1", 90), put_taken(fake, "0", 95)
    put_taken(fake, "2", 80, **{CallerTag.CONFIRMED: "now", CallerTag.PARAMETER: "/good"})
    fake.parameters["/good"] = fake.all_snapshots[old].arn
    assert verdicts(fake)[old] == "kept: last-good"
    assert verdicts(fake)[older] == "prunable"
    fake.all_snapshots[older].shared_with.add("999999999999")
    assert verdicts(fake)[older] == "kept: shared"
    fake.refuse(Denied("ssm:GetParameter", "no"), "parameter")
    assert verdicts(fake)[old] == "unknown: parameter not readable"


def test_a_copy_of_a_snapshot_without_a_stack_is_not_its_callers(fake: FakeAws) -> None:
    one = fake.all_snapshots[put_taken(fake, "1", 90)]
    fake.put("copy", tags=one.tags, SourceDBClusterSnapshotArn=one.arn)
    fake.put("restored-and-taken", tags=one.tags)
    found = verdicts(fake)
    assert found["copy"] == "kept: copy"
    assert found["restored-and-taken"] == "kept: foreign"
