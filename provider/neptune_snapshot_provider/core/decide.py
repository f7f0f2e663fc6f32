"""The decision: what is wanted and what was seen, so what is the next step; pure.

A decision that lacks a fact asks for it with `Look`. Whoever carries out the steps looks, adds
the fact to what was `Seen` and asks again, until the step is `Answer`, or an error is raised.
"""

from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.create import take
from neptune_snapshot_provider.core.delete import remove
from neptune_snapshot_provider.core.request import Properties, Request, RequestType
from neptune_snapshot_provider.core.rollback import roll_back
from neptune_snapshot_provider.core.steps import Fact, Look, Seen, Step
from neptune_snapshot_provider.core.update import keep


def decide(request: Request, seen: Seen) -> Step:
    """Decide the next step.

    Raises:
        ProviderError: when the request cannot be fulfilled.
    """
    if request.properties is None:
        return remove(request, seen)
    if request.waits_only:
        return keep(request, request.properties, seen)
    if request.type is RequestType.UPDATE:
        return _update(request, request.properties, seen)
    return take(request, request.properties, seen)


def _update(request: Request, properties: Properties, seen: Seen) -> Step:
    if not ownership.wants_new(request, properties):
        return keep(request, properties, seen)
    if seen.stack is None:
        return Look(Fact.STACK)
    if seen.stack.is_rolling_back:
        return roll_back(request, properties, seen)
    return take(request, properties, seen)
