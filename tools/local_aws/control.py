"""The layer by which a test chooses what happens and asks what has happened."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from local_aws.asgi import Answer, Handler, Request, answer
from local_aws.behaviour import CONTROL_PREFIX, fault, snapshot_behaviour
from local_aws.faults import FaultLayer
from local_aws.neptune import NeptuneApi

if TYPE_CHECKING:
    from collections.abc import Callable


class ControlLayer:
    """Handles control requests, and passes on the rest."""

    def __init__(self, inner: Handler, faults: FaultLayer, neptune: NeptuneApi) -> None:
        """Wrap the outermost handler and know the layers to control."""
        self._inner = inner
        self._faults = faults
        self._neptune = neptune
        self._operations: dict[str, Callable[[dict[str, Any]], object]] = {
            "ready": lambda _: True,
            "snapshot-behaviour": self._set_behaviour,
            "cluster-state": lambda data: neptune.scene.set_state(**data),
            "choose": self._choose,
            "add-fault": lambda data: faults.add(fault(data)),
            "clear-faults": lambda _: faults.clear(),
            "calls": lambda _: [asdict(call) for call in faults.calls],
            "clear-calls": lambda _: faults.calls.clear(),
            "reset": self._reset,
        }

    async def __call__(self, request: Request) -> Answer:
        """Handle a request."""
        if not request.path.startswith(CONTROL_PREFIX):
            return await self._inner(request)
        operation = self._operations.get(request.path.removeprefix(CONTROL_PREFIX))
        if operation is None:
            return _json(404, f"no such operation: {request.path}")
        try:
            return _json(200, operation(json.loads(request.body or b"{}")))
        except (KeyError, TypeError, ValueError) as problem:
            return _json(400, f"{type(problem).__name__}: {problem}")

    def _set_behaviour(self, data: dict[str, Any]) -> None:
        behaviour = snapshot_behaviour(data["behaviour"])
        self._neptune.scene.set_behaviour(behaviour, data["cluster"])

    def _choose(self, data: dict[str, Any]) -> None:
        for name, value in data.items():
            setattr(self._neptune.scene, name, value)

    def _reset(self, _: dict[str, Any]) -> None:
        self._faults.clear()
        self._faults.calls.clear()
        self._neptune.reset_scene()


def _json(status: int, value: object) -> Answer:
    return answer(status, json.dumps(value).encode(), "application/json")
