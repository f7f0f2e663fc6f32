"""What CloudFormation's events tell of an operation."""

import pytest

from neptune_snapshot_cli import stacks
from neptune_snapshot_cli.stacks import STACK_TYPE, Operation, since_start
from support.fake_aws import STACK_ARN, FakeAws


def operation(fake: FakeAws, stack: str = STACK_ARN) -> Operation:
    return Operation(since_start(fake.events(stack)))


def test_only_events_of_the_last_operation_count(fake: FakeAws) -> None:
    fake.happen("", "CREATE_IN_PROGRESS")
    fake.happen("Old", "CREATE_COMPLETE", "old")
    fake.happen("", "CREATE_COMPLETE")
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("New", "CREATE_IN_PROGRESS")
    assert set(operation(fake).resources) == {"New"}


def test_a_rollback_belongs_to_the_operation_it_undoes(fake: FakeAws) -> None:
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("Before", "UPDATE_COMPLETE", "new")
    fake.happen("", "UPDATE_ROLLBACK_IN_PROGRESS")
    fake.happen("Before", "UPDATE_COMPLETE", "old")
    assert operation(fake).answered == ["new", "old"]


def test_the_deletion_of_what_was_replaced_does_not_hide_the_new_one(fake: FakeAws) -> None:
    """The cluster is read from the properties of an earlier event, and remembered."""
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("Before", "UPDATE_IN_PROGRESS", cluster="my-graph")
    fake.happen("Before", "UPDATE_COMPLETE", "new")
    fake.happen("", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    fake.happen("Before", "DELETE_COMPLETE", "old")
    before = operation(fake).resources["Before"]
    assert (before.physical_id, before.cluster) == ("new", "my-graph")


def test_a_nested_stack_is_not_the_stack_itself(fake: FakeAws) -> None:
    nested = STACK_ARN.replace("my-stack", "my-stack-nested")
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("Nested", "UPDATE_IN_PROGRESS", nested, kind=STACK_TYPE)
    assert operation(fake).nested == [nested]
    assert operation(fake).events[0].is_start


def test_the_cause_is_the_first_failure_that_no_other_caused(fake: FakeAws) -> None:
    nested = STACK_ARN.replace("my-stack", "my-stack-nested")
    fake.happen("", "CREATE_IN_PROGRESS")
    fake.happen("", "CREATE_IN_PROGRESS", stack=nested)
    fake.happen("Migrate", "CREATE_FAILED", reason="it broke", kind="Custom::M", stack=nested)
    fake.time += 1
    fake.happen("Nested", "CREATE_FAILED", nested, "something in it failed", kind=STACK_TYPE)
    fake.happen("Before", "CREATE_FAILED", reason="Resource creation cancelled")
    found = stacks.cause([operation(fake), operation(fake, nested)])
    assert found
    assert (found.resource, found.reason) == ("Migrate", "it broke")


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("REVIEW_IN_PROGRESS", "in progress"),
        ("CREATE_IN_PROGRESS", "in progress"),
        ("CREATE_COMPLETE", "succeeded, over"),
        ("CREATE_FAILED", "failed, over"),
        ("ROLLBACK_IN_PROGRESS", "in progress, failed"),
        ("ROLLBACK_COMPLETE", "failed, over"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "succeeded, over"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "failed, over"),
        ("UPDATE_FAILED", "failed, over"),
        ("DELETE_IN_PROGRESS", "in progress, over"),
        ("DELETE_COMPLETE", "over"),
        ("IMPORT_COMPLETE", "succeeded, over"),
    ],
)
def test_every_status_means_something(status: str, meaning: str) -> None:
    answers = {
        "in progress": stacks.is_in_progress,
        "succeeded": stacks.has_succeeded,
        "failed": stacks.has_failed,
        "over": stacks.is_over,
    }
    assert ", ".join(word for word, ask in answers.items() if ask(status)) == meaning
