"""What the emulator lacks of Neptune clusters: in CloudFormation, and restoring and renaming.

The emulator keeps Neptune's clusters with RDS's. Its tables of resource types and API actions are
the only places where a type or an action can be added.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from fake_neptune import ApiError
from local_aws import neptune_groups
from local_aws.emulator import module

_Parameters: TypeAlias = dict[str, Any]
_ApiAnswer: TypeAlias = tuple[int, dict[str, str], bytes]
_Provisioned: TypeAlias = tuple[str, dict[str, str]]

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


def install(snapshot_record: SnapshotRecord) -> None:
    """Teach the emulator, which has to be imported already.

    ``snapshot_record`` returns the record of a snapshot by its name or ARN, or raises `ApiError`.
    """
    provisioners = module("cloudformation.provisioners")
    clusters = _Clusters(module("rds"), provisioners, snapshot_record)
    handlers = provisioners._RESOURCE_HANDLERS  # noqa: SLF001 - see above
    handlers[_TYPE] = {
        "create": clusters.provision,
        "update": clusters.update,
        "update_with_logical_id": True,
        "delete": clusters.remove,
        # For `DeletionPolicy: Snapshot`, as for a cluster of RDS.
        "snapshot": handlers["AWS::RDS::DBCluster"]["snapshot"],
    }
    neptune_groups.install(handlers)


class _Clusters:
    """Clusters as CloudFormation and the API handle them."""

    def __init__(
        self,
        rds: Any,  # noqa: ANN401 - the emulator has no types
        provisioners: Any,  # noqa: ANN401 - likewise
        snapshot_record: SnapshotRecord,
    ) -> None:
        self._snapshot_record = snapshot_record
        self._rds = rds
        self._provisioners = provisioners
        self._refuse: Callable[[str, str, int], _ApiAnswer] = rds._error  # noqa: SLF001
        self._actions: dict[str, Callable[[_Parameters], _ApiAnswer]] = rds._ACTION_MAP  # noqa: SLF001
        self._modify: Callable[[_Parameters], _ApiAnswer] = self._actions["ModifyDBCluster"]
        self._actions["ModifyDBCluster"] = self.modify
        self._modify_instance: Callable[[_Parameters], _ApiAnswer] = self._actions[
            "ModifyDBInstance"
        ]
        self._actions["ModifyDBInstance"] = self.modify_instance
        self._actions["RestoreDBClusterFromSnapshot"] = self.restore
        self._actions["RestoreDBClusterToPointInTime"] = self.clone

    def restore(self, parameters: _Parameters) -> _ApiAnswer:
        """Create a cluster from what a snapshot holds and the request adds."""
        given = {key: _first(value) for key, value in parameters.items()}
        try:
            snapshot = self._snapshot_record(given.get("SnapshotIdentifier", ""))
        except ApiError as error:
            return self._refuse(error.code, error.message, error.status)
        held = {key: _text(snapshot[key]) for key in _HELD if key in snapshot}
        status, headers, body = self._actions["CreateDBCluster"]({**held, **given})
        return status, headers, body.replace(b"CreateDBCluster", b"RestoreDBClusterFromSnapshot")

    def clone(self, parameters: _Parameters) -> _ApiAnswer:
        """Create a cluster with the settings of another one; there is no data to share."""
        given = {key: _first(value) for key, value in parameters.items()}
        source = given.pop("SourceDBClusterIdentifier", "").lower()
        cluster = self._rds._clusters.get(source)  # noqa: SLF001
        if cluster is None:
            message = f"DBCluster {source} not found."
            return self._refuse("DBClusterNotFoundFault", message, 404)
        held = {key: _text(cluster[key]) for key in _HELD if cluster.get(key) not in (None, "")}
        status, headers, body = self._actions["CreateDBCluster"]({**held, **given})
        return status, headers, body.replace(b"CreateDBCluster", b"RestoreDBClusterToPointInTime")

    def modify(self, parameters: _Parameters) -> _ApiAnswer:
        """Modify a cluster, and rename it if asked to."""
        answer = self._modify(parameters)
        new = _first(parameters.get("NewDBClusterIdentifier", ""))
        if answer[0] != _OK or not new:
            return answer
        old = _first(parameters["DBClusterIdentifier"])
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

    def modify_instance(self, parameters: _Parameters) -> _ApiAnswer:
        """Modify an instance, and rename it if asked to."""
        answer = self._modify_instance(parameters)
        new = _first(parameters.get("NewDBInstanceIdentifier", ""))
        if answer[0] != _OK or not new:
            return answer
        old = _first(parameters["DBInstanceIdentifier"])
        instance = self._rds._instances.pop(old)  # noqa: SLF001
        instance["DBInstanceIdentifier"] = new
        self._rds._instances[new] = instance  # noqa: SLF001
        for cluster in self._rds._clusters.values():  # noqa: SLF001
            for member in cluster.get("DBClusterMembers", []):
                if member["DBInstanceIdentifier"] == old:
                    member["DBInstanceIdentifier"] = new
        return answer

    def provision(
        self, logical_id: str, properties: Mapping[str, Any], stack_name: str
    ) -> _Provisioned:
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

    def update(
        self,
        physical_id: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        stack_name: str,
        logical_id: str,
    ) -> _Provisioned:
        """Change the cluster in place, or make another one: the cleanup deletes the old one."""
        if any(old.get(key) != new.get(key) for key in _REPLACING):
            again = self._provisioners._seeded_create  # noqa: SLF001
            replaced: _Provisioned = again(self.provision, logical_id, new, stack_name)
            return replaced
        changed = {key: value for key, value in new.items() if old.get(key) != value}
        parameters = {**_parameters(changed), "DBClusterIdentifier": physical_id}
        self._call("ModifyDBCluster", parameters)
        self._tag(physical_id, old, new)
        return self._described(physical_id)

    def _tag(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        arn = self._rds._clusters[name]["DBClusterArn"]  # noqa: SLF001
        self._provisioners._rds_sync_tags(arn, old, new, _TYPE)  # noqa: SLF001

    def remove(self, physical_id: str, properties: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Delete the cluster, if it is there."""
        if physical_id in self._rds._clusters:  # noqa: SLF001
            parameters = {"DBClusterIdentifier": physical_id, "SkipFinalSnapshot": "true"}
            self._call("DeleteDBCluster", parameters)

    def _call(self, action: str, parameters: _Parameters) -> None:
        status, _, body = self._actions[action](parameters)
        if status != _OK:
            raise ValueError(f"{_TYPE} {action}: {body.decode()}")

    def _described(self, name: str) -> _Provisioned:
        cluster = self._rds._clusters[name]  # noqa: SLF001
        attributes = {
            "ClusterResourceId": cluster["DbClusterResourceId"],
            "Endpoint": cluster["Endpoint"],
            "Port": str(cluster["Port"]),
            "ReadEndpoint": cluster["ReaderEndpoint"],
        }
        return name, attributes


def _parameters(properties: Mapping[str, Any]) -> _Parameters:
    """Write scalars and lists of text as the API's query parameters; the rest plays no role."""
    found: _Parameters = {}
    for key, value in properties.items():
        name = _RENAMED.get(key, key)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            found |= {f"{name}.member.{n}": one for n, one in enumerate(value, 1)}
        elif not isinstance(value, list | dict):
            found[name] = _text(value)
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _first(value: Any) -> str:  # noqa: ANN401 - the emulator's parameters are text or lists of it
    return str(value[0]) if isinstance(value, list) else str(value)
