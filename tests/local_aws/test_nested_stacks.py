"""Nested stacks are stacks of their own, whose cleanup waits for the root's."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from support.probe import Probe

CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
_BUCKET = "templates-of-nested-stacks"
_numbers = count(1)


def nested(probe: Probe, **resources: Mapping[str, Any]) -> dict[str, Any]:
    """A nested stack with these resources."""
    s3 = probe.aws.client("s3")
    if not any(one["Name"] == _BUCKET for one in s3.list_buckets()["Buckets"]):
        s3.create_bucket(Bucket=_BUCKET)
    key = f"{next(_numbers)}.json"
    outputs = {name: {"Value": {"Fn::GetAtt": [name, "Version"]}} for name in resources}
    template = json.dumps({"Resources": resources, "Outputs": outputs})
    s3.put_object(Bucket=_BUCKET, Key=key, Body=template.encode())
    url = f"{probe.aws.endpoint_url}/{_BUCKET}/{key}"
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}


def steps(probe: Probe) -> list[tuple[str, str, str, str]]:
    """Request, ID, status of the nested stack and of its parent."""
    names = ("request", "id", "status", "parent")
    return [(*(one.get(name, "") for name in names),) for one in probe.seen()]  # type: ignore[misc]


def begin(probe: Probe) -> None:
    """Create a nested stack with one resource, whose creation is not looked at."""
    probe.deploy(N=nested(probe, A=probe.resource(Id="one", Version="1")))
    probe.seen()


def test_a_nested_stack_names_its_parent_and_is_deleted_with_it(probe: Probe) -> None:
    probe.deploy(N=nested(probe, A=probe.resource(Id="one", Version="1")))
    assert steps(probe) == [("Create", "", "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS")]
    assert probe.delete() == "DELETE_COMPLETE"
    assert steps(probe) == [("Delete", "one", "DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS")]


def test_an_update_of_a_nested_stack_cleans_up_with_its_root(probe: Probe) -> None:
    begin(probe)
    updated = nested(probe, A=probe.resource(Id="two", Version="2"), B=probe.resource(Id="b"))
    assert probe.deploy(N=updated, Z=probe.resource("N", Id="z")) == "UPDATE_COMPLETE"
    assert steps(probe) == [
        ("Update", "one", "UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"),
        ("Create", "", "UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"),
        ("Create", "", "UPDATE_IN_PROGRESS", ""),
        ("Delete", "one", CLEANUP, CLEANUP),
    ]


def test_what_a_nested_stack_does_not_change_keeps_its_attributes(probe: Probe) -> None:
    unchanged = probe.resource(Id="one", Version="1")
    probe.deploy(N=nested(probe, A=unchanged))
    probe.seen()
    ended = probe.deploy(N=nested(probe, A=unchanged, B=probe.resource(Id="b", Version="2")))
    assert ended == "UPDATE_COMPLETE"
    assert [one[0] for one in steps(probe)] == ["Create"]


def test_a_failure_in_a_nested_stack_rolls_all_of_it_back(probe: Probe) -> None:
    begin(probe)
    failing = nested(
        probe,
        A=probe.resource(Id="two", Version="2"),
        B=probe.resource("A", Id="b", Fails="Create"),
    )
    assert probe.deploy(N=failing) == "UPDATE_ROLLBACK_COMPLETE"
    assert [one[:3] for one in steps(probe)][2:] == [
        ("Delete", "b", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Delete", "two", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
    ]


def test_a_failure_beside_a_nested_stack_rolls_its_update_back_without_a_cleanup(
    probe: Probe,
) -> None:
    begin(probe)
    updated = nested(probe, A=probe.resource(Id="two", Version="2"))
    ended = probe.deploy(N=updated, Z=probe.resource("N", Id="z", Fails="Create"))
    assert ended == "UPDATE_ROLLBACK_COMPLETE"
    deletions = [one["id"] for one in probe.seen() if one["request"] == "Delete"]
    assert sorted(deletions) == ["two", "z"]


def test_a_nested_stack_that_fails_to_create_is_deleted(probe: Probe) -> None:
    failing = nested(probe, A=probe.resource(Id="half", Fails="Create"))
    assert probe.deploy(N=failing) == "ROLLBACK_COMPLETE"
    assert steps(probe)[1:] == [("Delete", "half", "DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")]


def test_a_nested_stack_taken_out_is_deleted_in_the_cleanup(probe: Probe) -> None:
    other = probe.resource(Id="other")
    probe.deploy(N=nested(probe, A=probe.resource(Id="one")), Z=other)
    probe.seen()
    assert probe.deploy(Z=other) == "UPDATE_COMPLETE"
    assert steps(probe) == [("Delete", "one", "DELETE_IN_PROGRESS", CLEANUP)]
