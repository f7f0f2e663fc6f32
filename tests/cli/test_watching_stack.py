"""Watching a stack and the snapshots it takes."""

import io

import pytest

from neptune_snapshot_cli.errors import Failed, NotFound, TimedOut
from neptune_snapshot_cli.patience import Terms
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.stacks import STACK_TYPE, Resource
from neptune_snapshot_cli.watching_stack import StackWatch
from support.told import STACK_ARN, Told, owned

NESTED = STACK_ARN.replace("my-stack", "my-stack-nested")


def watch(told: Told, board: Board, terms: Terms | None = None) -> list[str]:
    found = StackWatch(told, board, told.clock, terms or Terms()).run("my-stack")
    return [one.identifier for one in found]


def complete(told: Told, resource: str = "Before", name: str = "s") -> None:
    told.happen(resource, "CREATE_COMPLETE", name)
    told.hold(resource, name)


def begin(told: Told, *resources: str) -> None:
    told.happen("", "CREATE_IN_PROGRESS")
    for resource in resources:
        told.happen(resource, "CREATE_IN_PROGRESS")


def test_a_snapshot_is_found_by_its_tags_before_cloudformation_knows_its_name(
    told: Told, board: Board, output: io.StringIO
) -> None:
    begin(told, "Before")
    told.after(10, lambda: told.put("s", "creating", 0, tags=owned()))
    told.after(60, lambda: told.put("s", "creating", 50))
    told.after(110, lambda: told.put("s"))
    told.after(112, lambda: complete(told))
    told.after(112, lambda: told.happen("", "CREATE_COMPLETE"))
    assert watch(told, board) == ["s"]
    said = output.getvalue()
    assert "stack my-stack: CREATE_IN_PROGRESS; Before has not begun its snapshot yet" in said
    assert "snapshot s: creating (cluster my-graph: available), 50 %" in said


def test_the_state_of_the_cluster_that_is_waited_for_is_told(
    told: Told, board: Board, output: io.StringIO
) -> None:
    told.put_cluster(status="modifying")
    told.happen("", "CREATE_IN_PROGRESS")
    told.happen("Before", "CREATE_IN_PROGRESS", cluster="my-graph")
    told.after(60, lambda: told.put("s", tags=owned()))
    told.after(60, lambda: complete(told))
    told.after(60, lambda: told.happen("", "CREATE_COMPLETE"))
    watch(told, board)
    assert "Before has not begun its snapshot yet; cluster my-graph is modifying" in (
        output.getvalue()
    )


def test_an_update_is_told_by_the_cluster_of_the_snapshot_before(
    told: Told, board: Board, output: io.StringIO
) -> None:
    told.put("old", age=500, tags=owned())
    told.put_cluster(status="upgrading")
    told.happen("", "UPDATE_IN_PROGRESS")
    told.happen("Before", "UPDATE_IN_PROGRESS", "old")
    told.after(60, lambda: told.put("new", tags=owned()))
    told.after(60, lambda: told.happen("Before", "UPDATE_COMPLETE", "new"))
    told.after(60, lambda: told.hold("Before", "new"))
    told.after(60, lambda: told.happen("", "UPDATE_COMPLETE"))
    assert watch(told, board) == ["new"]
    assert "cluster my-graph is upgrading" in output.getvalue()


def test_tags_are_asked_for_once_and_only_of_what_is_new(told: Told, board: Board) -> None:
    for number in range(50):
        told.put(f"old-{number}", age=1000, tags=owned())
    told.put("foreign")
    begin(told, "Before")
    told.after(100, lambda: told.put("s", tags=owned()))
    told.after(100, lambda: complete(told))
    told.after(100, lambda: told.happen("", "CREATE_COMPLETE"))
    watch(told, board)
    assert told.calls.count("tags") <= 2


def test_a_snapshot_of_another_stack_is_not_taken_for_its_own(told: Told, board: Board) -> None:
    begin(told, "Before")
    other = STACK_ARN.replace("0a1b", "ffff")
    told.put("theirs", "failed", tags=owned(stack=other))
    told.put("mine", tags=owned())
    told.after(20, lambda: complete(told, name="mine"))
    told.after(20, lambda: told.happen("", "CREATE_COMPLETE"))
    assert watch(told, board) == ["mine"]


def test_several_snapshots_of_a_stack_are_watched_to_the_last(told: Told, board: Board) -> None:
    begin(told, "A", "B")
    told.put("a", "creating", 0, tags=owned("A"))
    told.put("b", "creating", 0, tags=owned("B"))
    told.after(30, lambda: told.put("a"))
    told.after(30, lambda: complete(told, "A", "a"))
    told.after(90, lambda: told.put("b"))
    told.after(90, lambda: complete(told, "B", "b"))
    told.after(95, lambda: told.happen("", "CREATE_COMPLETE"))
    assert watch(told, board) == ["a", "b"]


def test_a_snapshot_in_a_nested_stack_is_found(told: Told, board: Board) -> None:
    told.happen("", "CREATE_IN_PROGRESS")
    told.happen("Nested", "CREATE_IN_PROGRESS", NESTED, kind=STACK_TYPE)
    told.happen("", "CREATE_IN_PROGRESS", stack=NESTED)
    told.happen("Before", "CREATE_IN_PROGRESS", stack=NESTED)
    told.put("s", "creating", 10, tags=owned(stack=NESTED))
    told.after(30, lambda: told.put("s"))
    told.after(31, lambda: told.happen("", "CREATE_COMPLETE"))
    told.hold("Before", "s", stack=NESTED)
    told.held[STACK_ARN] = [
        Resource(
            stack=STACK_ARN,
            name="Nested",
            physical_id=NESTED,
            type=STACK_TYPE,
            status="CREATE_COMPLETE",
        )
    ]
    assert watch(told, board) == ["s"]


def test_the_end_is_the_stacks_so_that_a_failing_migration_is_told_of(
    told: Told, board: Board, output: io.StringIO
) -> None:
    begin(told, "Before")
    told.put("s", tags=owned())
    complete(told)
    told.after(30, lambda: told.happen("Migrate", "CREATE_IN_PROGRESS", kind="Custom::M"))
    told.after(60, lambda: told.happen("Migrate", "CREATE_FAILED", "", "it broke", "Custom::M"))
    told.after(60, lambda: told.happen("", "ROLLBACK_IN_PROGRESS"))
    with pytest.raises(Failed) as problem:
        watch(told, board)
    said = str(problem.value)
    assert "is ROLLBACK_IN_PROGRESS: Migrate (Custom::M) failed: it broke" in said
    assert "Snapshot s is available and is kept: arn:aws:rds:" in said
    assert "neptune-snapshot restore-plan s" in said
    assert "its snapshot is available, the rest goes on" in output.getvalue()


def test_a_snapshot_that_goes_on_though_its_stack_failed_is_told_of(
    told: Told, board: Board
) -> None:
    begin(told, "Before", "Other")
    told.put("s", "creating", 10, tags=owned())
    told.after(30, lambda: told.happen("Other", "CREATE_FAILED", "", "no", "AWS::X::Y"))
    told.after(30, lambda: told.happen("", "ROLLBACK_IN_PROGRESS"))
    with pytest.raises(Failed, match="s is creating and goes on: neptune-snapshot watch"):
        watch(told, board)


def test_a_snapshot_that_was_refused_is_told_with_the_providers_reason(
    told: Told, board: Board
) -> None:
    begin(told, "Before")
    told.happen("Before", "CREATE_FAILED", "s", "DBClusterNotFoundFault: no cluster my-grpah")
    told.happen("", "ROLLBACK_IN_PROGRESS")
    with pytest.raises(Failed, match=r"(?s)no cluster my-grpah.*No snapshot was begun"):
        watch(told, board)


def test_a_stack_that_has_rolled_back_still_says_why_and_names_the_new_snapshot(
    told: Told, board: Board
) -> None:
    told.put("old", age=5000, tags=owned())
    told.happen("", "UPDATE_IN_PROGRESS")
    told.happen("Before", "UPDATE_IN_PROGRESS", "old")
    told.put("new", tags=owned())
    told.happen("Before", "UPDATE_COMPLETE", "new")
    told.happen("Migrate", "UPDATE_FAILED", "", "it broke", "Custom::M")
    told.happen("", "UPDATE_ROLLBACK_IN_PROGRESS")
    told.happen("Before", "UPDATE_COMPLETE", "old")
    told.happen("", "UPDATE_ROLLBACK_COMPLETE")
    with pytest.raises(Failed) as problem:
        watch(told, board)
    assert "Snapshot new is available" in str(problem.value)
    assert "Snapshot old" not in str(problem.value)


def test_a_stack_at_rest_names_its_snapshots_also_those_it_did_not_touch(
    told: Told, board: Board, output: io.StringIO
) -> None:
    told.put("s", age=5000, tags=owned())
    told.happen("", "UPDATE_IN_PROGRESS")
    told.happen("", "UPDATE_COMPLETE")
    told.hold("Before", "s")
    assert watch(told, board) == ["s"]
    assert "Stack my-stack is UPDATE_COMPLETE: nothing is going on" in output.getvalue()


def test_a_stack_at_rest_whose_snapshot_is_gone_is_an_error(told: Told, board: Board) -> None:
    begin(told)
    told.happen("", "CREATE_COMPLETE")
    told.hold("Before", "gone")
    with pytest.raises(Failed, match="Snapshot gone, which the stack stands for, is gone"):
        watch(told, board)


def test_a_stack_without_a_snapshot_is_an_error(told: Told, board: Board) -> None:
    begin(told)
    told.after(30, lambda: told.happen("", "CREATE_COMPLETE"))
    with pytest.raises(NotFound, match="my-stack has no Neptune snapshot"):
        watch(told, board)


def test_a_snapshot_that_was_skipped_is_no_error(
    told: Told, board: Board, output: io.StringIO
) -> None:
    begin(told)
    complete(told, name="skipped:0a1b")
    told.happen("", "CREATE_COMPLETE")
    assert watch(told, board) == []
    assert "Before took no snapshot: there was no cluster yet" in output.getvalue()


def test_a_stack_that_is_not_there_is_an_error(told: Told, board: Board) -> None:
    with pytest.raises(NotFound, match=r"no stack my-stack in eu-west-1.*--wait"):
        watch(told, board)


def test_a_stack_that_is_not_there_yet_is_waited_for_if_asked_to(
    told: Told, board: Board, output: io.StringIO
) -> None:
    told.after(30, lambda: begin(told, "Before"))
    told.after(40, lambda: told.put("s", tags=owned()))
    told.after(40, lambda: complete(told))
    told.after(40, lambda: told.happen("", "CREATE_COMPLETE"))
    assert watch(told, board, Terms(wait=True)) == ["s"]
    assert "waiting for stack my-stack: not there yet" in output.getvalue()


def test_the_next_update_of_a_stack_at_rest_is_waited_for_if_asked_to(
    told: Told, board: Board
) -> None:
    begin(told)
    told.happen("", "CREATE_COMPLETE")
    told.after(30, lambda: told.happen("", "UPDATE_IN_PROGRESS"))
    told.after(60, lambda: told.put("s", tags=owned()))
    told.after(60, lambda: complete(told))
    told.after(60, lambda: told.happen("", "UPDATE_COMPLETE"))
    assert watch(told, board, Terms(wait=True)) == ["s"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_deployment_that_fails_between_two_looks_is_told_of(
    told: Told, board: Board, *, exists: bool
) -> None:
    verb = "UPDATE" if exists else "CREATE"
    if exists:
        begin(told)
        told.happen("", "CREATE_COMPLETE")

    def fail() -> None:
        told.happen("", f"{verb}_IN_PROGRESS")
        told.happen("Before", f"{verb}_FAILED", reason="DBClusterNotFoundFault: no DB cluster")
        told.happen("", "UPDATE_ROLLBACK_COMPLETE" if exists else "ROLLBACK_COMPLETE")

    told.after(31, fail)
    with pytest.raises(Failed, match="DBClusterNotFoundFault"):
        watch(told, board, Terms(wait=True, timeout=600))


def test_an_update_that_succeeds_between_two_looks_is_told_of(told: Told, board: Board) -> None:
    begin(told)
    told.happen("", "CREATE_COMPLETE")
    told.happen("", "UPDATE_IN_PROGRESS")
    told.happen("", "UPDATE_COMPLETE")

    def update() -> None:
        told.put("s", tags=owned())
        told.happen("", "UPDATE_IN_PROGRESS")
        complete(told)
        told.happen("", "UPDATE_COMPLETE")

    told.after(31, update)
    assert watch(told, board, Terms(wait=True, timeout=600)) == ["s"]


def test_a_stack_that_is_deleted_to_be_deployed_anew_is_waited_for(
    told: Told, board: Board
) -> None:
    """As the CDK does with one whose first deployment failed."""
    begin(told)
    told.happen("", "ROLLBACK_COMPLETE")
    told.after(20, lambda: told.happen("", "DELETE_IN_PROGRESS"))
    told.after(40, lambda: begin(told, "Before"))
    told.after(60, lambda: told.put("s", tags=owned()))
    told.after(60, lambda: complete(told))
    told.after(60, lambda: told.happen("", "CREATE_COMPLETE"))
    assert watch(told, board, Terms(wait=True)) == ["s"]


def test_a_stack_that_is_deleted_takes_no_snapshot(told: Told, board: Board) -> None:
    begin(told, "Before")
    told.after(30, lambda: told.happen("", "DELETE_IN_PROGRESS"))
    with pytest.raises(Failed, match="my-stack is DELETE_IN_PROGRESS: it takes no snapshot"):
        watch(told, board)


def test_the_time_allowed_ends_it_and_says_what_goes_on(told: Told, board: Board) -> None:
    begin(told, "Before")
    told.put("s", "creating", 20, tags=owned())
    with pytest.raises(TimedOut, match=r"stack my-stack is CREATE_IN_PROGRESS; snapshot s: crea"):
        watch(told, board, Terms(timeout=90))


@pytest.mark.parametrize("physical_id", ["skipped:0a1b", "my-stack_Before_1", "x" * 64])
def test_ids_that_cannot_be_a_snapshots_are_not_asked_for(
    told: Told, board: Board, physical_id: str
) -> None:
    told.happen("", "UPDATE_IN_PROGRESS")
    told.happen("Before", "UPDATE_IN_PROGRESS", physical_id)
    told.after(30, lambda: told.happen("Before", "UPDATE_FAILED", physical_id, "no"))
    told.after(30, lambda: told.happen("", "UPDATE_ROLLBACK_IN_PROGRESS"))
    with pytest.raises(Failed, match="No snapshot was begun"):
        watch(told, board)
    assert "snapshot" not in told.calls


def test_events_are_read_once(told: Told, board: Board) -> None:
    begin(told, "Before")
    for number in range(300):
        told.happen(f"Other{number}", "CREATE_COMPLETE", "x", kind="AWS::X::Y")
    told.put("s", tags=owned())
    told.after(100, lambda: complete(told))
    told.after(100, lambda: told.happen("", "CREATE_COMPLETE"))
    watch(told, board)
    assert told.events_read < 302 + 50
