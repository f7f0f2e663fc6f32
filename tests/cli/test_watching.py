"""Watching snapshots by their names."""

import io

import pytest

from neptune_snapshot_cli.errors import Denied, Failed, NoAccess, NotFound, TimedOut, Unanswered
from neptune_snapshot_cli.patience import UNANSWERED_MAX, Terms
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.watching import SnapshotWatch
from support.told import Told


def watch(told: Told, board: Board, *names: str, terms: Terms | None = None) -> list[str]:
    found = SnapshotWatch(told, board, told.clock, terms or Terms()).run(names)
    return [one.identifier for one in found]


def test_it_ends_when_the_last_is_available(told: Told, board: Board, output: io.StringIO) -> None:
    told.put("a", "creating", 0)
    told.put("b", "creating", 50)
    told.after(60, lambda: told.put("b"))
    told.after(300, lambda: told.put("a"))
    assert watch(told, board, "a", "b") == ["a", "b"]
    said = output.getvalue()
    assert said.index("✓ snapshot b") < said.index("✓ snapshot a")


def test_the_state_of_the_cluster_is_shown_and_asked_for_once_a_look(
    told: Told, board: Board, output: io.StringIO
) -> None:
    told.put_cluster(status="backing-up")
    for name in ("a", "b"):
        told.put(name, "creating", 0)
        told.after(1, lambda name=name: told.put(name))  # type: ignore[misc]
    watch(told, board, "a", "b")
    assert "(cluster my-graph: backing-up)" in output.getvalue()
    assert told.calls == ["snapshot", "cluster", "snapshot", "snapshot", "snapshot"]


def test_a_long_snapshot_is_looked_at_every_ten_seconds(told: Told, board: Board) -> None:
    told.put("a", "creating", 0)
    told.after(36_000, lambda: told.put("a"))
    watch(told, board, "a")
    assert 3600 <= told.calls.count("snapshot") < 4200


def test_one_that_fails_does_not_end_the_watch_of_the_others(told: Told, board: Board) -> None:
    told.put("bad", "creating", 10)
    told.put("good", "creating", 10)
    told.after(20, lambda: told.put("bad", "failed", 10))
    told.after(50, lambda: told.put("good"))
    with pytest.raises(Failed, match=r"bad is failed .* cluster is untouched.* describe-events"):
        watch(told, board, "bad", "good")
    assert told.all_snapshots["good"].status == "available"


def test_one_that_is_deleted_meanwhile_is_told_of(told: Told, board: Board) -> None:
    told.put("a", "creating", 10)
    told.after(20, lambda: told.all_snapshots.pop("a"))
    with pytest.raises(Failed, match="Snapshot a is gone: somebody has deleted it"):
        watch(told, board, "a")


def test_one_that_is_not_seen_for_a_moment_is_not_gone(told: Told, board: Board) -> None:
    one = told.put("a", "creating", 10)
    told.after(20, lambda: told.all_snapshots.pop("a"))
    told.after(25, lambda: told.all_snapshots.update(a=one))
    told.after(60, lambda: told.put("a"))
    assert watch(told, board, "a") == ["a"]


def test_one_that_is_not_there_is_an_error_that_names_the_region(told: Told, board: Board) -> None:
    with pytest.raises(NotFound, match="no snapshot nowhere in eu-west-1"):
        watch(told, board, "nowhere")


def test_one_that_is_not_there_yet_is_waited_for_if_asked_to(
    told: Told, board: Board, output: io.StringIO
) -> None:
    told.after(30, lambda: told.put("late"))
    assert watch(told, board, "late", terms=Terms(wait=True)) == ["late"]
    assert "waiting for snapshot late: not there yet" in output.getvalue()


def test_the_time_allowed_ends_it_and_says_how_far_it_was(told: Told, board: Board) -> None:
    told.put("a", "creating", 43)
    with pytest.raises(TimedOut, match=r"10 min 00 s are over: snapshot a: creating, 43 %"):
        watch(told, board, "a", terms=Terms(timeout=600))
    assert told.time == 1_000_600


def test_throttling_is_waited_out_and_told_once(
    told: Told, board: Board, output: io.StringIO
) -> None:
    def throttle(name: str) -> None:
        if 10 < told.time - 1_000_000 < 100 and name == "snapshot":
            raise Unanswered("AWS does not answer.")

    told.put("a", "creating", 10)
    told.after(120, lambda: told.put("a"))
    told.before = throttle
    assert watch(told, board, "a") == ["a"]
    assert output.getvalue().count("Asking again") == 1


def test_silence_for_five_minutes_ends_it(told: Told, board: Board) -> None:
    def be_silent(_: str) -> None:
        raise Unanswered("AWS does not answer.")

    told.before = be_silent
    with pytest.raises(Unanswered):
        watch(told, board, "a")
    assert told.time - 1_000_000 == pytest.approx(UNANSWERED_MAX, abs=15)


def test_credentials_that_expire_end_it_at_once(told: Told, board: Board) -> None:
    def expire(_: str) -> None:
        if told.time > 1_000_100:
            raise NoAccess("The credentials have expired.")

    told.put("a", "creating", 10)
    told.before = expire
    with pytest.raises(NoAccess, match="expired"):
        watch(told, board, "a")


def test_without_the_right_to_see_clusters_their_state_is_left_out(
    told: Told, board: Board, output: io.StringIO
) -> None:
    def deny(name: str) -> None:
        if name == "cluster":
            raise Denied("rds:DescribeDBClusters", "no")

    told.put("a", "creating", 10)
    told.after(60, lambda: told.put("a"))
    told.before = deny
    assert watch(told, board, "a") == ["a"]
    assert output.getvalue().count("rds:DescribeDBClusters is missing") == 1
    assert told.calls.count("cluster") == 1
