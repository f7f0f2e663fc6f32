"""Which snapshot a request is about, what it is called, and whose it is; pure."""

import re
from collections.abc import Mapping
from typing import Final

from neptune_snapshot_provider.contract import (
    AVAILABLE,
    ENGINE,
    SKIPPED,
    SLUG_MAX,
    CallerTag,
    OwnerTag,
)
from neptune_snapshot_provider.core import caller
from neptune_snapshot_provider.core.caller import request_digest
from neptune_snapshot_provider.core.generations import (
    after_reuse,
    generation,
    generations,
    is_last,
)
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request
from neptune_snapshot_provider.name_rules import shorten_prefix

_IS_TIME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z")


def snapshot_identifier(request: Request, properties: Properties) -> str:
    """Name the snapshot of this request; every delivery of a request gets the same name.

    An explicit identifier is used as it is. Otherwise: prefix (the cluster's identifier by
    default), a readable slug of the trigger and a digest of the request, at most 63 characters.
    """
    if properties.snapshot_identifier:
        return properties.snapshot_identifier
    owner = request.stack_id, request.logical_id
    if request.taken_by:
        owner = request.taken_by, properties.cluster
    parts = (
        shorten_prefix(properties.prefix or properties.cluster),
        _slug(properties.trigger),
        request_digest(*owner, request.request_id),
    )
    return "-".join(part for part in parts if part)


def current_identifier(request: Request) -> str:
    """The snapshot that the resource refers to before this request; empty for a Create."""
    if request.waits_only and request.properties:
        return request.properties.snapshot_identifier
    return request.physical_id


def failure_id(request: Request) -> str:
    """The physical ID of a FAILED response.

    For an Update it is the one CloudFormation has: a failed Update replaces nothing.
    """
    if request.physical_id or request.properties is None:
        return request.physical_id
    return current_identifier(request) or snapshot_identifier(request, request.properties)


def wants_new(request: Request, properties: Properties) -> bool:
    """Whether the properties alone say that an Update asks for a new snapshot.

    Only for a resource whose current snapshot cannot tell what it was taken for.
    """
    if request.old is None or request.is_repeated:
        return True
    return generation(properties) != generation(request.old)


def skipped_id(request: Request) -> str:
    """A physical ID that cannot be a snapshot's, for a resource that took none."""
    return f"{SKIPPED}{request.request_id}"


def is_skipped_id(identifier: str) -> bool:
    """Whether a resource took no snapshot."""
    return identifier.startswith(SKIPPED)


def owner_tags(request: Request, properties: Properties) -> dict[str, str]:
    """The tags that make a snapshot this resource's own and this request's."""
    owner: dict[str, str] = {
        OwnerTag.STACK: request.stack_id,
        OwnerTag.RESOURCE: request.owner,
    }
    if request.taken_by:
        owner = {CallerTag.TAKEN_BY: request.taken_by}
        if properties.last_good_parameter:
            owner[CallerTag.PARAMETER] = properties.last_good_parameter
    return {
        **owner,
        OwnerTag.REQUEST: request.request_id,
        OwnerTag.TRIGGER: generation(properties),
    }


def reuse_tags(
    request: Request, properties: Properties, tags: Mapping[str, str], at: float
) -> dict[str, str]:
    """What a snapshot's tags say after its reuse for a request.

    A reversal to these properties has to find this snapshot, and one from them when it was used. So
    has a repeated request of a caller, which may come when the snapshot is no longer young enough.

    Args:
        request: The request that reuses the snapshot.
        properties: The request's properties.
        tags: The tags of the snapshot.
        at: When it is reused, in seconds since the epoch.
    """
    if request.taken_by:
        return {CallerTag.REUSED_BY: caller.after_reuse(tags, request.request_id)}
    return {OwnerTag.TRIGGER: after_reuse(tags, properties, at)}


def is_own(
    snapshot: Snapshot,
    tags: Mapping[str, str],
    stack_id: str,
    logical_id: str,
    *,
    explicit_name: str = "",
) -> bool:
    """Whether the resource of that stack and logical ID took a snapshot itself.

    Tags travel with copies and restores, so they prove nothing alone: the snapshot must not be a
    copy, and its name must be the one that its tags lead to.

    Args:
        snapshot: The snapshot.
        tags: Its tags.
        stack_id: The stack's ID.
        logical_id: The logical ID of the resource.
        explicit_name: The name that the resource's properties give its snapshot.
    """
    is_tagged = tags.get(OwnerTag.STACK) == stack_id and tags.get(OwnerTag.RESOURCE) == logical_id
    return is_tagged and not snapshot.source_arn and _has_own_name(snapshot, tags, explicit_name)


def is_usable(snapshot: Snapshot) -> bool:
    """Whether this is an available manual snapshot of a Neptune cluster."""
    is_ready = snapshot.status == AVAILABLE and snapshot.kind == "manual"
    return is_ready and snapshot.engine == ENGINE


def belongs_to(request: Request, snapshot: Snapshot, tags: Mapping[str, str]) -> bool:
    """Whether the resource, or the caller, of a request took a snapshot; see `is_own`."""
    if request.taken_by:
        return caller.is_taken_by(request.taken_by, snapshot, tags)
    return is_own(
        snapshot,
        tags,
        request.stack_id,
        request.owner,
        explicit_name="" if request.waits_only else request.explicit_name,
    )


def is_of_request(request: Request, snapshot: Snapshot, tags: Mapping[str, str]) -> bool:
    """Whether this very request took a snapshot."""
    is_same = tags.get(OwnerTag.REQUEST) == request.request_id
    return is_same and belongs_to(request, snapshot, tags)


def is_of_generation(
    request: Request, properties: Properties, snapshot: Snapshot, tags: Mapping[str, str]
) -> bool:
    """Whether the resource took or reused a snapshot for these properties."""
    return belongs_to(request, snapshot, tags) and generation(properties) in generations(tags)


def has_failed_reuse(request: Request, tags: Mapping[str, str]) -> bool:
    """Whether deployments that reused the current snapshot failed.

    CloudFormation then has older properties than the last ones that the snapshot was reused for.
    """
    if request.old is None or request.waits_only:
        return False
    return not is_last(tags, request.old)


def is_reusable(
    request: Request, properties: Properties, snapshot: Snapshot, tags: Mapping[str, str]
) -> bool:
    """Whether a snapshot does instead of a new one, as far as its tags say.

    Its trigger is the same. A trigger that is the time of the deployment never is; there any
    snapshot of this resource does.
    """
    if caller.is_confirmed(tags):
        # It does not hold what the migration changed that it was taken for.
        return False
    if _IS_TIME.fullmatch(properties.trigger):
        return belongs_to(request, snapshot, tags)
    return is_of_generation(request, properties, snapshot, tags)


def snapshot_arn(request: Request, identifier: str) -> str:
    """The ARN of a snapshot in the stack's partition, region and account."""
    _, partition, _, region, account, *_ = f"{request.stack_id}:::::".split(":")
    return f"arn:{partition}:rds:{region}:{account}:cluster-snapshot:{identifier}"


def _has_own_name(snapshot: Snapshot, tags: Mapping[str, str], explicit_name: str) -> bool:
    name = snapshot.identifier
    if explicit_name and name == explicit_name:
        return True
    stack, resource, request, _ = (tags.get(key, "") for key in OwnerTag)
    if name.endswith(f"-{request_digest(stack, resource, request)}"):
        return True
    explicit = Properties(cluster=snapshot.cluster, snapshot_identifier=name)
    return generation(explicit) in generations(tags)


def _slug(trigger: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", trigger.lower()).strip("-")[:SLUG_MAX].rstrip("-")
