"""What the emulator lacks of Neptune: resources in CloudFormation, restoring and renaming.

The emulator keeps Neptune's clusters with RDS's. Its tables of resource types and API actions are
the only places where a type or an action can be added.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from fake_neptune import ApiError
from local_aws.emulator import Action, ApiAnswer, Parameters, Provisioned, first, module, replace

_Properties: TypeAlias = Mapping[str, Any]
_Rename: TypeAlias = Callable[[_Properties], dict[str, Any]]
SnapshotRecord: TypeAlias = Callable[[str], Mapping[str, Any]]

_TYPE = "AWS::Neptune::DBCluster"
_OK = 200
_NEW_CLUSTER = {"EngineVersion": "1.4.1.0", "Port": "8182"}
_HELD = ("Engine", "EngineVersion", "Port", "StorageEncrypted", "KmsKeyId")
"""What a restored cluster has without being told; all else is default."""
_REPLACING = (
    *("DBClusterIdentifier", "DBSubnetGroupName", "KmsKeyId", "SnapshotIdentifier"),
    *("SourceDBClusterIdentifier", "StorageEncrypted"),
)
_RENAMED = {"DBPort": "Port", "IamAuthEnabled": "EnableIAMDatabaseAuthentication"}
"""Properties of the resource type whose API parameters are called otherwise."""


_RECORDED = {
    "AWS::EC2::EIP": ("AllocationId", "PublicIp"),
    "AWS::EC2::NatGateway": ("NatGatewayId",),
    "AWS::EC2::SecurityGroupIngress": ("Id",),
    "AWS::EC2::SecurityGroupEgress": ("Id",),
}
"""Types around a cluster that are recorded with these attributes, and do nothing."""


def install(snapshot_record: SnapshotRecord) -> None:
    """Teach the emulator, which has to be imported already.

    ``snapshot_record`` returns the record of a snapshot by its name or ARN, or raises `ApiError`.
    """
    _Clusters(snapshot_record).install()
    _install_groups(module("cloudformation.provisioners")._RESOURCE_HANDLERS)  # noqa: SLF001


class _Clusters:
    """Clusters as CloudFormation and the API handle them."""

    def __init__(self, snapshot_record: SnapshotRecord) -> None:
        self._snapshot_record = snapshot_record
        self._rds = module("rds")
        self._provisioners = module("cloudformation.provisioners")
        self._actions: dict[str, Action] = self._rds._ACTION_MAP  # noqa: SLF001

    def install(self) -> None:
        replace(self._actions, ModifyDBCluster=self._modify, ModifyDBInstance=self._modify_instance)
        self._actions["RestoreDBClusterFromSnapshot"] = self._restore
        self._actions["RestoreDBClusterToPointInTime"] = self._clone
        handlers = self._provisioners._RESOURCE_HANDLERS  # noqa: SLF001
        handlers[_TYPE] = {
            "create": self._provision,
            "update": self._update,
            "update_with_logical_id": True,
            "delete": self._remove,
            # For `DeletionPolicy: Snapshot`, as for a cluster of RDS.
            "snapshot": handlers["AWS::RDS::DBCluster"]["snapshot"],
        }

    def _restore(self, parameters: Parameters) -> ApiAnswer:
        """Create a cluster from what a snapshot holds and the request adds."""
        try:
            held = self._snapshot_record(first(parameters.get("SnapshotIdentifier", "")))
        except ApiError as error:
            refused: ApiAnswer = self._rds._error(error.code, error.message, error.status)  # noqa: SLF001
            return refused
        return self._create_from(held, parameters, b"RestoreDBClusterFromSnapshot")

    def _clone(self, parameters: Parameters) -> ApiAnswer:
        """Create a cluster with the settings of another one; there is no data to share."""
        source = first(parameters.get("SourceDBClusterIdentifier", "")).lower()
        held = self._rds._clusters.get(source)  # noqa: SLF001
        if held is None:
            message = f"DBCluster {source} not found."
            refused: ApiAnswer = self._rds._error("DBClusterNotFoundFault", message, 404)  # noqa: SLF001
            return refused
        return self._create_from(held, parameters, b"RestoreDBClusterToPointInTime")

    def _create_from(
        self, held: Mapping[str, Any], parameters: Parameters, action: bytes
    ) -> ApiAnswer:
        kept = {key: _text(held[key]) for key in _HELD if held.get(key) not in (None, "")}
        given = {key: first(value) for key, value in parameters.items()}
        given.pop("SourceDBClusterIdentifier", None)
        status, headers, body = self._actions["CreateDBCluster"]({**kept, **given})
        return status, headers, body.replace(b"CreateDBCluster", action)

    def _modify(self, modify: Action, parameters: Parameters) -> ApiAnswer:
        """Modify a cluster, and rename it if asked to."""
        answer = modify(parameters)
        new = first(parameters.get("NewDBClusterIdentifier", ""))
        if answer[0] != _OK or not new:
            return answer
        old = first(parameters["DBClusterIdentifier"])
        cluster = self._rds._clusters.pop(old)  # noqa: SLF001
        cluster["DBClusterIdentifier"] = new
        cluster["DBClusterArn"] = cluster["DBClusterArn"].rpartition(":")[0] + f":{new}"
        for key in ("Endpoint", "ReaderEndpoint"):
            cluster[key] = cluster[key].replace(old, new, 1)
        self._rds._clusters[new] = cluster  # noqa: SLF001
        for instance in self._rds._instances.values():  # noqa: SLF001
            if instance.get("DBClusterIdentifier") == old:
                instance["DBClusterIdentifier"] = new
        return answer

    def _modify_instance(self, modify: Action, parameters: Parameters) -> ApiAnswer:
        """Modify an instance, and rename it if asked to."""
        answer = modify(parameters)
        new = first(parameters.get("NewDBInstanceIdentifier", ""))
        if answer[0] != _OK or not new:
            return answer
        old = first(parameters["DBInstanceIdentifier"])
        instance = self._rds._instances.pop(old)  # noqa: SLF001
        instance["DBInstanceIdentifier"] = new
        self._rds._instances[new] = instance  # noqa: SLF001
        for cluster in self._rds._clusters.values():  # noqa: SLF001
            for member in cluster.get("DBClusterMembers", []):
                if member["DBInstanceIdentifier"] == old:
                    member["DBInstanceIdentifier"] = new
        return answer

    def _provision(
        self, logical_id: str, properties: Mapping[str, Any], stack_name: str
    ) -> Provisioned:
        """Create, restore or clone the cluster of a resource."""
        generated = self._provisioners._physical_name(stack_name, logical_id, max_len=63)  # noqa: SLF001
        name = str(properties.get("DBClusterIdentifier") or generated).lower()
        given = {**_parameters(properties), "DBClusterIdentifier": name}
        if "SnapshotIdentifier" in properties:
            self._call("RestoreDBClusterFromSnapshot", {"Engine": "neptune", **given})
        elif "SourceDBClusterIdentifier" in properties:
            self._call("RestoreDBClusterToPointInTime", given)
        else:
            self._call("CreateDBCluster", {"Engine": "neptune", **_NEW_CLUSTER, **given})
        self._tag(name, {}, properties)
        return self._described(name)

    def _update(
        self,
        physical_id: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        stack_name: str,
        logical_id: str,
    ) -> Provisioned:
        """Change the cluster in place, or make another one: the cleanup deletes the old one."""
        if any(old.get(key) != new.get(key) for key in _REPLACING):
            again = self._provisioners._seeded_create  # noqa: SLF001
            replaced: Provisioned = again(self._provision, logical_id, new, stack_name)
            return replaced
        changed = {key: value for key, value in new.items() if old.get(key) != value}
        parameters = {**_parameters(changed), "DBClusterIdentifier": physical_id}
        self._call("ModifyDBCluster", parameters)
        self._tag(physical_id, old, new)
        return self._described(physical_id)

    def _tag(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        arn = self._rds._clusters[name]["DBClusterArn"]  # noqa: SLF001
        self._provisioners._rds_sync_tags(arn, old, new, _TYPE)  # noqa: SLF001

    def _remove(self, physical_id: str, _properties: Mapping[str, Any]) -> None:
        if physical_id in self._rds._clusters:  # noqa: SLF001
            parameters = {"DBClusterIdentifier": physical_id, "SkipFinalSnapshot": "true"}
            self._call("DeleteDBCluster", parameters)

    def _call(self, action: str, parameters: Parameters) -> None:
        status, _, body = self._actions[action](parameters)
        if status != _OK:
            raise ValueError(f"{_TYPE} {action}: {body.decode()}")

    def _described(self, name: str) -> Provisioned:
        cluster = self._rds._clusters[name]  # noqa: SLF001
        attributes = {
            "ClusterResourceId": cluster["DbClusterResourceId"],
            "Endpoint": cluster["Endpoint"],
            "Port": str(cluster["Port"]),
            "ReadEndpoint": cluster["ReaderEndpoint"],
        }
        return name, attributes


def _parameters(properties: Mapping[str, Any]) -> Parameters:
    """Write scalars and lists of text as the API's query parameters; the rest plays no role."""
    found: Parameters = {}
    for key, value in properties.items():
        name = _RENAMED.get(key, key)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            found |= {f"{name}.member.{n}": one for n, one in enumerate(value, 1)}
        elif not isinstance(value, list | dict):
            found[name] = _text(value)
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _install_groups(handlers: dict[str, dict[str, Any]]) -> None:
    """Add types that the emulator keeps with RDS's, which name some properties otherwise."""
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
