"""Watching a stack and the snapshots it takes."""

import pytest

from neptune_snapshot_cli.errors import Failed, NotFound, TimedOut
from neptune_snapshot_cli.retry import Terms
from neptune_snapshot_cli.stacks import STACK_TYPE
from neptune_snapshot_cli.watching_stack import StackWatch
from neptune_snapshot_provider.contract import OwnerTag
from support.fake_aws import STACK_ARN, FakeAws, owned

NESTED = STACK_ARN.replace("my-stack", "my-stack-nested")


def watch(fake: FakeAws, terms: Terms | None = None) -> list[str]:
    found = StackWatch(fake, fake.board, fake.clock, terms or Terms()).run("my-stack")
    return [one.identifier for one in found]


def failure(fake: FakeAws, terms: Terms | None = None) -> str:
    with pytest.raises(Failed) as problem:
        watch(fake, terms)
    return str(problem.value)


def begin(fake: FakeAws, *resources: str) -> None:
    fake.happen("", "CREATE_IN_PROGRESS")
    for resource in resources:
        fake.happen(resource, "CREATE_IN_PROGRESS")


def complete(fake: FakeAws, resource: str = "Before", name: str = "s") -> None:
    fake.happen(resource, "CREATE_COMPLETE", name)
    fake.hold(resource, name)


def finish(fake: FakeAws, status: str = "CREATE_COMPLETE") -> None:
    """Make the snapshot ``s`` available, and end the operation of the stack."""
    fake.put("s", tags=owned())
    complete(fake)
    fake.happen("", status)


def fail_migration(fake: FakeAws, *statuses: str, verb: str = "CREATE") -> None:
    """Let the migration fail; the stack goes through states."""
    fake.happen("Migrate", f"{verb}_FAILED", "", "it broke", "Custom::M")
    for status in statuses:
        fake.happen("", status)


def test_a_snapshot_is_found_by_its_tags_before_cloudformation_knows_its_name(
    fake: FakeAws,
) -> None:
    begin(fake, "Before")
    fake.after(10, lambda: fake.put("s", "creating", 0, tags=owned()))
    fake.after(60, lambda: fake.put("s", "creating", 50))
    fake.after(110, lambda: fake.put("s"))
    fake.after(112, lambda: finish(fake))
    assert watch(fake) == ["s"]
    waiting = "stack my-stack: CREATE_IN_PROGRESS; Before has not begun its snapshot yet"
    assert waiting in fake.said
    assert "snapshot s: creating (cluster my-graph: available), 50 %" in fake.said


def test_the_state_of_the_cluster_that_is_waited_for_is_told(fake: FakeAws) -> None:
    fake.put_cluster(status="modifying")
    fake.happen("", "CREATE_IN_PROGRESS")
    fake.happen("Before", "CREATE_IN_PROGRESS", cluster="my-graph")
    fake.after(60, lambda: finish(fake))
    watch(fake)
    assert "Before has not begun its snapshot yet; cluster my-graph is modifying" in fake.said


def test_an_update_is_told_by_the_cluster_of_the_snapshot_before(fake: FakeAws) -> None:
    fake.put("old", age=500, tags=owned())
    fake.put_cluster(status="upgrading")
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("Before", "UPDATE_IN_PROGRESS", "old")
    fake.after(60, lambda: finish(fake, "UPDATE_COMPLETE"))
    assert watch(fake) == ["s"]
    assert "cluster my-graph is upgrading" in fake.said


def test_tags_are_asked_for_once_and_only_of_what_is_new(fake: FakeAws) -> None:
    for number in range(50):
        fake.put(f"old-{number}", age=1000, tags=owned())
    fake.put("foreign")
    begin(fake, "Before")
    fake.after(100, lambda: finish(fake))
    watch(fake)
    assert fake.calls.count("tags") <= 2


def test_a_snapshot_of_another_stack_is_not_taken_for_its_own(fake: FakeAws) -> None:
    begin(fake, "Before")
    other = STACK_ARN.replace("0a1b", "ffff")
    fake.put("theirs", "failed", tags=owned(stack=other))
    fake.put("s", tags=owned())
    fake.after(20, lambda: finish(fake))
    assert watch(fake) == ["s"]


def test_several_snapshots_of_a_stack_are_watched_to_the_last(fake: FakeAws) -> None:
    begin(fake, "A", "B")
    fake.put("a", "creating", 0, tags=owned("A"))
    fake.put("b", "creating", 0, tags=owned("B"))
    fake.after(30, lambda: fake.put("a"), lambda: complete(fake, "A", "a"))
    fake.after(90, lambda: fake.put("b"), lambda: complete(fake, "B", "b"))
    fake.after(95, lambda: fake.happen("", "CREATE_COMPLETE"))
    assert watch(fake) == ["a", "b"]


def test_a_snapshot_in_a_nested_stack_is_found(fake: FakeAws) -> None:
    fake.happen("", "CREATE_IN_PROGRESS")
    fake.happen("Nested", "CREATE_IN_PROGRESS", NESTED, kind=STACK_TYPE)
    fake.happen("", "CREATE_IN_PROGRESS", stack=NESTED)
    fake.happen("Before", "CREATE_IN_PROGRESS", stack=NESTED)
    fake.put("s", "creating", 10, tags=owned(stack=NESTED))
    fake.after(30, lambda: fake.put("s"))
    fake.after(31, lambda: fake.happen("", "CREATE_COMPLETE"))
    fake.hold("Before", "s", stack=NESTED)
    fake.hold("Nested", NESTED, kind=STACK_TYPE)
    assert watch(fake) == ["s"]


def test_the_end_is_the_stacks_so_that_a_failing_migration_is_told_of(fake: FakeAws) -> None:
    begin(fake, "Before")
    fake.put("s", tags=owned())
    complete(fake)
    fake.after(30, lambda: fake.happen("Migrate", "CREATE_IN_PROGRESS", kind="Custom::M"))
    fake.after(60, lambda: fail_migration(fake, "ROLLBACK_IN_PROGRESS"))
    said = failure(fake)
    assert "is ROLLBACK_IN_PROGRESS: Migrate (Custom::M) failed: it broke" in said
    assert "Snapshot s is available and is retained: arn:aws:rds:" in said
    assert "neptune-snapshot restore-plan s" in said
    assert "its snapshot is available, the operation continues" in fake.said


def test_a_snapshot_that_goes_on_though_its_stack_failed_is_told_of(fake: FakeAws) -> None:
    begin(fake, "Before", "Other")
    fake.put("s", "creating", 10, tags=owned())
    fake.after(30, lambda: fail_migration(fake, "ROLLBACK_IN_PROGRESS"))
    assert "s is creating and continues: neptune-snapshot watch" in failure(fake)


def test_a_snapshot_that_was_refused_is_told_with_the_providers_reason(fake: FakeAws) -> None:
    begin(fake, "Before")
    fake.happen("Before", "CREATE_FAILED", "s", "DBClusterNotFoundFault: no cluster my-grpah")
    fake.happen("", "ROLLBACK_IN_PROGRESS")
    with pytest.raises(Failed, match=r"(?s)no cluster my-grpah.*No snapshot was begun"):
        watch(fake)


def test_a_stack_that_has_rolled_back_still_says_why_and_names_the_new_snapshot(
    fake: FakeAws,
) -> None:
    fake.put("old", age=5000, tags=owned())
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("Before", "UPDATE_IN_PROGRESS", "old")
    fake.put("new", tags=owned())
    fake.happen("Before", "UPDATE_COMPLETE", "new")
    fail_migration(fake, "UPDATE_ROLLBACK_IN_PROGRESS", verb="UPDATE")
    fake.happen("Before", "UPDATE_COMPLETE", "old")
    fake.happen("", "UPDATE_ROLLBACK_COMPLETE")
    said = failure(fake)
    assert "Snapshot new is available" in said
    assert "Snapshot old" not in said


def fail_again(fake: FakeAws, replaced: str = "v4") -> None:
    """v4 was deployed; the migration of v5 failed twice, each time after a snapshot."""
    fake.put("v4", age=5000, tags=owned())
    fake.put("v5-first", age=1000, tags=owned())
    fake.happen("", "UPDATE_IN_PROGRESS")
    given = {"cluster": "my-graph", "LastGoodParameter": "/my-graph/good"}
    fake.happen("Before", "UPDATE_IN_PROGRESS", replaced, **given)
    fake.put("v5-second", tags=owned())
    fake.happen("Before", "UPDATE_COMPLETE", "v5-second")
    fail_migration(fake, "UPDATE_ROLLBACK_IN_PROGRESS", verb="UPDATE")
    fake.happen("Before", "UPDATE_COMPLETE", "v4")
    fake.happen("", "UPDATE_ROLLBACK_COMPLETE")


def test_after_several_failed_attempts_the_first_snapshot_is_the_one_to_restore(
    fake: FakeAws,
) -> None:
    fail_again(fake)
    said = failure(fake)
    assert "Restore snapshot v5-first, not a newer one. It is the first of 2 snapshots" in said
    assert "half-migrated data: v5-second." in said
    assert said.count("restore-plan") == 1
    assert "neptune-snapshot restore-plan v5-first" in said
    assert "Parameter" not in said


def test_an_attempt_may_have_reused_a_snapshot_that_is_older_than_the_replaced_one(
    fake: FakeAws,
) -> None:
    v3 = fake.put("v3", age=9000, tags=owned())
    v3.tags[OwnerTag.TRIGGER] += f" t={fake.time - 3000:.0f}"
    fail_again(fake)
    assert "Restore snapshot v3, not a newer one" in failure(fake)


@pytest.mark.parametrize("named", ["v5-first", "v5-second"])
def test_a_parameter_that_names_the_first_snapshot_is_said(fake: FakeAws, named: str) -> None:
    fail_again(fake)
    fake.parameters["/my-graph/good"] = fake.all_snapshots[named].arn
    said = failure(fake)
    assert "restore-plan v5-first" in said
    assert ("Parameter /my-graph/good names it" in said) is (named == "v5-first")
    assert ("Parameter" in said) is (named == "v5-first")


def test_an_event_may_hide_which_snapshot_is_replaced(fake: FakeAws) -> None:
    fail_again(fake, replaced="")
    fake.hold("Before", "v4")
    assert "restore-plan v5-first" in failure(fake)


@pytest.mark.parametrize("used", ["v5-second", "gone"])
def test_where_the_replaced_snapshot_is_not_known_no_older_one_is_named(
    fake: FakeAws, used: str
) -> None:
    fail_again(fake, replaced="")
    fake.hold("Before", used)
    said = failure(fake)
    assert "Snapshot v5-second is available" in said
    assert "v4" not in said
    assert "neptune-snapshot list" in said


def test_copies_and_snapshots_of_other_stacks_are_no_attempts(fake: FakeAws) -> None:
    fake.put("copy", age=1500, tags=owned(), SourceDBClusterSnapshotArn="arn:aws:rds:x")
    fake.put("theirs", age=1500, tags=owned(stack=NESTED))
    fail_again(fake)
    assert "restore-plan v5-first" in failure(fake)


def test_a_first_deployment_that_failed_has_its_first_snapshot(fake: FakeAws) -> None:
    begin(fake, "Before")
    fake.put("s", tags=owned())
    complete(fake)
    fail_migration(fake, "ROLLBACK_COMPLETE")
    with pytest.raises(Failed, match=r"(?s)To restore snapshot s:.*restore-plan s"):
        watch(fake)


def test_a_stack_at_rest_names_its_snapshots_also_those_it_did_not_touch(fake: FakeAws) -> None:
    fake.put("s", age=5000, tags=owned())
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("", "UPDATE_COMPLETE")
    fake.hold("Before", "s")
    assert watch(fake) == ["s"]
    assert "Stack my-stack is UPDATE_COMPLETE: no operation is in progress" in fake.said


def test_a_stack_at_rest_whose_snapshot_is_gone_is_an_error(fake: FakeAws) -> None:
    begin(fake)
    fake.happen("", "CREATE_COMPLETE")
    fake.hold("Before", "gone")
    assert "Snapshot gone, which the stack uses, does not exist any more" in failure(fake)


def test_a_stack_without_a_snapshot_is_an_error(fake: FakeAws) -> None:
    begin(fake)
    fake.after(30, lambda: fake.happen("", "CREATE_COMPLETE"))
    with pytest.raises(NotFound, match="my-stack has no Neptune snapshot"):
        watch(fake)


def test_a_snapshot_that_was_skipped_is_no_error(fake: FakeAws) -> None:
    begin(fake)
    complete(fake, name="skipped:0a1b")
    fake.happen("", "CREATE_COMPLETE")
    assert watch(fake) == []
    assert "Before took no snapshot: there was no cluster yet" in fake.said


def test_a_stack_that_is_not_there_is_an_error_or_waited_for(fake: FakeAws) -> None:
    with pytest.raises(NotFound, match=r"no stack my-stack in eu-west-1.*--wait"):
        watch(fake)
    fake.after(30, lambda: begin(fake, "Before"))
    fake.after(40, lambda: finish(fake))
    assert watch(fake, Terms(wait=True)) == ["s"]
    assert "waiting for stack my-stack: not there yet" in fake.said


def test_the_next_update_of_a_stack_at_rest_is_waited_for_if_asked_to(fake: FakeAws) -> None:
    begin(fake)
    fake.happen("", "CREATE_COMPLETE")
    fake.after(30, lambda: fake.happen("", "UPDATE_IN_PROGRESS"))
    fake.after(60, lambda: finish(fake, "UPDATE_COMPLETE"))
    assert watch(fake, Terms(wait=True)) == ["s"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_deployment_that_fails_between_two_looks_is_told_of(
    fake: FakeAws, *, exists: bool
) -> None:
    verb = "UPDATE" if exists else "CREATE"
    if exists:
        begin(fake)
        fake.happen("", "CREATE_COMPLETE")

    def fail() -> None:
        fake.happen("", f"{verb}_IN_PROGRESS")
        fake.happen("Before", f"{verb}_FAILED", reason="DBClusterNotFoundFault: no DB cluster")
        fake.happen("", "UPDATE_ROLLBACK_COMPLETE" if exists else "ROLLBACK_COMPLETE")

    fake.after(31, fail)
    assert "DBClusterNotFoundFault" in failure(fake, Terms(wait=True, timeout=600))


def test_an_update_that_succeeds_between_two_looks_is_told_of(fake: FakeAws) -> None:
    begin(fake)
    fake.happen("", "CREATE_COMPLETE")
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("", "UPDATE_COMPLETE")

    fake.after(31, lambda: fake.happen("", "UPDATE_IN_PROGRESS"))
    fake.after(31, lambda: finish(fake, "UPDATE_COMPLETE"))
    assert watch(fake, Terms(wait=True, timeout=600)) == ["s"]


def test_a_stack_that_is_deleted_to_be_deployed_anew_is_waited_for(fake: FakeAws) -> None:
    """As the CDK does with one whose first deployment failed."""
    begin(fake)
    fake.happen("", "ROLLBACK_COMPLETE")
    fake.after(20, lambda: fake.happen("", "DELETE_IN_PROGRESS"))
    fake.after(40, lambda: begin(fake, "Before"))
    fake.after(60, lambda: finish(fake))
    assert watch(fake, Terms(wait=True)) == ["s"]


def test_a_stack_that_is_deleted_takes_no_snapshot(fake: FakeAws) -> None:
    begin(fake, "Before")
    fake.after(30, lambda: fake.happen("", "DELETE_IN_PROGRESS"))
    assert "my-stack is DELETE_IN_PROGRESS: it takes no snapshot" in failure(fake)


def test_the_time_allowed_ends_it_and_says_what_goes_on(fake: FakeAws) -> None:
    begin(fake, "Before")
    fake.put("s", "creating", 20, tags=owned())
    with pytest.raises(TimedOut, match=r"stack my-stack is CREATE_IN_PROGRESS; snapshot s: crea"):
        watch(fake, Terms(timeout=90))


@pytest.mark.parametrize("physical_id", ["skipped:0a1b", "my-stack_Before_1", "x" * 64])
def test_ids_that_cannot_be_a_snapshots_are_not_asked_for(fake: FakeAws, physical_id: str) -> None:
    fake.happen("", "UPDATE_IN_PROGRESS")
    fake.happen("Before", "UPDATE_IN_PROGRESS", physical_id)
    fake.after(30, lambda: fake.happen("Before", "UPDATE_FAILED", physical_id, "no"))
    fake.after(30, lambda: fake.happen("", "UPDATE_ROLLBACK_IN_PROGRESS"))
    assert "No snapshot was begun" in failure(fake)
    assert "snapshot" not in fake.calls


def test_events_are_read_once(fake: FakeAws) -> None:
    begin(fake, "Before")
    for number in range(300):
        fake.happen(f"Other{number}", "CREATE_COMPLETE", "x", kind="AWS::X::Y")
    fake.after(100, lambda: finish(fake))
    watch(fake)
    assert fake.events_read < 302 + 50
