"""Instances, subnet groups and parameter groups of Neptune in CloudFormation.

The emulator keeps them with RDS's, whose resource types name some properties otherwise.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from local_aws.emulator import Provisioned, module

_Properties: TypeAlias = Mapping[str, Any]
_Rename: TypeAlias = Callable[[_Properties], dict[str, Any]]


def install(handlers: dict[str, dict[str, Any]]) -> None:
    """Add the resource types to the emulator's table."""
    renames: dict[str, _Rename] = {
        "DBInstance": _instance,
        "DBSubnetGroup": dict,
        "DBParameterGroup": _named("DBParameterGroupName"),
        "DBClusterParameterGroup": _named("DBClusterParameterGroupName"),
    }
    for kind, rename in renames.items():
        handlers[f"AWS::Neptune::{kind}"] = _adapted(handlers[f"AWS::RDS::{kind}"], rename)
    provisioners = module("cloudformation.provisioners")
    for kind, attributes in _RECORDED.items():
        handlers.setdefault(kind, _recorded(provisioners, attributes))


_RECORDED = {
    "AWS::EC2::EIP": ("AllocationId", "PublicIp"),
    "AWS::EC2::NatGateway": ("NatGatewayId",),
    "AWS::EC2::SecurityGroupIngress": ("Id",),
    "AWS::EC2::SecurityGroupEgress": ("Id",),
}
"""Types around a cluster that are recorded with these attributes, and do nothing."""


def _adapted(rds: dict[str, Any], rename: _Rename) -> dict[str, Any]:
    """Handlers that call those of RDS with its names."""

    def create(logical_id: str, properties: _Properties, stack_name: str) -> Provisioned:
        return _with_endpoint(*rds["create"](logical_id, rename(properties), stack_name))

    def update(
        physical_id: str, old: _Properties, new: _Properties, stack_name: str, logical_id: str
    ) -> Provisioned:
        renamed = (rename(old), rename(new))
        return _with_endpoint(*rds["update"](physical_id, *renamed, stack_name, logical_id))

    def remove(physical_id: str, properties: _Properties) -> None:
        rds["delete"](physical_id, rename(properties))

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": remove}


def _recorded(provisioners: Any, attributes: tuple[str, ...]) -> dict[str, Any]:  # noqa: ANN401
    def create(logical_id: str, _: _Properties, stack_name: str) -> Provisioned:
        name: str = provisioners._physical_name(stack_name, logical_id, lowercase=True, max_len=63)  # noqa: SLF001
        return name, dict.fromkeys(attributes, name)

    return {"create": create, "delete": lambda _physical_id, _properties: None}


def _instance(properties: _Properties) -> dict[str, Any]:
    return {"Engine": "neptune", "EngineVersion": "1.4.1.0", **properties}


def _named(name: str) -> _Rename:
    """Properties of a parameter group, which Neptune's types call ``Name``."""
    return lambda properties: {
        **{key: value for key, value in properties.items() if key != "Name"},
        name: properties.get("Name"),
    }


def _with_endpoint(physical_id: str, attributes: dict[str, str]) -> Provisioned:
    """Attributes under the names of Neptune's types too."""
    address, port = attributes.get("Endpoint.Address", ""), attributes.get("Endpoint.Port", "")
    return physical_id, {**attributes, "Endpoint": address, "Port": port}
