"""``confirm``: the migration after a snapshot has succeeded."""

import math

from neptune_snapshot_cli.errors import Failed, NotFound
from neptune_snapshot_cli.refusals import access
from neptune_snapshot_provider.aws.protocol import Aws
from neptune_snapshot_provider.clock import Clock
from neptune_snapshot_provider.contract import AVAILABLE, CallerTag
from neptune_snapshot_provider.core import caller
from neptune_snapshot_provider.core.models import MISSING
from neptune_snapshot_provider.core.schedule import Budget
from neptune_snapshot_provider.retries import Retries


def confirm(aws: Aws, clock: Clock, identifier: str, now: str) -> str:
    """Tag a snapshot.

    Args:
        aws: Where to.
        clock: The time, for retries.
        identifier: The snapshot.
        now: The time, for the tag.

    Returns:
        What to say.

    Raises:
        CliError: There is no such snapshot, it was not taken by `take`, or AWS refuses the calls.
    """
    retries = Retries(clock, Budget.of_caller(clock.now(), math.inf))
    with access():
        snapshot = retries(lambda: aws.snapshot(identifier))
        if snapshot is MISSING:
            raise NotFound(f"There is no snapshot {identifier}.", "See `neptune-snapshot list`.")
        tags = retries(lambda: aws.tags(snapshot.arn))
        if not caller.is_taken_by(tags.get(CallerTag.TAKEN_BY, ""), snapshot, tags):
            raise Failed(
                f"Snapshot {identifier} was not taken by `neptune-snapshot take`; it is unchanged.",
                "Of a stack's snapshots CloudFormation knows whether the migration succeeded.",
            )
        if snapshot.status != AVAILABLE:
            raise Failed(f"Snapshot {identifier} is {snapshot.status}, not available.")
        if caller.is_confirmed(tags):
            return f"✓ snapshot {identifier} was confirmed at {tags[CallerTag.CONFIRMED]} already"
        retries(lambda: aws.add_tags(snapshot.arn, {CallerTag.CONFIRMED: now}))
    return f"✓ snapshot {identifier}: its migration has succeeded; older snapshots may be deleted"
