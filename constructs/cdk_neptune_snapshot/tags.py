"""The tags of a snapshot, collected the way CloudFormation collects a native resource's."""

from collections.abc import Mapping

import aws_cdk as cdk
import jsii
from constructs import Construct, IValidation

from cdk_neptune_snapshot import validation
from neptune_snapshot_provider import contract, name_rules

EXPLICIT_STACK_TAGS = "@aws-cdk/core:explicitStackTags"
"""The feature flag that keeps ``Tags.of`` from tagging stacks."""

STACK_TAG_PRIORITY = 0
"""Below the priorities of a property (50), of ``Tags.of().add`` (100) and ``.remove`` (200)."""

WARNING = "cdk-neptune-snapshot:tagsLeftOff"
"""With ``Annotations.of(...).acknowledge_warning`` an app accepts that tags are left off."""


@jsii.implements(cdk.IStableAnyProducer, IValidation)
class SnapshotTags:
    """Merges the ``tags`` property, ``Tags.of(...)`` and the tags of the stack.

    CloudFormation hands the tags of a stack on to its resources, but not to what a custom
    resource creates; so they are merged here, with the lowest priority.

    A bad tag in the property is an error. A tag that the snapshot inherits was chosen for
    services with other rules: the snapshot goes without the tag, and a warning says so.
    """

    def __init__(self, scope: Construct, tags: Mapping[str, str] | None) -> None:
        """Check the tags of the property and collect those of the stack.

        Raises:
            ValueError: Neptune, or this library, refuses one of the tags.
        """
        self._own = _checked(tags)
        self.manager = cdk.TagManager(cdk.TagType.KEY_VALUE, contract.RESOURCE_TYPE, self._own)
        self._scope = scope
        self._stack = cdk.Stack.of(scope)
        self._add_stack_tags()

    def produce(self) -> list[dict[str, str]] | None:
        """Give the property as it stands in the template; absent when there is no tag."""
        kept, _ = self._sorted()
        return [{"Key": key, "Value": value} for key, value in kept.items()] or None

    def validate(self) -> list[str]:
        """Warn of inherited tags that the snapshot goes without, once all tags are known."""
        _, left_off = self._sorted()
        if left_off:
            reasons = "; ".join(f"{validation.shown(key)}: {why}" for key, why in left_off.items())
            cdk.Annotations.of(self._scope).add_warning_v2(
                WARNING,
                f"The snapshot does not get these inherited tags: {reasons}. "
                "Tags.of(snapshot).remove(...) removes a tag without this warning.",
            )
        return []

    def _sorted(self) -> tuple[dict[str, str], dict[str, str]]:
        """Divide the final tags into those the snapshot gets, and reasons against the others."""
        final = self._final()
        left_off = {
            key: problem for key, value in final.items() if (problem := _tag_problem(key, value))
        }
        good = [key for key in final if key not in left_off]
        # What the property gives comes first where there is not room for all.
        in_order = sorted(good, key=lambda key: key not in self._own)
        problem = f"there are more than {contract.TAGS_MAX} tags"
        left_off |= dict.fromkeys(in_order[contract.TAGS_MAX :], problem)
        return {key: value for key, value in final.items() if key not in left_off}, left_off

    def _final(self) -> Mapping[str, str]:
        # Without the flag, Tags.of(stack) adds to the stack's own tags also what it was told
        # to keep off snapshots; what is meant for them arrives at the manager directly.
        if cdk.FeatureFlags.of(self._stack).is_enabled(EXPLICIT_STACK_TAGS):
            self._add_stack_tags()
        return self.manager.tag_values()

    def _add_stack_tags(self) -> None:
        """Add the tags of the stack and, for a nested one, of those around it."""
        stack: cdk.Stack | None = self._stack
        inherited: dict[str, str] = {}
        while stack is not None:
            inherited = {**stack.tags.tag_values(), **inherited}
            stack = stack.nested_stack_parent
        for key, value in inherited.items():
            # Does nothing where the tag has been set or removed with a higher priority.
            self.manager.set_tag(key, value, STACK_TAG_PRIORITY)


def _checked(tags: Mapping[str, str] | None) -> dict[str, str]:
    if tags is None:
        return {}
    if not isinstance(tags, Mapping):
        rule = 'must be a mapping of keys to values, such as {"team": "graph"}'
        raise validation.invalid("tags", tags, rule)
    for key, value in tags.items():
        if problem := _tag_problem(key, value):
            raise validation.invalid("tags", {key: value}, problem)
    if len(tags) > contract.TAGS_MAX:
        rule = (
            f"must have at most {contract.TAGS_MAX} tags (Neptune's 50, less the "
            f"{len(contract.OwnerTag) + len(contract.RESTORE_TAGS)} that this library sets), "
            f"has {len(tags)}"
        )
        raise validation.invalid("tags", sorted(tags), rule)
    return dict(tags)


def _tag_problem(key: str, value: str) -> str | None:
    if not all(isinstance(text, str) for text in (key, value)):
        return "key and value must be strings"
    # A token stands for a harmless text, so that the literal text around it is checked.
    return name_rules.tag_problem(*(validation.MARKER.sub("x", text) for text in (key, value)))
