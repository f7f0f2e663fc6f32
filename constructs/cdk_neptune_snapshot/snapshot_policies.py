"""The policies of a snapshot: retention, reuse, publishing, and a missing cluster."""

from dataclasses import dataclass

import aws_cdk as cdk

from cdk_neptune_snapshot import validation
from neptune_snapshot_provider import contract, name_rules
from neptune_snapshot_provider.contract import WhenClusterMissing


@dataclass(frozen=True, kw_only=True)
class SnapshotPolicies:
    """The validated policies; ``None`` where the user chose none.

    Raises:
        ValueError: A property breaks a rule; names the property, the value and the rule.
    """

    keep_last: int | None
    last_good_parameter: str | None
    reuse_younger_than: cdk.Duration | None
    when_cluster_missing: WhenClusterMissing

    def __post_init__(self) -> None:
        """Check every property."""
        _check_keep_last(self.keep_last)
        _check_parameter(self.last_good_parameter)
        if not isinstance(self.when_cluster_missing, WhenClusterMissing):
            rule = "must be a WhenClusterMissing"
            raise validation.invalid("when_cluster_missing", self.when_cluster_missing, rule)
        self.reuse_seconds()

    def for_creation(self) -> dict[str, object]:
        """Write the properties that decide whether a snapshot is taken."""
        properties: dict[str, object] = {}
        if (seconds := self.reuse_seconds()) is not None:
            properties[contract.Property.REUSE_SECONDS] = seconds
        if self.when_cluster_missing is WhenClusterMissing.SKIP:
            properties[contract.Property.WHEN_CLUSTER_MISSING] = WhenClusterMissing.SKIP
        return properties

    def for_first_resource(self) -> dict[str, object]:
        """Write the properties of the first resource of a chain, which takes the snapshot.

        Retention frees the quota there. The last resource of the chain reads from the first one
        which snapshot is being replaced.
        """
        properties = self._retention()
        if self.for_last_resource():
            properties[contract.Property.REPORTS_REPLACED] = "true"
        return properties

    def for_last_resource(self) -> dict[str, object]:
        """Write the properties that are for the resource that sees the snapshot available."""
        properties = self._retention()
        if self.last_good_parameter is not None:
            properties[contract.Property.LAST_GOOD_PARAMETER] = self.last_good_parameter
        return properties

    def _retention(self) -> dict[str, object]:
        return {contract.Property.KEEP_LAST: self.keep_last} if self.keep_last else {}

    def reuse_seconds(self) -> int | float | None:
        """The greatest age of a snapshot that is reused, in whole seconds."""
        if self.reuse_younger_than is None:
            return None
        limits = 1, contract.REUSE_SECONDS_MAX
        return validation.whole_seconds("reuse_younger_than", self.reuse_younger_than, *limits)


def _check_keep_last(count: int | None) -> None:
    if count is None or cdk.Token.is_unresolved(count):
        return
    if type(count) is not int or not 1 <= count <= contract.KEEP_LAST_MAX:
        rule = f"must be a whole number from 1 to {contract.KEEP_LAST_MAX}"
        raise validation.invalid("keep_last", count, rule)


def _check_parameter(name: str | None) -> None:
    if name is None:
        return
    # The name becomes part of an ARN, whose form depends on whether the name starts with a slash.
    if cdk.Token.is_unresolved(name):
        raise validation.invalid("last_good_parameter", name, "must be a literal name")
    if not isinstance(name, str):
        raise validation.invalid("last_good_parameter", name, "must be a string")
    if problem := name_rules.parameter_problem(name):
        raise validation.invalid("last_good_parameter", name, problem)
