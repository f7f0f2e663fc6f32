"""Who a request is, which snapshot is its own and what that snapshot is called; pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final

from neptune_snapshot_provider.contract import (
    DIGEST_LENGTH,
    POLL_RULE_PREFIX,
    SKIPPED,
    SLUG_MAX,
    OwnerTag,
    shorten_prefix,
)
from neptune_snapshot_provider.core.request import Properties, Request, RequestType
from neptune_snapshot_provider.core.steps import Seen

_IS_TIME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z")


def generation(properties: Properties) -> str:
    """Digest of all that decides when a new snapshot is taken: another digest, another snapshot."""
    return _digest(
        properties.cluster, properties.snapshot_identifier, properties.prefix, properties.trigger
    )


def snapshot_identifier(request: Request, properties: Properties) -> str:
    """Name the snapshot of this request; the same request always meets the same name.

    An explicit identifier is used as it is. Otherwise: prefix (the cluster's identifier by
    default), a readable slug of the trigger and a digest of the request, at most 63 characters.
    """
    if properties.snapshot_identifier:
        return properties.snapshot_identifier
    parts = (
        shorten_prefix(properties.prefix or properties.cluster),
        _slug(properties.trigger),
        _digest(request.stack_id, request.logical_id, request.request_id)[:DIGEST_LENGTH],
    )
    return "-".join(part for part in parts if part)


def subject(request: Request, seen: Seen) -> str:
    """The snapshot this is about: the one the request makes, or the one the resource stands for."""
    properties = request.properties
    if properties is None:
        return request.physical_id
    if request.waits_only:
        return properties.snapshot_identifier
    if request.type is RequestType.UPDATE:
        rolling_back = seen.stack is not None and seen.stack.is_rolling_back
        if rolling_back or not wants_new(request, properties):
            return request.physical_id
    return snapshot_identifier(request, properties)


def safe_physical_id(request: Request) -> str:
    """The id to answer with unless the request succeeds.

    For an Update the one CloudFormation has: a failed Update replaces nothing.
    """
    return request.physical_id or subject(request, Seen())


def wants_new(request: Request, properties: Properties) -> bool:
    """Whether an Update changes what decides when a new snapshot is taken."""
    if request.old is None:
        return True
    return generation(properties) != generation(request.old)


def skipped_id(request: Request) -> str:
    """A physical id that cannot be a snapshot's, for a resource that took none."""
    return f"{SKIPPED}{request.request_id}"


def is_skipped_id(identifier: str) -> bool:
    """Whether a resource took no snapshot."""
    return identifier.startswith(SKIPPED)


def owner_tags(request: Request, properties: Properties) -> dict[str, str]:
    """The tags that make a snapshot this resource's own and this request's."""
    return {
        OwnerTag.STACK: request.stack_id,
        OwnerTag.RESOURCE: request.owner,
        OwnerTag.REQUEST: request.request_id,
        OwnerTag.TRIGGER: generation(properties),
    }


def is_own(tags: Mapping[str, str], request: Request) -> bool:
    """Whether a snapshot with these tags belongs to this very resource."""
    return (
        tags.get(OwnerTag.STACK) == request.stack_id
        and tags.get(OwnerTag.RESOURCE) == request.owner
    )


def is_of_request(tags: Mapping[str, str], request: Request) -> bool:
    """Whether a snapshot with these tags was made by this very request."""
    return is_own(tags, request) and tags.get(OwnerTag.REQUEST) == request.request_id


def is_reusable(tags: Mapping[str, str], request: Request, properties: Properties) -> bool:
    """Whether a snapshot with these tags does instead of a new one.

    It has the same trigger. A trigger that is the time of the deployment never is the same; there
    any snapshot of this resource does.
    """
    if _IS_TIME.fullmatch(properties.trigger):
        return is_own(tags, request)
    return is_of_generation(tags, request, properties)


def is_of_generation(tags: Mapping[str, str], request: Request, properties: Properties) -> bool:
    """Whether a snapshot with these tags was made by this resource for these properties."""
    return is_own(tags, request) and tags.get(OwnerTag.TRIGGER) == generation(properties)


def snapshot_arn(request: Request, identifier: str) -> str:
    """The ARN of a snapshot in the stack's partition, region and account."""
    _, partition, _, region, account, *_ = f"{request.stack_id}:::::".split(":")
    return f"arn:{partition}:rds:{region}:{account}:cluster-snapshot:{identifier}"


def poll_id(request: Request) -> str:
    """Prefix of the EventBridge rules and permissions that carry this resource's polls.

    Starts with the stack's UUID, which the role's policy knows, and is short for any logical id.
    """
    uuid = request.stack_id.rpartition("/")[2]
    return f"{POLL_RULE_PREFIX}{uuid[:8]}-{_digest(request.logical_id)[:8]}-"


def poll_suffix(request: Request) -> str:
    """What is behind `poll_id` in the names of this request's own poll; 8 characters."""
    return _digest(request.request_id)[:8]


def _slug(trigger: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", trigger.lower()).strip("-")[:SLUG_MAX].rstrip("-")


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
