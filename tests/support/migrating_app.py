"""A stack with a snapshot and a migration after it, deployed version by version."""

from functools import partial
from typing import Any

import aws_cdk as cdk

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from deployment.migration import Probe
from support.deployment import Deployment, Result

ATTRIBUTES = {
    "Name": "snapshot_identifier",
    "Arn": "snapshot_arn",
    "Outcome": "outcome",
    "Deleted": "pruned_snapshots",
    "Retained": "spared_snapshots",
}


class MigratingApp:
    """The stack; ``properties`` are those of its snapshot.

    What is ``observed`` logs every request of CloudFormation, and has a resource beside the
    snapshot that each version replaces, like the migration itself.
    """

    def __init__(
        self,
        deployment: Deployment,
        cluster: str,
        *,
        observed: bool = False,
        **properties: Any,  # noqa: ANN401 - whatever the construct takes
    ) -> None:
        self.deployment = deployment
        self._cluster = cluster
        self._observed = observed
        self._properties = properties

    def deploy(
        self,
        version: str,
        *options: str,
        fail: bool = False,
        **more: Any,  # noqa: ANN401 - as of `attempt`
    ) -> dict[str, str]:
        """Deploy a version, which has to succeed unless its migration fails; gives the outputs."""
        result = self.attempt(version, *options, fail=fail, **more)
        assert result.succeeded is not fail, result.output
        # CloudFormation has no empty outputs.
        return {name: value.removeprefix("=") for name, value in result.outputs.items()}

    def attempt(
        self,
        version: str,
        *options: str,
        fail: bool = False,
        step: str = "",
        tags: dict[str, str] | None = None,
    ) -> Result:
        """Deploy a version, whatever comes of it."""
        define = partial(self._define, version=version, fail=fail, tags=tags or {})
        return self.deployment.deploy(define, *options, step=step)

    def _define(self, stack: cdk.Stack, version: str, tags: dict[str, str], *, fail: bool) -> None:
        snapshot = DatabaseClusterSnapshot(
            stack,
            "Snapshot",
            cluster=self._cluster,
            identifier_prefix=self.deployment.name if self._observed else None,
            trigger=SnapshotTrigger.on_value_changed(version),
            **self._properties,
        )
        probe = Probe(stack, "Probe")
        physical_id = f"made-{version}" if self._observed else "migration"
        resource = partial(
            probe.resource, version=version, physical_id=physical_id, observe=self._observed
        )
        migration = resource("Migration", fail=fail)
        if self._observed:
            migration.node.add_dependency(resource("Replaced"))
        snapshot.before(migration)
        for key, value in tags.items():
            cdk.Tags.of(stack).add(key, value)
        for output, attribute in ATTRIBUTES.items():
            value = cdk.Fn.join("", ["=", getattr(snapshot, attribute)])
            cdk.CfnOutput(stack, output, value=value)
