"""What a user declares, and the template that the construct makes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from neptune_snapshot_provider.contract import TIMEOUT_MAX
from simulation.functions import FUNCTION_ARN
from simulation.synthesis import Resource, Shape, synthesize


class MissingAttribute(Exception):
    """A template refers to an attribute that the resource's last response did not have."""


@dataclass(frozen=True)
class Declared:
    """The arguments of one ``DatabaseClusterSnapshot``; ``timeout`` and ``reuse`` are seconds."""

    id: str
    cluster: str = "graph"
    trigger: str = ""
    name: str = ""
    prefix: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: int = TIMEOUT_MAX
    retain: bool = False
    keep_last: int = 0
    parameter: str = ""
    reuse: int = 0
    skips: bool = False

    def but(self, **changes: Any) -> "Declared":  # noqa: ANN401 - fields
        """The same with changes."""
        return replace(self, **changes)

    @property
    def generation(self) -> tuple[str, ...]:
        """What makes the next snapshot another one."""
        return self.cluster, self.name, self.prefix, self.trigger

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """The snapshot's resource, and those that wait for the snapshot."""
        return synthesize(
            Shape(
                id=self.id,
                has_name=bool(self.name),
                has_prefix=bool(self.prefix),
                has_trigger=bool(self.trigger),
                tag_keys=tuple(sorted(self.tags)),
                timeout=self.timeout,
                retain=self.retain,
                keep_last=self.keep_last,
                parameter=self.parameter,
                reuse=self.reuse,
                skips=self.skips,
            )
        )

    @property
    def logical_id(self) -> str:
        """Logical ID of the snapshot's own resource."""
        return self.resources[0].logical_id

    @property
    def parameters(self) -> dict[str, str]:
        """Values of the template's parameters."""
        return {
            "Cluster": self.cluster,
            "Name": self.name,
            "Prefix": self.prefix,
            "Trigger": self.trigger,
            **{f"Tag{key}": value for key, value in self.tags.items()},
        }


@dataclass(frozen=True)
class Template:
    """Snapshots and a migration that starts when all of them are available."""

    snapshots: tuple[Declared, ...] = ()
    migration_fails: bool = False

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Every custom resource by its logical ID."""
        return {one.logical_id: one for each in self.snapshots for one in each.resources}

    def properties(
        self, logical_id: str, ids: Mapping[str, str], data: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Any]:
        """``ResourceProperties`` as CloudFormation sends them.

        Args:
            logical_id: The resource's.
            ids: Physical IDs of the resources that exist.
            data: Attributes of the resources that exist, from their last responses.

        Raises:
            MissingAttribute: A response lacks an attribute that the template refers to.
        """
        owner = next(one for one in self.snapshots if self.resources[logical_id] in one.resources)
        values = {**ids, **owner.parameters}
        resolved: dict[str, Any] = _resolve(self.resources[logical_id].properties, values, data)
        return resolved

    def ready(self, begun: set[str], done: set[str]) -> Iterator[str]:
        """Resources that can be brought about now: everything that they require is done."""
        for logical_id, resource in self.resources.items():
            required = resource.requires & self.resources.keys()
            if logical_id not in begun and required <= done:
                yield logical_id


def _resolve(
    value: object, values: Mapping[str, str], data: Mapping[str, Mapping[str, str]]
) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        if "Ref" in value:
            return values[value["Ref"]]
        if "Fn::GetAtt" in value:
            logical_id, name = value["Fn::GetAtt"]
            return _attribute(logical_id, name, data)
        return {key: _resolve(part, values, data) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_resolve(part, values, data) for part in value]
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def _attribute(logical_id: str, name: str, data: Mapping[str, Mapping[str, str]]) -> str:
    if logical_id not in data:
        return FUNCTION_ARN  # of the provider, the only resource that is not a custom one
    if name not in data[logical_id]:
        raise MissingAttribute(f"Vendor response doesn't contain {name} key in {logical_id}")
    return data[logical_id][name]
