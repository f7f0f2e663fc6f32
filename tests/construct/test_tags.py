"""Tags reach the snapshot from everywhere a native resource gets them."""

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from construct.templates import (
    EXPLICIT_STACK_TAGS,
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


def test_a_forbidden_tag_from_elsewhere_ends_the_synthesis() -> None:
    stack = new_stack()
    snapshot_in(stack)
    cdk.Tags.of(stack).add("owner", "me, you")
    with pytest.raises(RuntimeError) as caught:
        resources(stack)
    message = str(caught.value)
    assert "Stack/Snapshot" in message
    assert "Invalid tags {'owner': 'me, you'}: must contain only letters" in message
    assert "Tags.of(snapshot).remove" in message


def test_an_email_address_is_an_ordinary_tag() -> None:
    stack = new_stack()
    snapshot_in(stack, contact="graph@example.com")
    cdk.Tags.of(stack).add("Owner", "team@example.com")
    assert tags_on_the_wire(stack) == {"contact": "graph@example.com", "Owner": "team@example.com"}


def test_too_many_tags_from_everywhere_end_the_synthesis() -> None:
    stack = new_stack()
    snapshot_in(stack, **{f"property-{number}": "" for number in range(40)})
    for number in range(7):
        cdk.Tags.of(stack).add(f"inherited-{number}", "value")
    with pytest.raises(RuntimeError, match=r"must have at most 43 tags .*, has 47"):
        resources(stack)


def test_tags_do_not_end_up_on_other_snapshots() -> None:
    stack = new_stack()
    snapshot_in(stack, by="property")
    DatabaseClusterSnapshot(stack, "Other", cluster="graph")
    tagged = [name for name, found in resources(stack).items() if "Tags" in found["Properties"]]
    assert len(tagged) == 1
