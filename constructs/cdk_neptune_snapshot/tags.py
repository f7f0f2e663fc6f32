"""The tags of a snapshot, collected the way CloudFormation collects a native resource's."""

from collections.abc import Mapping

import aws_cdk as cdk
import jsii
from constructs import Construct, IValidation

from cdk_neptune_snapshot import validation
from neptune_snapshot_provider import contract

EXPLICIT_STACK_TAGS = "@aws-cdk/core:explicitStackTags"
"""The feature flag that keeps ``Tags.of`` from tagging stacks."""

STACK_TAG_PRIORITY = 0
"""Below the priorities of a property (50), of ``Tags.of().add`` (100) and ``.remove`` (200)."""


@jsii.implements(cdk.IStableAnyProducer, IValidation)
class SnapshotTags:
    """Merges the ``tags`` property, ``Tags.of(...)`` and the tags of the stack.

    CloudFormation hands the tags of a stack on to its resources, but not to what a custom
    resource creates; so they are merged here, with the lowest priority.
    """

    def __init__(self, scope: Construct, tags: Mapping[str, str] | None) -> None:
        """Check the tags of the property and collect those of the stack.

        Raises:
            ValueError: Neptune, or this library, refuses one of the tags.
        """
        literal = dict(tags or {})
        problems = validation.tag_problems(literal)
        if problems:
            raise ValueError(problems[0])
        self.manager = cdk.TagManager(cdk.TagType.KEY_VALUE, contract.RESOURCE_TYPE, literal)
        self._stack = cdk.Stack.of(scope)
        self._add_stack_tags()

    def produce(self) -> list[dict[str, str]] | None:
        """Give the property as it stands in the template; absent when there is no tag."""
        return [{"Key": key, "Value": value} for key, value in self._final().items()] or None

    def validate(self) -> list[str]:
        """Say what is wrong once all of the app's tags are known."""
        return [
            f"{problem}. Tags.of(snapshot).remove(...) takes an inherited tag off."
            for problem in validation.tag_problems(self._final())
        ]

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
