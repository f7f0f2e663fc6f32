"""The names of the EventBridge rules that continue requests; pure."""

import math

from neptune_snapshot_provider.contract import POLL_RULE_PREFIX
from neptune_snapshot_provider.core.generations import digest
from neptune_snapshot_provider.core.request import Request, RequestType


def rule_name(request: Request) -> str:
    """The EventBridge rule that carries a request's polls, at most 64 characters.

    Starts with the stack's UUID, which the role's policy knows. A Create has the one rule of its
    resource, so that a Delete finds what a cancelled Create left behind.
    """
    if request.type is RequestType.CREATE:
        return create_rule_name(request)
    return f"{_rule_prefix(request)}{digest(request.request_id)[:8]}"


def create_rule_name(request: Request) -> str:
    """The EventBridge rule of the resource's Create."""
    return f"{_rule_prefix(request)}create"


def target_id(request: Request) -> str:
    """The target of a request's polls: when the request was sent, and which one it is."""
    return f"{request.sent_at or 0:.0f}-{digest(request.request_id)[:8]}"


def is_older(target: str, request: Request) -> bool:
    """Whether a target is of a request that was sent no later than another one."""
    sent_at = target.partition("-")[0]
    return not sent_at.isdigit() or float(sent_at) <= (request.sent_at or math.inf)


def _rule_prefix(request: Request) -> str:
    uuid = request.stack_id.rpartition("/")[2]
    return f"{POLL_RULE_PREFIX}{uuid[:8]}-{digest(request.logical_id)[:8]}-"
