"""What must be true, whatever happens. Each check has a name; each violation names its request."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from simulation import response_invariants as responses
from simulation import snapshot_invariants as snapshots
from simulation.universe import Universe

Check: TypeAlias = Callable[[Universe], Iterator[str]]


def nothing_of_a_poll_remains(universe: Universe) -> Iterator[str]:
    """No rule and no target, once everybody is answered.

    Excused is who was not let set up or remove it, and what Lambda has given up delivering.
    """
    crippled = "set-up" in universe.ledger.causes or universe.function.given_up
    for rule in universe.events.rules.values():
        if rule.targets or not crippled:
            yield f"rule {rule.name} of {rule.request_id}, targets {sorted(rule.targets)}"


ALWAYS: Final[tuple[Check, ...]] = (
    responses.every_answer_is_complete,
    responses.data_is_all_or_nothing,
    responses.success_names_an_available_snapshot,
    responses.no_secret_is_logged,
    responses.nobody_sees_a_defect,
    responses.a_failure_has_a_cause,
    responses.every_request_is_answered_in_time,
    responses.every_rollback_ends,
    responses.every_attribute_is_returned,
    snapshots.only_what_was_asked_for_is_deleted,
    snapshots.one_request_takes_one_snapshot,
    snapshots.a_snapshot_is_only_taken_when_one_is_wanted,
    snapshots.no_snapshot_is_nameless,
    snapshots.every_own_tag_is_accepted,
    snapshots.nothing_foreign_is_touched,
    snapshots.every_migration_is_protected,
    snapshots.every_rollback_restores,
)
AT_REST: Final[tuple[Check, ...]] = (
    nothing_of_a_poll_remains,
    snapshots.nothing_is_lost,
    snapshots.tags_are_as_declared,
)


def verify(universe: Universe, checks: tuple[Check, ...] = ALWAYS) -> None:
    """Raise the first violation of each check.

    Raises:
        AssertionError: naming the checks and what violates them.
    """
    found = [
        f"{check.__name__}: {violation}"
        for check in checks
        if (violation := next(check(universe), None)) is not None
    ]
    if found:
        raise AssertionError("\n".join(found))
