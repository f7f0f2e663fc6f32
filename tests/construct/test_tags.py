"""Tags reach the snapshot from everywhere a native resource gets them."""

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from construct.templates import (
    EXPLICIT_STACK_TAGS,
    annotations,
    flagged_stack,
    new_stack,
    resources,
    tags_on_the_wire,
    wire,
)
from neptune_snapshot_provider import contract

BOTH = pytest.mark.parametrize("explicit_stack_tags", [False, True])


def snapshot_in(stack: cdk.Stack, **tags: str) -> DatabaseClusterSnapshot:
    return DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", tags=tags)


def tagged_stack(*, explicit_stack_tags: bool, **tags: str) -> cdk.Stack:
    app = cdk.App(context={EXPLICIT_STACK_TAGS: explicit_stack_tags})
    return cdk.Stack(app, "Stack", tags=tags)


def test_without_tags_the_property_is_absent() -> None:
    stack = new_stack()
    snapshot_in(stack)
    assert "Tags" not in wire(stack)


@BOTH
def test_tags_of_snapshot_stack_and_app_arrive(*, explicit_stack_tags: bool) -> None:
    stack = flagged_stack(EXPLICIT_STACK_TAGS, enabled=explicit_stack_tags)
    snapshot = snapshot_in(stack, by="property")
    cdk.Tags.of(snapshot).add("on", "snapshot")
    cdk.Tags.of(stack).add("below", "stack")
    cdk.Tags.of(stack.node.root).add("below-all", "app")
    assert tags_on_the_wire(stack) == {
        "by": "property",
        "on": "snapshot",
        "below": "stack",
        "below-all": "app",
    }


@BOTH
def test_tags_given_to_the_stack_arrive(*, explicit_stack_tags: bool) -> None:
    stack = tagged_stack(explicit_stack_tags=explicit_stack_tags, given="stack")
    snapshot_in(stack)
    assert tags_on_the_wire(stack) == {"given": "stack"}


@BOTH
def test_tags_given_to_the_stack_around_a_nested_one_arrive(*, explicit_stack_tags: bool) -> None:
    stack = tagged_stack(explicit_stack_tags=explicit_stack_tags, given="stack")
    nested = cdk.NestedStack(stack, "Nested")
    snapshot_in(nested)
    assert tags_on_the_wire(nested) == {"given": "stack"}


@BOTH
def test_the_nearest_tag_wins(*, explicit_stack_tags: bool) -> None:
    stack = tagged_stack(explicit_stack_tags=explicit_stack_tags, a="stack", b="stack", c="stack")
    snapshot = snapshot_in(stack, b="property", c="property")
    cdk.Tags.of(snapshot).add("c", "Tags.of")
    assert tags_on_the_wire(stack) == {"a": "stack", "b": "property", "c": "Tags.of"}


@BOTH
def test_inherited_tags_are_removed(*, explicit_stack_tags: bool) -> None:
    stack = tagged_stack(explicit_stack_tags=explicit_stack_tags, given="stack")
    snapshot = snapshot_in(stack, by="property")
    cdk.Tags.of(stack).add("below", "stack")
    for key in ("given", "by", "below"):
        cdk.Tags.of(snapshot).remove(key)
    assert "Tags" not in wire(stack)


@BOTH
def test_tags_for_some_resource_types_are_told_apart(*, explicit_stack_tags: bool) -> None:
    stack = flagged_stack(EXPLICIT_STACK_TAGS, enabled=explicit_stack_tags)
    snapshot_in(stack)
    tags = cdk.Tags.of(stack)
    tags.add("not", "here", exclude_resource_types=[contract.RESOURCE_TYPE])
    tags.add("nor", "here", include_resource_types=["AWS::S3::Bucket"])
    tags.add("but", "this", include_resource_types=[contract.RESOURCE_TYPE])
    found = tags_on_the_wire(stack)
    # Older releases of the CDK put an excluded tag on the stack, whose tags go to all in it.
    on_stack = stack.tags.tag_values() if explicit_stack_tags else {}
    assert found == {"but": "this", **on_stack}


def test_stack_tags_added_late_arrive() -> None:
    stack = flagged_stack(EXPLICIT_STACK_TAGS)
    snapshot_in(stack)
    stack.tags.set_tag("late", "stack")
    assert tags_on_the_wire(stack) == {"late": "stack"}


COMPANY_TAGS = {
    "Owner": "team@example.com",
    "url": "https://example.com/a+b=c",
    "Straße": "Köln 50667",
    "token": cdk.Aws.STACK_NAME,
    "empty": "",
}
"""What a company puts on everything, and Neptune takes as well."""

LEFT_OFF = {
    "motto": ("R&D, always", "must contain only letters, digits, spaces and _.:/=+-@ (found '&')"),
    "neptune-snapshot:stack": ("mine", "keys that start with 'neptune-snapshot:' are set by this"),
    "Neptune-Snapshot:Team": ("graph", "keys that start with 'neptune-snapshot:' are set by"),
    "AWS:team": ("graph", "neither key nor value may start with 'aws:' or 'rds:'"),
    "team": (f"aws:{cdk.Aws.REGION}", "neither key nor value may start with 'aws:' or 'rds:'"),
    "k" * 129: ("graph", "its key must have 1 to 128 characters, has 129"),
    "text": ("v" * 257, "its value must have at most 256 characters, has 257"),
}
"""What other services take, and Neptune or this library does not."""


def warnings(stack: cdk.Stack) -> list[str]:
    found = annotations(stack, "warning")
    return [one for one in found if one.startswith("The snapshot does not get")]


@pytest.mark.parametrize("on", ["app", "stack", "Stack(tags=...)"])
def test_the_tags_of_a_company_arrive(on: str) -> None:
    literal = {key: value for key, value in COMPANY_TAGS.items() if key != "token"}
    stack = cdk.Stack(cdk.App(), "Stack", tags=literal if on == "Stack(tags=...)" else None)
    snapshot_in(stack)
    for key, value in COMPANY_TAGS.items():
        if on != "Stack(tags=...)":
            cdk.Tags.of(stack if on == "stack" else stack.node.root).add(key, value)
    found = tags_on_the_wire(stack)
    assert {key: found[key] for key in literal} == literal
    assert ("token" in found) is (on != "Stack(tags=...)")
    assert not warnings(stack)


@pytest.mark.parametrize("key", LEFT_OFF)
def test_the_snapshot_does_not_get_an_inherited_tag_that_it_cannot_have(key: str) -> None:
    value, why = LEFT_OFF[key]
    stack = new_stack()
    snapshot_in(stack, by="property")
    cdk.Tags.of(stack.node.root).add(key, value)
    cdk.Tags.of(stack.node.root).add("good", "tag")
    assert tags_on_the_wire(stack) == {"by": "property", "good": "tag"}
    (warning,) = warnings(stack)
    assert f"{key!r}: {why}" in warning
    assert "Tags.of(snapshot).remove" in warning
    assert "${Token" not in warning


def test_of_too_many_tags_those_of_the_property_are_kept() -> None:
    stack = new_stack()
    snapshot_in(stack, **{f"property-{number}": "" for number in range(40)})
    for number in range(7):
        cdk.Tags.of(stack.node.root).add(f"inherited-{number}", "value")
    found = tags_on_the_wire(stack)
    assert len(found) == 43
    assert {f"property-{number}" for number in range(40)} <= set(found)
    (warning,) = warnings(stack)
    assert warning.count("there are more than 43 tags") == 4


def test_a_tag_that_is_removed_is_not_warned_of() -> None:
    stack = new_stack()
    snapshot = snapshot_in(stack)
    cdk.Tags.of(stack.node.root).add("motto", "R&D")
    cdk.Tags.of(snapshot).remove("motto")
    assert not warnings(stack)


def test_tags_do_not_end_up_on_other_snapshots() -> None:
    stack = new_stack()
    snapshot_in(stack, by="property")
    DatabaseClusterSnapshot(stack, "Other", cluster="graph")
    tagged = [name for name, found in resources(stack).items() if "Tags" in found["Properties"]]
    assert len(tagged) == 1
