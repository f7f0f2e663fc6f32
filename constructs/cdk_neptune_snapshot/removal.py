"""Keeps the removal policy of a snapshot that its own property has chosen."""

import aws_cdk as cdk
import jsii
from constructs import Construct, IValidation

from cdk_neptune_snapshot import validation

WARNING = "cdk-neptune-snapshot:removalPolicy"
ATTRIBUTES = {
    cdk.RemovalPolicy.DESTROY: ("Delete", "Delete"),
    cdk.RemovalPolicy.RETAIN: ("Retain", "Retain"),
    cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: ("RetainExceptOnCreate", "Retain"),
}
"""``DeletionPolicy`` and ``UpdateReplacePolicy`` in the template."""


@jsii.implements(IValidation)
class ChosenPolicy:
    """Writes the policy over whatever ``RemovalPolicies`` or an Aspect sets for a whole app.

    Backups must not be deleted because a policy was meant for everything else.
    """

    def __init__(
        self, scope: Construct, resource: cdk.CustomResource, policy: cdk.RemovalPolicy
    ) -> None:
        """Fix the policy of a resource.

        Args:
            scope: Where a warning belongs.
            resource: The resource that takes the snapshot.
            policy: The policy that the property chose.
        """
        self._scope = scope
        self._policy = policy
        self._resource = validation.resource(resource)
        self._options = self._resource.cfn_options
        self._chosen = self._found()
        deletion, replacement = ATTRIBUTES[policy]
        self._resource.add_override("DeletionPolicy", deletion)
        self._resource.add_override("UpdateReplacePolicy", replacement)

    def validate(self) -> list[str]:
        """Warn of another policy, once every Aspect has been applied."""
        if self._found() != self._chosen:
            cdk.Annotations.of(self._scope).add_warning_v2(
                WARNING,
                "A removal policy that was set for this snapshot from outside is not applied: the "
                f"snapshot keeps {self._policy.name}. Choose with removal_policy=... of "
                "DatabaseClusterSnapshot.",
            )
        return []

    def _found(self) -> tuple[object, object]:
        return self._options.deletion_policy, self._options.update_replace_policy
