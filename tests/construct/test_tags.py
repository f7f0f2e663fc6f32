"""Tags reach the snapshot from everywhere a native resource gets them."""

import aws_cdk as cdk
import pytest

from construct.templates import annotations, new_stack, of_type, resources, stack_with, take, wire
from neptune_snapshot_provider import contract

EXPLICIT_STACK_TAGS = "@aws-cdk/core:explicitStackTags"
BOTH = pytest.mark.parametrize("explicit", [False, True])


def sent(stack: cdk.Stack) -> dict[str, str]:
    """Give the tags on the wire."""
    return {tag["Key"]: tag["Value"] for tag in wire(stack).get("Tags", [])}


def tagged_stack(*, explicit: bool, **tags: str) -> cdk.Stack:
    app = cdk.App(context={EXPLICIT_STACK_TAGS: explicit})
    return cdk.Stack(app, "Stack", tags=tags)


@BOTH
def test_tags_of_everything_around_the_snapshot_arrive(*, explicit: bool) -> None:
    stack = tagged_stack(explicit=explicit, given="stack")
    nested = cdk.NestedStack(stack, "Nested")
    take(nested)
    snapshot = take(stack, tags={"by": "property"})
    cdk.Tags.of(snapshot).add("on", "snapshot")
    cdk.Tags.of(stack).add("below", "stack")
    cdk.Tags.of(stack.node.root).add("below-all", "app")
    around = {"given": "stack", "below": "stack", "below-all": "app"}
    assert sent(stack) == {**around, "by": "property", "on": "snapshot"}
    assert sent(nested) == around


@BOTH
def test_the_nearest_tag_wins(*, explicit: bool) -> None:
    stack = tagged_stack(explicit=explicit, a="stack", b="stack", c="stack")
    snapshot = take(stack, tags={"b": "property", "c": "property"})
    cdk.Tags.of(snapshot).add("c", "Tags.of")
    assert sent(stack) == {"a": "stack", "b": "property", "c": "Tags.of"}


@BOTH
def test_inherited_tags_are_removed(*, explicit: bool) -> None:
    stack = tagged_stack(explicit=explicit, given="stack")
    snapshot = take(stack, tags={"by": "property"})
    cdk.Tags.of(stack).add("below", "stack")
    for key in ("given", "by", "below"):
        cdk.Tags.of(snapshot).remove(key)
    assert "Tags" not in wire(stack)


@BOTH
def test_tags_for_some_resource_types_are_told_apart(*, explicit: bool) -> None:
    stack = tagged_stack(explicit=explicit)
    take(stack)
    tags = cdk.Tags.of(stack)
    tags.add("not", "here", exclude_resource_types=[contract.RESOURCE_TYPE])
    tags.add("nor", "here", include_resource_types=["AWS::S3::Bucket"])
    tags.add("but", "this", include_resource_types=[contract.RESOURCE_TYPE])
    found = sent(stack)
    # Older releases of the CDK put an excluded tag on the stack, whose tags go to all in it.
    on_stack = stack.tags.tag_values() if explicit else {}
    assert found == {"but": "this", **on_stack}


def test_stack_tags_added_late_arrive() -> None:
    stack = tagged_stack(explicit=True)
    take(stack)
    stack.tags.set_tag("late", "stack")
    assert sent(stack) == {"late": "stack"}


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
    take(stack)
    for key, value in COMPANY_TAGS.items():
        if on != "Stack(tags=...)":
            cdk.Tags.of(stack if on == "stack" else stack.node.root).add(key, value)
    found = sent(stack)
    assert {key: found[key] for key in literal} == literal
    assert ("token" in found) is (on != "Stack(tags=...)")
    assert not warnings(stack)


@pytest.mark.parametrize("key", LEFT_OFF)
def test_the_snapshot_does_not_get_an_inherited_tag_that_it_cannot_have(key: str) -> None:
    value, why = LEFT_OFF[key]
    stack = stack_with(tags={"by": "property"})
    cdk.Tags.of(stack.node.root).add(key, value)
    cdk.Tags.of(stack.node.root).add("good", "tag")
    assert sent(stack) == {"by": "property", "good": "tag"}
    (warning,) = warnings(stack)
    assert f"{key!r}: {why}" in warning
    assert "Tags.of(snapshot).remove" in warning
    assert "${Token" not in warning


def test_of_too_many_tags_those_of_the_property_are_kept() -> None:
    own = {f"property-{number}": "" for number in range(40)}
    stack = stack_with(tags=own)
    for number in range(7):
        cdk.Tags.of(stack.node.root).add(f"inherited-{number}", "value")
    found = sent(stack)
    assert len(found) == 43
    assert own.items() <= found.items()
    (warning,) = warnings(stack)
    assert warning.count("there are more than 43 tags") == 4


def test_a_tag_that_is_removed_is_not_warned_of() -> None:
    stack = new_stack()
    snapshot = take(stack)
    cdk.Tags.of(stack.node.root).add("motto", "R&D")
    cdk.Tags.of(snapshot).remove("motto")
    assert not warnings(stack)


def test_tags_do_not_end_up_on_other_snapshots() -> None:
    stack = stack_with(tags={"by": "property"})
    take(stack, "Other")
    snapshots = of_type(resources(stack), contract.RESOURCE_TYPE)
    assert ["Tags" in one["Properties"] for one in snapshots] == [True, False]
