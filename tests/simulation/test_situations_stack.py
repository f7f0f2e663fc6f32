"""What CloudFormation does with a stack, once each, through the entry of the provider.

The number in each docstring is that of the situation in issue 10.
"""

import itertools
import math

import pytest

from simulation.declarations import time_trigger
from simulation.faults import Fault, Kind
from simulation.operations import CLEANUP
from simulation.situations import create, current, update
from simulation.stacks import Stack, Style
from simulation.templates import Declared, Template
from simulation.universe import Universe

PARAMETER = "/graph/last-good"
FIRST = Declared("Snapshot", trigger="v4")
NEXT = FIRST.but(trigger="v5")
REVERTING = (
    Style(updates_replaced=True, sends_new_id=True, undo_seconds=1.0),
    Style(updates_replaced=True, sends_new_id=False, undo_seconds=1.0),
)


def taken(universe: Universe) -> list[str]:
    return [deed.name for deed in universe.ledger.deeds if deed.operation == "create"]


def is_there(universe: Universe, name: str) -> bool:
    return universe.neptune.status_of(name) == "available"


def delete_by_hand(universe: Universe, name: str) -> None:
    universe.ledger.struck.add(name)
    universe.neptune.snapshots.pop(name)


def test_a_delete_of_a_failed_creation_reads_a_stale_status(universe: Universe) -> None:
    """Situation 1: CREATE_IN_PROGRESS was read twice, and the snapshot was deleted."""
    universe.cloudformation.lag = lambda: 6.0
    stack = create(universe, FIRST, fails=True)
    assert stack.status == "ROLLBACK_COMPLETE"
    assert is_there(universe, *taken(universe))


def test_a_delete_of_a_failed_update_reads_a_stale_status(universe: Universe) -> None:
    """Situation 1: UPDATE_IN_PROGRESS was read, and the snapshot was deleted."""
    stack = create(universe, FIRST)
    universe.cloudformation.lag = lambda: 20.0
    update(universe, stack, NEXT, fails=True)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert all(is_there(universe, name) for name in taken(universe))


def test_a_delete_of_a_failed_update_reads_the_previous_cleanup(universe: Universe) -> None:
    """Situation 1: the record is that of the update before, which permits deletions."""
    stack = create(universe, FIRST)
    update(universe, stack, NEXT)
    (cleanup,) = [one.since for one in stack.history if one.status == CLEANUP]
    universe.cloudformation.update(
        stack, Template((FIRST.but(trigger="v6"),), migration_fails=True)
    )
    universe.engine.run(5.0)
    last = taken(universe)[-1]
    assert len(taken(universe)) == 3
    universe.cloudformation.lag = lambda: min(universe.engine.now - cleanup, 60.0)
    universe.settle()
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert is_there(universe, last)


def test_a_request_with_a_short_timeout_reads_a_stale_status(universe: Universe) -> None:
    """Situation 1: a Delete of a rollback must not fail because the status stays unclear."""
    universe.cloudformation.lag = lambda: 30.0
    stack = create(universe, FIRST.but(timeout=20), fails=True)
    assert stack.status == "ROLLBACK_COMPLETE"
    assert all(one.body["Status"] == "SUCCESS" for one in universe.ledger.answers)


def test_the_status_is_read_again_right_before_a_deletion(universe: Universe) -> None:
    """Situation 1: a deletion rests on the latest record that can be had."""
    stack = create(universe, FIRST)
    universe.cloudformation.delete(stack)
    universe.settle()
    calls = universe.ledger.calls
    assert calls[calls.index("DeleteDBClusterSnapshot") - 1] == "DescribeStacks"


@pytest.mark.parametrize("style", REVERTING, ids=["new id", "old id"])
def test_an_update_that_reverts_reads_a_stale_status(universe: Universe, style: Style) -> None:
    """Situation 2: a snapshot of half-migrated data was taken, and the stack then used it."""
    stack = create(universe, FIRST)
    before = current(stack)
    universe.cloudformation.lag = lambda: 6.0
    update(universe, stack, NEXT, fails=True, style=style)
    assert current(stack) == before
    assert len(taken(universe)) == 2


def test_an_update_that_reverts_a_failed_request_reads_a_stale_status(universe: Universe) -> None:
    """Situation 2: a request that failed replaced nothing, and its reversal took a snapshot."""
    universe.ledger.causes.add("slow")
    stack = create(universe, FIRST)
    before = current(stack)
    universe.cloudformation.lag = lambda: 6.0
    universe.neptune.duration = 100.0
    update(universe, stack, NEXT.but(timeout=20))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert current(stack) == before
    assert len(taken(universe)) == 2


def test_a_reversal_to_a_missing_snapshot_reads_a_stale_status(universe: Universe) -> None:
    """Situation 2: no snapshot tells when the operation began, so that only the status does."""
    stack = create(universe, FIRST)
    before = current(stack)
    delete_by_hand(universe, before)
    universe.cloudformation.lag = lambda: 6.0
    style = Style(updates_replaced=True, sends_new_id=False, undo_seconds=1.0)
    update(universe, stack, NEXT.but(cluster="other"), fails=True, style=style)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert len(taken(universe)) == 2


def test_an_update_that_began_in_its_rollback_is_deployed_again(universe: Universe) -> None:
    """Situation 2: it looked like a reversal, and the snapshot of v4 then stood for v5."""
    slow, failing = Declared("Slow"), Declared("Failing", cluster="other", timeout=20)
    stack = create(universe, FIRST, slow)
    before = current(stack)
    universe.ledger.causes |= {"cluster", "killed"}
    universe.neptune.set_status("other", "modifying", seconds=900.0, then="available")
    universe.faults.armed.append(Fault(Kind.KILL))
    style = Style(updates_replaced=True, sends_new_id=True)
    update(universe, stack, NEXT, slow.but(trigger="v5"), failing, style=style)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert current(stack) == before
    update(universe, stack, NEXT, slow)
    assert stack.status == "UPDATE_COMPLETE"
    assert current(stack) != before


def test_a_resource_is_reverted_without_a_rollback_of_its_stack(universe: Universe) -> None:
    """Situation 3: with rollback disabled, the Update that reverts took a snapshot."""
    stack = create(universe, FIRST)
    before = current(stack)
    update(universe, stack, NEXT, style=Style(keeps_failed=True))
    assert stack.status == "UPDATE_FAILED"
    assert current(stack) == before
    assert len(taken(universe)) == 2


def test_a_reversal_to_a_missing_snapshot_has_no_rollback(universe: Universe) -> None:
    """Situation 3: with rollback disabled, the status never says that the update is reverted."""
    stack = create(universe, FIRST)
    delete_by_hand(universe, current(stack))
    update(universe, stack, NEXT, style=Style(keeps_failed=True))
    assert stack.status == "UPDATE_FAILED"
    assert len(taken(universe)) == 2


def test_a_retry_without_a_current_snapshot_reads_the_previous_rollback(
    universe: Universe,
) -> None:
    """Situation 2: the newest own snapshot was of the attempt whose rollback was still read."""
    universe.ledger.causes.add("by hand")
    stack = create(universe, FIRST)
    delete_by_hand(universe, current(stack))
    update(universe, stack, FIRST.but(trigger="v5"), fails=True)
    before = set(taken(universe))
    universe.cloudformation.lag = lambda: 50.0
    universe.engine.run(5.0)
    universe.cloudformation.update(stack, Template((FIRST.but(trigger="v5"),)))
    universe.settle()
    assert current(stack) not in before


def test_an_update_reads_the_rollback_of_the_operation_before_the_previous_one(
    universe: Universe,
) -> None:
    """Situation 2: the current snapshot is younger than that rollback, and was taken for it."""
    stack = create(universe, FIRST)
    update(universe, stack, NEXT, fails=True)
    (rollback,) = [one.since for one in stack.history if one.status.startswith("UPDATE_ROLLBACK_I")]
    for trigger in ("v6", "v7"):
        before = set(taken(universe))
        universe.engine.run(4.0)
        universe.cloudformation.update(stack, Template((FIRST.but(trigger=trigger),)))
        universe.settle()
        universe.cloudformation.lag = lambda: min(universe.engine.now - rollback, 60.0)
        assert current(stack) not in before


def test_an_update_that_reverts_reads_the_creation(universe: Universe) -> None:
    """Situation 2: a creation has no time, so that no snapshot looks younger than it."""
    stack = create(universe, FIRST)
    before, created = current(stack), stack.history[0].since
    universe.cloudformation.lag = lambda: min(universe.engine.now - created - 0.1, 60.0)
    stack.style = REVERTING[0]
    universe.cloudformation.update(stack, Template((NEXT,), migration_fails=True))
    universe.settle()
    assert current(stack) == before
    assert len(taken(universe)) == 2


def test_a_failed_update_is_repeated_without_its_previous_snapshot(universe: Universe) -> None:
    """Situation 3: the request changes no property, and still asks for a snapshot."""
    stack = create(universe, FIRST)
    update(universe, stack, NEXT, style=Style(keeps_failed=True))
    delete_by_hand(universe, current(stack))
    update(universe, stack, NEXT, style=Style(sends_attempted=True))
    assert stack.status == "UPDATE_COMPLETE"
    assert len(taken(universe)) == 3


@pytest.mark.parametrize("sends_attempted", [True, False], ids=["attempted", "good"])
def test_a_failed_update_is_retried_with_a_migration(
    universe: Universe,
    sends_attempted: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Situation 3: OldResourceProperties were the attempted ones, and no snapshot was taken."""
    stack = create(universe, FIRST)
    before = current(stack)
    update(universe, stack, NEXT, style=Style(keeps_failed=True))
    update(universe, stack, NEXT, style=Style(sends_attempted=sends_attempted))
    assert stack.status == "UPDATE_COMPLETE"
    assert current(stack) != before


def test_a_failed_creation_is_retried_without_a_rollback(universe: Universe) -> None:
    """Situation 3: the snapshot from before the failed migration protects the retry as well."""
    template = Template((FIRST, Declared("Other", timeout=20)), migration_fails=True)
    stack = universe.cloudformation.create("Graph", template, Style(keeps_failed=True))
    universe.settle()
    assert stack.status == "CREATE_FAILED"
    update(universe, stack, *template.snapshots, style=Style(keeps_failed=True))
    assert stack.status == "UPDATE_COMPLETE"
    assert len(taken(universe)) == 2


def test_a_retry_removes_what_a_failed_creation_left(universe: Universe) -> None:
    """Situation 3: the stack goes forward, so that nothing proves that the snapshot may go."""
    universe.ledger.causes.add("slow")
    universe.neptune.duration = 200.0
    slow = Template((FIRST.but(timeout=100),))
    stack = universe.cloudformation.create("Graph", slow, Style(keeps_failed=True))
    universe.settle()
    assert stack.status == "CREATE_FAILED"
    universe.neptune.duration = 0.0
    update(universe, stack, *slow.snapshots, style=Style(keeps_failed=True))
    assert stack.status == "UPDATE_COMPLETE"
    assert len(taken(universe)) == 2
    assert all(is_there(universe, name) for name in taken(universe))


def nested_under_an_idle_rollback(universe: Universe) -> Stack:
    stack = universe.cloudformation.create_nested("Graph", Template((FIRST,)))
    universe.settle()
    changed = Template((FIRST.but(tags={"team": "a"}),))
    universe.engine.run(300.0)
    universe.cloudformation.update_through_parent(stack, changed, fails=True)
    universe.settle()
    assert stack.parent
    assert stack.parent.status == stack.status == "UPDATE_ROLLBACK_COMPLETE"
    return stack


def test_a_nested_stack_is_updated_under_an_idle_parent(universe: Universe) -> None:
    """Situation 4: an Update returned SUCCESS without a snapshot, and the migration ran."""
    stack = nested_under_an_idle_rollback(universe)
    before = current(stack)
    update(universe, stack, NEXT)
    assert stack.status == "UPDATE_COMPLETE"
    assert current(stack) != before


def test_a_snapshot_is_added_to_a_nested_stack_under_an_idle_parent(universe: Universe) -> None:
    """Situation 4: a Create failed as cancelled."""
    stack = nested_under_an_idle_rollback(universe)
    update(universe, stack, FIRST, Declared("Other"))
    assert stack.status == "UPDATE_COMPLETE"


def test_a_nested_stack_is_deleted_under_an_idle_parent(universe: Universe) -> None:
    """Situation 4: a Delete orphaned the snapshot."""
    stack = nested_under_an_idle_rollback(universe)
    name = current(stack)
    universe.engine.run(300.0)
    universe.cloudformation.delete(stack)
    universe.settle()
    universe.engine.run(60.0)
    assert stack.status == "DELETE_COMPLETE"
    assert not universe.neptune.status_of(name)


def test_a_nested_stack_is_deleted_by_the_rollback_of_its_parent(universe: Universe) -> None:
    """Situation 4: its own status does not say that a failed deployment needs the snapshot."""
    universe.cloudformation.lag = lambda: 2.0
    stack = universe.cloudformation.create_nested("Graph", Template((FIRST,)), fails=True)
    universe.settle()
    assert stack.status == "DELETE_COMPLETE"
    assert is_there(universe, *taken(universe))


def test_a_nested_stack_is_deleted_by_a_rollback_that_is_not_visible(universe: Universe) -> None:
    """Situation 4: the record of the parent is older than the one of the nested stack."""
    lags = itertools.cycle((0.0, 6.0))
    universe.cloudformation.lag = lambda: next(lags)
    stack = universe.cloudformation.create_nested("Graph", Template((FIRST,)), fails=True)
    universe.settle()
    assert stack.status == "DELETE_COMPLETE"
    assert is_there(universe, *taken(universe))


@pytest.mark.parametrize("operation", ["DeleteDBClusterSnapshot", "PutParameter"])
def test_a_rollback_begins_while_a_call_is_throttled(universe: Universe, operation: str) -> None:
    """Situation 5: the call rested on a status that was read before it was throttled."""
    declared = FIRST.but(keep_last=1, parameter=PARAMETER, retain=True)
    other = Declared("Other", cluster="other", timeout=20)
    stack = create(universe, declared, other)
    oldest = current(stack)
    update(universe, stack, declared.but(trigger="v5"), other)
    named = universe.parameters.values[PARAMETER]
    universe.faults.armed.append(Fault(Kind.THROTTLED, operation, seconds=40.0))
    universe.ledger.causes.add("cluster")
    universe.neptune.set_status("other", "modifying", seconds=900.0, then="available")
    update(universe, stack, declared.but(trigger="v6"), other.but(trigger="v6"))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert is_there(universe, oldest)
    assert universe.parameters.values[PARAMETER] == named or operation != "PutParameter"


def test_a_stack_is_deleted_while_an_undated_update_waits(universe: Universe) -> None:
    """Situation 5: retention and the parameter followed a snapshot that nobody waited for."""
    universe.cloudformation.dates_urls = False
    declared = FIRST.but(keep_last=1, parameter=PARAMETER, retain=True)
    other = Declared("Other")
    stack = create(universe, declared, other)
    oldest = current(stack)
    update(universe, stack, declared.but(trigger="v5"), other)
    named = universe.parameters.values[PARAMETER]
    copied = universe.neptune.snapshots[stack.ids[other.logical_id]]
    universe.neptune.duration = 400.0
    universe.cloudformation.update(stack, Template((declared.but(trigger="v6"), other)))
    universe.engine.run(200.0)
    copied.forced_status = "copying"
    universe.cloudformation.delete(stack)
    universe.engine.run(600.0)
    assert stack.status == "DELETE_IN_PROGRESS"
    copied.forced_status = ""
    universe.settle()
    assert is_there(universe, oldest)
    assert universe.parameters.values[PARAMETER] == named


def test_another_engine_sends_the_requests(universe: Universe) -> None:
    """Situation 6: each request failed with ValidationError, as AWS does not know the stack."""
    universe.cloudformation.is_imitated = True
    stack = create(universe, FIRST)
    assert stack.status == "CREATE_COMPLETE"
    update(universe, stack, NEXT)
    assert stack.status == "UPDATE_COMPLETE"
    universe.cloudformation.delete(stack)
    universe.settle()
    assert stack.status == "DELETE_COMPLETE"
    assert all(is_there(universe, name) for name in taken(universe))


@pytest.mark.parametrize("count", [1, 2])
def test_a_chain_becomes_longer_with_the_update_that_fails(universe: Universe, count: int) -> None:
    """Situation 12: a new last resource deleted the snapshot that was being replaced."""
    declared = FIRST.but(keep_last=count)
    stack = create(universe, declared)
    before = current(stack)
    update(universe, stack, declared.but(trigger="v5", timeout=7200), fails=True)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert is_there(universe, before)


def test_a_chain_becomes_shorter_with_the_update_that_fails(universe: Universe) -> None:
    """Situation 12: the first resource of a chain takes over what the last one did."""
    declared = FIRST.but(keep_last=1, timeout=7200, parameter=PARAMETER)
    stack = create(universe, declared)
    before = current(stack)
    update(universe, stack, declared.but(trigger="v5", timeout=3300), fails=True)
    assert is_there(universe, before)


def test_a_snapshot_that_is_declared_again_replaces_nothing(universe: Universe) -> None:
    """Situation 12: retention deletes nothing for a Create."""
    declared = FIRST.but(keep_last=1, retain=True)
    stack = create(universe, declared)
    before = current(stack)
    update(universe, stack)
    update(universe, stack, declared.but(trigger="v5"))
    assert current(stack) != before
    assert is_there(universe, before)


@pytest.mark.parametrize("timeout", [3300, 7200], ids=["single", "chain"])
@pytest.mark.parametrize("retried", ["v5", "v5.1"])
def test_a_failed_deployment_is_retried_until_it_succeeds(
    universe: Universe, retried: str, timeout: int
) -> None:
    """Situation 13: the retry deleted the only snapshot from before the failed migration."""
    declared = FIRST.but(keep_last=1, parameter=PARAMETER, timeout=timeout)
    stack = create(universe, declared)
    for _ in range(2):
        update(universe, stack, declared.but(trigger="v5"), fails=True)
    good = taken(universe)[1]
    update(universe, stack, declared.but(trigger=retried), fails=True)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert is_there(universe, good)
    assert universe.parameters.values[PARAMETER].endswith(f":{good}")
    update(universe, stack, declared.but(trigger=retried))
    assert stack.status == "UPDATE_COMPLETE"


def test_a_snapshot_that_a_failed_update_added_is_retried(universe: Universe) -> None:
    """Situation 13: with its migration fixed, the retry is a Create with another trigger."""
    declared = Declared("Added", trigger="v5", parameter=PARAMETER)
    stack = create(universe, FIRST)
    update(universe, stack, FIRST, declared, fails=True)
    good = universe.parameters.values[PARAMETER]
    update(universe, stack, FIRST, declared.but(trigger="v5.1"))
    assert universe.parameters.values[PARAMETER] == good
    update(universe, stack, FIRST, declared.but(trigger="v6"))
    assert universe.parameters.values[PARAMETER] != good


def test_retention_keeps_what_the_parameter_names(universe: Universe) -> None:
    """Situation 13: a parameter that cannot be written names an old snapshot for long."""
    declared = FIRST.but(keep_last=1, parameter=PARAMETER, retain=True)
    stack = create(universe, declared)
    named = current(stack)
    universe.permissions.deny(("PutParameter",), math.inf)
    for trigger in ("v5", "v6"):
        update(universe, stack, declared.but(trigger=trigger))
    assert universe.parameters.values[PARAMETER].endswith(f":{named}")
    assert is_there(universe, named)


def test_a_failed_deployment_that_reused_a_snapshot_is_retried(universe: Universe) -> None:
    """Situation 13: the parameter named half-migrated data, as the good snapshot was reused."""
    declared = FIRST.but(reuse=600, parameter=PARAMETER)
    stack = create(universe, declared)
    good = current(stack)
    update(universe, stack, declared.but(trigger=time_trigger(universe.engine.now)), fails=True)
    update(universe, stack, declared.but(trigger="v5.1"), fails=True)
    assert universe.parameters.values[PARAMETER].endswith(f":{good}")


@pytest.mark.parametrize("timeout", [3300, 7200], ids=["single", "chain"])
def test_a_reversal_returns_a_later_attempt_for_want_of_a_better_one(
    universe: Universe, timeout: int
) -> None:
    """Situation 13: with the previous snapshot gone, retention deleted the first attempt."""
    universe.ledger.causes |= {"by hand", "taken name"}
    declared = FIRST.but(keep_last=1, parameter=PARAMETER, timeout=timeout)
    stack = create(universe, declared)
    update(universe, stack, declared.but(trigger="v5"), fails=True)
    good = taken(universe)[1]
    delete_by_hand(universe, current(stack))
    update(universe, stack, declared.but(trigger="v5.1"), fails=True, style=REVERTING[0])
    assert current(stack) == taken(universe)[2]
    for trigger in ("v5.1", "v6"):
        update(universe, stack, declared.but(trigger=trigger), fails=True)
        assert is_there(universe, good)
        assert universe.parameters.values[PARAMETER].endswith(f":{good}")
    for trigger in ("v7", "v8"):
        update(universe, stack, declared.but(trigger=trigger))
    assert universe.parameters.values[PARAMETER].endswith(f":{current(stack)}")
    assert not is_there(universe, good)


def test_an_attempt_is_retried_whose_snapshot_a_reversal_returned(universe: Universe) -> None:
    """Situation 13: a snapshot of half-migrated data was returned to protect the retry."""
    universe.ledger.causes |= {"by hand", "taken name"}
    stack = create(universe, FIRST)
    delete_by_hand(universe, current(stack))
    update(universe, stack, NEXT, fails=True, style=REVERTING[0])
    update(universe, stack, NEXT)
    assert len(taken(universe)) == 3
    assert current(stack) == taken(universe)[2]


def test_a_failed_deployment_reuses_a_snapshot_that_is_older_than_the_current_one(
    universe: Universe,
) -> None:
    """Situation 13: retention deleted the good snapshot, as it was taken before the current one.

    The parameter named a snapshot of half-migrated data.
    """
    declared = FIRST.but(reuse=3600, keep_last=1, retain=True, parameter=PARAMETER)
    stack = create(universe, declared)
    good = current(stack)
    update(universe, stack, declared.but(trigger="v5", keep_last=0))
    named = current(stack)
    update(universe, stack, declared, fails=True)
    for trigger in ("v6", "v7"):
        update(universe, stack, declared.but(trigger=trigger), fails=True)
        assert is_there(universe, good)
        assert universe.parameters.values[PARAMETER].endswith(f":{named}")
    for trigger in ("v8", "v9"):
        update(universe, stack, declared.but(trigger=trigger))
    assert not is_there(universe, good)
    assert universe.parameters.values[PARAMETER].endswith(f":{current(stack)}")


def test_the_quota_is_used_up_by_snapshots_that_are_needed(universe: Universe) -> None:
    """Situation 13: the error advised deleting them, and the log said that some were deleted."""
    universe.ledger.causes.add("quota")
    declared = FIRST.but(keep_last=1)
    stack = create(universe, declared)
    update(universe, stack, declared.but(trigger="v5"), fails=True)
    universe.neptune.quota = universe.neptune.used
    update(universe, stack, declared.but(trigger="v6"))
    failed = next(one.body for one in universe.ledger.answers if one.body["Status"] == "FAILED")
    assert failed["Reason"].startswith("SnapshotQuotaExceeded")
    assert not any(name in failed["Reason"] for name in taken(universe))
    assert not any("retention.deleted" in line for line in universe.ledger.log)


def test_a_rollback_returns_the_snapshot_that_was_reused(universe: Universe) -> None:
    """Situation 16: the tag of a reused snapshot named another deployment, so it was not found."""
    declared = FIRST.but(reuse=600, retain=True)

    def now() -> Declared:
        return declared.but(trigger=time_trigger(universe.engine.now))

    stack = create(universe, now())
    before = current(stack)
    update(universe, stack, now())
    assert current(stack) == before
    universe.engine.run(3600.0)
    update(universe, stack, now(), fails=True, style=REVERTING[0])
    assert current(stack) == before


def test_a_rollback_from_a_reuse_reads_a_stale_status(universe: Universe) -> None:
    """Situation 16: the snapshot was taken before the operation, and reused in it."""
    declared = FIRST.but(reuse=600)
    stack = create(universe, declared)
    before = current(stack)
    universe.cloudformation.lag = lambda: 6.0
    failing = declared.but(trigger=time_trigger(universe.engine.now))
    update(universe, stack, failing, fails=True, style=REVERTING[0])
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert [current(stack)] == taken(universe) == [before]


def test_a_rollback_from_a_reuse_restores_the_tags(universe: Universe) -> None:
    """Situation 16: the reused snapshot kept the tags of the deployment that failed."""
    declared = FIRST.but(reuse=600, tags={"team": "a"})
    stack = create(universe, declared)
    trigger = time_trigger(universe.engine.now)
    failing = declared.but(trigger=trigger, tags={"team": "b"})
    update(universe, stack, failing, fails=True, style=REVERTING[0])
    assert universe.neptune.snapshots[current(stack)].tags["team"] == "a"


def test_a_rollback_from_a_reuse_for_the_same_trigger_reads_a_stale_status(
    universe: Universe,
) -> None:
    """Situation 16: the reuse left no trace, and the reversal took half-migrated data."""
    declared = FIRST.but(reuse=3600, retain=True)
    stack = create(universe, declared)
    update(universe, stack, declared.but(trigger="v5", reuse=0))
    before = current(stack)
    universe.cloudformation.lag = lambda: 6.0
    update(universe, stack, declared, fails=True, style=REVERTING[0])
    assert current(stack) == before
    assert len(taken(universe)) == 2


def test_an_update_that_may_reuse_a_snapshot_does_not_wait(universe: Universe) -> None:
    """Situation 16: what was reused says when, so that the next update is certain at once."""
    declared = FIRST.but(reuse=3600, retain=True)
    stack = create(universe, declared)
    for trigger in ("v5", "v4", "v6"):
        update(universe, stack, declared.but(trigger=trigger))
        ended_at = stack.history[-1].since
        assert stack.updated_at
        assert ended_at - stack.updated_at < 20.0


def test_a_deployment_whose_reuse_was_rolled_back_is_deployed_again(universe: Universe) -> None:
    """Situation 16: the reused snapshot, by then too old, was returned to protect the retry."""
    declared = FIRST.but(reuse=600)
    stack = create(universe, declared)
    failing = declared.but(trigger=time_trigger(universe.engine.now))
    update(universe, stack, failing, fails=True, style=REVERTING[0])
    universe.engine.run(3600.0)
    update(universe, stack, failing)
    assert len(taken(universe)) == 2


def test_another_engine_reverts_the_reuse_of_an_explicit_name(universe: Universe) -> None:
    """Situation 16: the name is taken, so that the reversal failed."""
    universe.cloudformation.is_imitated = True
    declared = FIRST.but(trigger="", name="by-name", reuse=600)
    stack = create(universe, declared)
    reusing = declared.but(name="", trigger=time_trigger(universe.engine.now))
    update(universe, stack, reusing, fails=True, style=REVERTING[0])
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert [current(stack)] == taken(universe) == ["by-name"]


def test_a_deployment_returns_to_what_a_reused_snapshot_was_taken_for(universe: Universe) -> None:
    """Situation 16: the snapshot from before two migrations protected a third one."""
    declared = FIRST.but(reuse=600, retain=True)
    stack = create(universe, declared.but(trigger="v5"))
    update(universe, stack, declared.but(trigger=time_trigger(universe.engine.now)))
    before = current(stack)
    universe.engine.run(3600.0)
    update(universe, stack, declared.but(trigger="v5"))
    assert current(stack) != before


def test_the_role_may_not_describe_the_parent(universe: Universe) -> None:
    """Situation 21: stacks nested by a CfnStack ended every request with AccessDenied."""
    stack = universe.cloudformation.create_nested("Graph", Template((FIRST,)))
    assert stack.parent
    universe.cloudformation.denied.add(stack.parent.id)
    universe.settle()
    assert stack.status == "CREATE_COMPLETE"
    before = current(stack)
    universe.cloudformation.update_through_parent(stack, Template((NEXT,)))
    universe.settle()
    assert stack.status == "UPDATE_COMPLETE"
    assert current(stack) != before
    assert not is_there(universe, before)


def test_the_role_may_not_describe_a_parent_that_rolls_back(universe: Universe) -> None:
    """Situation 21: the deletion of the nested stack does not prove that the snapshot may go."""
    stack = universe.cloudformation.create_nested("Graph", Template((FIRST,)), fails=True)
    assert stack.parent
    universe.cloudformation.denied.add(stack.parent.id)
    universe.settle()
    assert stack.status == "DELETE_COMPLETE"
    assert is_there(universe, *taken(universe))
