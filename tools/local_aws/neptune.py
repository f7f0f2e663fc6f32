"""The emulator's clusters and cluster snapshots, as the one Neptune of all tests has them.

The emulator keeps clusters, and this module asks it for their records. Snapshots and their tags
are kept here, for each account and region. The emulator's table of API actions is the place where
an action can be added or replaced.
"""

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from fake_neptune import OPERATIONS, ApiError, FakeNeptune, Snapshot, SnapshotBehaviour
from local_aws.emulator import Action, ApiAnswer, Parameters, first, module, replace
from local_aws.query_protocol import arguments, result_xml
from local_aws.scene import Scene

_ENGINE: Final = "neptune"
_NEW_CLUSTER: Final = {"EngineVersion": "1.4.1.0", "Port": "8182", "MasterUsername": "admin"}
_OFFERED_VERSIONS: Final = ("1.3.4.0", "1.4.0.0", "1.4.1.0", "1.4.5.0")
_TAGGING: Final = ("AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource")
_LOWERED: Final = ("DBClusterIdentifier", "NewDBClusterIdentifier", "SnapshotIdentifier")
"""Parameters of the emulator's own actions that the API stores in lower case."""


class _Region(FakeNeptune[Snapshot]):
    """Snapshots of one account and region."""

    def __init__(self, scene: Callable[[], Scene], rds: Any, place: str) -> None:  # noqa: ANN401 - the emulator has no types
        super().__init__(time.time, Snapshot, f"arn:aws:rds:{place}:cluster-snapshot:")
        self._scene = scene
        self._rds = rds

    def cluster_records(self) -> dict[str, dict[str, Any]]:
        scene, clusters = self._scene(), self._rds._clusters  # noqa: SLF001
        return {
            name: {
                **{key: value for key, value in record.items() if value != ""},
                "Status": scene.state_of(name) or record["Status"],
            }
            for name, record in clusters.items()
        }

    def behaviour_of(self, cluster: str) -> SnapshotBehaviour:
        return self._scene().behaviour_of(cluster)


class NeptuneApi:
    """Replaces the emulator's actions on cluster snapshots, and completes those on clusters."""

    def __init__(self) -> None:
        self.scene = Scene()
        self._regions: dict[str, _Region] = {}
        # The emulator handles calls in threads.
        self._lock = threading.RLock()

    def reset_scene(self) -> None:
        """Forget every choice; snapshots that exist go on as they began."""
        self.scene = Scene()

    def install(self) -> None:
        """Change the emulator, which has to be imported already."""
        rds = module("rds")
        actions: dict[str, Action] = rds._ACTION_MAP  # noqa: SLF001
        replace(actions, **dict.fromkeys(actions, _lower))
        for name in OPERATIONS:
            own = self._carried_out(name)
            actions[name] = _for_snapshots(own, actions[name]) if name in _TAGGING else own
        replace(
            actions, CreateDBCluster=_create_cluster, DescribeDBEngineVersions=_describe_versions
        )
        for kind in ("DBSubnetGroup", "DBClusterParameterGroup"):
            replace(actions, **{f"Describe{kind}s": partial(_describe_groups, kind)})
        # What `DeletionPolicy: Snapshot` calls.
        rds._create_cluster_snapshot_internal = self._final_snapshot  # noqa: SLF001

    def region(self) -> _Region:
        """Return the snapshots of the account and region of the call that is handled."""
        rds = module("rds")
        place = f"{rds.get_region()}:{rds.get_account_id()}"
        if place not in self._regions:
            self._regions[place] = _Region(lambda: self.scene, rds, place)
        found = self._regions[place]
        found.quota = self.scene.quota
        return found

    def snapshot_record(self, name_or_arn: str) -> Mapping[str, Any]:
        """Return the record of a snapshot."""
        with self._lock:
            return self.region().known(name_or_arn).record()

    def _carried_out(self, name: str) -> Action:
        def act(parameters: Parameters) -> ApiAnswer:
            rds = module("rds")
            given = {key: first(value) for key, value in parameters.items()}
            try:
                with self._lock:
                    operation = getattr(self.region(), OPERATIONS[name])
                    result = operation(**arguments(name, given))
            except ApiError as error:
                refused: ApiAnswer = rds._error(error.code, error.message, error.status)  # noqa: SLF001
                return refused
            return _answer(name, result)

        return act

    def _final_snapshot(self, name: str, cluster: Mapping[str, Any]) -> None:
        with self._lock:
            self.region().add(name, {}, cluster=cluster["DBClusterIdentifier"])


def _answer(name: str, result: Mapping[str, Any]) -> ApiAnswer:
    xml = module("rds")._xml  # noqa: SLF001
    answer: ApiAnswer = xml(200, f"{name}Response", result_xml(name, result))
    return answer


def _lower(action: Action, parameters: Parameters) -> ApiAnswer:
    lowered: Parameters = {
        key: first(parameters[key]).lower() for key in _LOWERED if key in parameters
    }
    return action({**parameters, **lowered})


def _for_snapshots(own: Action, others: Action) -> Action:
    """The one for snapshots, and the other one for any other resource."""

    def act(parameters: Parameters) -> ApiAnswer:
        is_snapshot = ":cluster-snapshot:" in first(parameters.get("ResourceName", ""))
        return (own if is_snapshot else others)(parameters)

    return act


def _create_cluster(create: Action, parameters: Parameters) -> ApiAnswer:
    is_neptune = first(parameters.get("Engine", "")) == _ENGINE
    return create({**_NEW_CLUSTER, **parameters} if is_neptune else parameters)


def _describe_versions(describe: Action, parameters: Parameters) -> ApiAnswer:
    if first(parameters.get("Engine", "")) != _ENGINE:
        return describe(parameters)
    wanted = first(parameters.get("EngineVersion", ""))
    offered = [
        {"Engine": _ENGINE, "EngineVersion": version}
        for version in _OFFERED_VERSIONS
        if wanted in ("", version)
    ]
    return _answer("DescribeDBEngineVersions", {"DBEngineVersions": offered})


def _describe_groups(kind: str, describe: Action, parameters: Parameters) -> ApiAnswer:
    """Those that every account has, which the emulator's clusters name but it does not hold."""
    name = first(parameters.get(f"{kind}Name", ""))
    if not name.startswith("default"):
        return describe(parameters)
    return _answer(f"Describe{kind}s", {f"{kind}s": [{f"{kind}Name": name}]})
