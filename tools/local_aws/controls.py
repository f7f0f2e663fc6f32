"""What a test can tell the server, and ask it."""

import json
import ssl
import urllib.request
from dataclasses import asdict
from typing import Any

from fake_neptune import SnapshotBehaviour
from local_aws.behaviour import CONTROL_PREFIX, Call, Caller, Fault, call


class Controls:
    """The server's control endpoint as methods."""

    def __init__(self, url: str, authority: str, timeout: float = 30) -> None:
        """Address the server at a URL, trusting the authority in a file."""
        self._url = url
        self._timeout = timeout
        tls = ssl.create_default_context(cafile=authority)
        # Neither the machine's proxies nor its other settings: this is loopback.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls)
        )

    def set_snapshot_behaviour(
        self, behaviour: SnapshotBehaviour, cluster: str | None = None
    ) -> None:
        """Choose how new snapshots behave, of one cluster or of all without their own choice."""
        self._do("snapshot-behaviour", {"behaviour": asdict(behaviour), "cluster": cluster})

    def set_cluster_status(self, cluster: str, status: str, seconds: float | None = None) -> None:
        """Let a cluster have a status for some seconds, or until told otherwise."""
        state = {"cluster": cluster, "status": status, "seconds": seconds}
        self._do("cluster-state", state)

    def set_snapshot_quota(self, quota: int) -> None:
        """Choose how many manual cluster snapshots there may be in a region."""
        self._do("choose", {"quota": quota})

    def set_stale_reads(self, seconds: float) -> None:
        """Let functions read the status of stacks as it was some seconds ago."""
        self._do("choose", {"stale_seconds": seconds})

    def set_minute(self, seconds: float) -> None:
        """Choose how long a minute of an EventBridge rule's rate takes."""
        self._do("choose", {"minute_seconds": seconds})

    def allow_replacement_without_rollback(self, *, allowed: bool) -> None:
        """Choose whether an update with rollback disabled may return a new physical ID."""
        self._do("choose", {"refuses_replacement": not allowed})

    def add_fault(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        self._do("add-fault", asdict(fault))

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._do("clear-faults")

    def calls(
        self, action: str | None = None, service: str | None = None, caller: Caller | None = None
    ) -> list[Call]:
        """The calls that reached the server since they were last cleared, oldest first."""
        return [
            each
            for each in map(call, self._do("calls"))
            if action in (None, each.action)
            and service in (None, each.service)
            and caller in (None, each.caller)
        ]

    def clear_calls(self) -> None:
        """Forget the calls so far."""
        self._do("clear-calls")

    def reset(self) -> None:
        """Take back every choice and forget the calls; resources stay as they are."""
        self._do("reset")

    def wait_until_ready(self) -> None:
        """Wait until the server answers; ``OSError`` if it does not, or not in time."""
        self._do("ready")

    def _do(self, operation: str, data: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        request = urllib.request.Request(  # noqa: S310 - always https
            self._url + CONTROL_PREFIX + operation,
            data=json.dumps(data or {}).encode(),
            method="POST",
        )
        with self._opener.open(request, timeout=self._timeout) as response:
            return json.load(response)
