"""The layer that makes the emulator's clusters and cluster snapshots behave as Neptune's.

The emulator keeps the records; this layer says how far each one is. Only requests and answers
are changed, so that tags, accounts and regions remain the emulator's business.
"""

import asyncio
import time
from urllib.parse import urlencode

from local_aws.api_call import form, region
from local_aws.asgi import Answer, Handler, Request
from local_aws.lifecycle import SnapshotLife
from local_aws.rds_xml import Document, Record, is_success, records_body
from local_aws.rules import (
    LOWERED,
    creation_refusal,
    deletion_refusal,
    identifier_refusal,
    page,
    page_size_refusal,
)
from local_aws.scene import Scene

_ENGINE = "neptune"
_SNAPSHOT = "DBClusterSnapshot"
_SNAPSHOT_ID = "DBClusterSnapshotIdentifier"
_SNAPSHOT_ARN = "DBClusterSnapshotArn"
_CLUSTER_ID = "DBClusterIdentifier"
_NEW_CLUSTER = {"EngineVersion": "1.4.1.0", "Port": "8182", "MasterUsername": "admin"}
_OFFERED_VERSIONS = ("1.3.4.0", "1.4.0.0", "1.4.1.0", "1.4.5.0")
_PASSED_BY = {"VpcId": "vpc-0123456789abcdef0", "LicenseModel": "amazon-license"}


class NeptuneLayer:
    """Handles what concerns clusters and their snapshots, and passes on the rest."""

    def __init__(self, inner: Handler) -> None:
        """Wrap the handler that keeps the records."""
        self._inner = inner
        self._lives: dict[str, SnapshotLife] = {}
        # The emulator handles calls in threads: without this, two creations of the same
        # snapshot could both succeed.
        self._lock = asyncio.Lock()
        self._actions = {
            "CreateDBClusterSnapshot": self._create,
            "DescribeDBClusterSnapshots": self._describe,
            "DeleteDBClusterSnapshot": self._delete,
            "DescribeDBClusters": self._describe_clusters,
            "CreateDBCluster": self._create_cluster,
            "DescribeAccountAttributes": self._describe_quota,
            "DescribeDBEngineVersions": self._describe_versions,
            "DescribeDBSubnetGroups": self._describe_groups,
            "DescribeDBClusterParameterGroups": self._describe_groups,
        }
        self.scene = Scene()

    def reset_scene(self) -> None:
        """Forget every choice; snapshots that exist go on as they began."""
        self.scene = Scene()

    async def __call__(self, request: Request) -> Answer:
        """Handle a request."""
        parameters = form(request)
        for name in LOWERED & parameters.keys():
            parameters[name] = parameters[name].lower()
        act = self._actions.get(parameters.get("Action", ""))
        if act is None:
            changed = bool(LOWERED & parameters.keys())
            return await (self._call(request, parameters) if changed else self._inner(request))
        async with self._lock:
            await self._finish_deletions(request)
            return await act(request, parameters)

    async def _create(self, request: Request, parameters: dict[str, str]) -> Answer:
        refusal = identifier_refusal(_SNAPSHOT_ID, parameters.get(_SNAPSHOT_ID, ""))
        refusal = refusal or await self._creation_refusal(request, parameters)
        if refusal is not None:
            return refusal
        result = await self._call(request, parameters)
        if not is_success(result):
            return result
        document = Document(result)
        record = document.records(_SNAPSHOT)[0]
        behaviour = self.scene.behaviour_of(record.get(_CLUSTER_ID))
        self._lives[record.get(_SNAPSHOT_ARN)] = SnapshotLife(behaviour, time.monotonic())
        self._show(record)
        return document.answer()

    async def _creation_refusal(
        self, request: Request, parameters: dict[str, str]
    ) -> Answer | None:
        cluster = parameters.get(_CLUSTER_ID, "")
        found = await self._ask(request, "DescribeDBClusters", {_CLUSTER_ID: cluster})
        if not is_success(found):
            return found
        existing = Document(await self._ask(request, "DescribeDBClusterSnapshots", {}))
        return creation_refusal(
            parameters[_SNAPSHOT_ID],
            [record.get(_SNAPSHOT_ID) for record in existing.records(_SNAPSHOT)],
            cluster,
            self.scene.state_of(cluster),
            self.scene.quota,
        )

    async def _describe(self, request: Request, parameters: dict[str, str]) -> Answer:
        refusal = page_size_refusal(parameters)
        if refusal is not None:
            return refusal
        result = await self._call(request, parameters)
        if not is_success(result):
            return result
        document = Document(result)
        records = document.records(_SNAPSHOT)
        for record in records:
            self._show(record)
        document.keep("DBClusterSnapshots", *page(parameters, records, _SNAPSHOT_ID))
        return document.answer()

    async def _delete(self, request: Request, parameters: dict[str, str]) -> Answer:
        name = parameters.get(_SNAPSHOT_ID, "")
        described = await self._ask(request, "DescribeDBClusterSnapshots", {_SNAPSHOT_ID: name})
        if not is_success(described):
            return described
        record = Document(described).records(_SNAPSHOT)[0]
        self._show(record)
        refusal = deletion_refusal(name, record.get("Status"))
        if refusal is not None:
            return refusal
        arn = record.get(_SNAPSHOT_ARN)
        life = self._lives.setdefault(arn, SnapshotLife(self.scene.behaviour, 0.0))
        life.deleting_since = time.monotonic()
        await self._finish_deletions(request)
        return described.with_body(Document.of_one(parameters["Action"], _SNAPSHOT, record))

    async def _finish_deletions(self, request: Request) -> None:
        now, here = time.monotonic(), region(request)
        for arn in [arn for arn, life in self._lives.items() if life.is_gone(now)]:
            if arn.split(":")[3] == here:
                name = arn.rpartition(":")[2]
                await self._ask(request, "DeleteDBClusterSnapshot", {_SNAPSHOT_ID: name})
                del self._lives[arn]

    async def _describe_clusters(self, request: Request, parameters: dict[str, str]) -> Answer:
        result = await self._call(request, parameters)
        if not is_success(result):
            return result
        document = Document(result)
        for record in document.records("DBCluster"):
            state = self.scene.state_of(record.get(_CLUSTER_ID))
            record.set("Status", state)
            record.remove_empty()
        return document.answer()

    async def _create_cluster(self, request: Request, parameters: dict[str, str]) -> Answer:
        if parameters.get("Engine") == _ENGINE:
            parameters = {**_NEW_CLUSTER, **parameters}
        return await self._call(request, parameters)

    async def _describe_quota(self, request: Request, parameters: dict[str, str]) -> Answer:
        described = await self._ask(request, "DescribeDBClusterSnapshots", {})
        used = len(Document(described).records(_SNAPSHOT))
        action, quota = parameters["Action"], self.scene.quota
        record = {"AccountQuotaName": "ManualClusterSnapshots", "Used": used, "Max": quota}
        return described.with_body(records_body(action, "AccountQuotas", "AccountQuota", [record]))

    async def _describe_versions(self, request: Request, parameters: dict[str, str]) -> Answer:
        described = await self._call(request, parameters)
        if parameters.get("Engine") != _ENGINE:
            return described
        wanted = parameters.get("EngineVersion")
        offered = [
            {"Engine": _ENGINE, "EngineVersion": version}
            for version in _OFFERED_VERSIONS
            if wanted in (None, version)
        ]
        action = parameters["Action"]
        return described.with_body(
            records_body(action, "DBEngineVersions", "DBEngineVersion", offered)
        )

    async def _describe_groups(self, request: Request, parameters: dict[str, str]) -> Answer:
        """Those that every account has, which the emulator's clusters name but it does not hold."""
        action = parameters["Action"]
        record = action.removeprefix("Describe").removesuffix("s")
        name = parameters.get(f"{record}Name", "")
        if not name.startswith("default"):
            return await self._call(request, parameters)
        described = await self._ask(request, "DescribeDBClusterSnapshots", {})
        return described.with_body(
            records_body(action, f"{record}s", record, [{f"{record}Name": name}])
        )

    def _show(self, record: Record) -> None:
        for name in ("TagList", "DbClusterResourceId"):
            record.remove(name)
        record.remove_empty()
        if record.get("Engine") == _ENGINE:
            for name, value in _PASSED_BY.items():
                record.set(name, value)
        life = self._lives.get(record.get(_SNAPSHOT_ARN))
        if life is None:
            return
        now = time.monotonic()
        record.set("Status", life.status(now))
        percent = life.percent(now)
        record.remove("PercentProgress")
        if percent is not None:
            record.set("PercentProgress", str(percent))

    async def _call(self, request: Request, parameters: dict[str, str]) -> Answer:
        return await self._inner(request.with_body(urlencode(parameters).encode()))

    async def _ask(self, request: Request, action: str, parameters: dict[str, str]) -> Answer:
        # Signed as the request at hand, so that account and region are its own.
        return await self._call(request, {"Action": action, "Version": "2014-10-31", **parameters})
