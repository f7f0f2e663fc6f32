"""Watching snapshots by their names."""

import io

import pytest

from neptune_snapshot_cli.errors import Denied, Failed, NoAccess, NotFound, TimedOut, Unanswered
from neptune_snapshot_cli.retry import UNANSWERED_MAX, Terms
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_cli.watching import SnapshotWatch
from support.fake_aws import FakeAws


def watch(fake: FakeAws, board: Board, *names: str, terms: Terms | None = None) -> list[str]:
    found = SnapshotWatch(fake, board, fake.clock, terms or Terms()).run(names)
    return [one.identifier for one in found]


def test_it_ends_when_the_last_is_available(
    fake: FakeAws, board: Board, output: io.StringIO
) -> None:
    fake.put("a", "creating", 0)
    fake.put("b", "creating", 50)
    fake.after(60, lambda: fake.put("b"))
    fake.after(300, lambda: fake.put("a"))
    assert watch(fake, board, "a", "b") == ["a", "b"]
    said = output.getvalue()
    assert said.index("✓ snapshot b") < said.index("✓ snapshot a")


def test_the_state_of_the_cluster_is_shown_and_asked_for_once_a_look(
    fake: FakeAws, board: Board, output: io.StringIO
) -> None:
    fake.put_cluster(status="backing-up")
    for name in ("a", "b"):
        fake.put(name, "creating", 0)
        fake.after(1, lambda name=name: fake.put(name))  # type: ignore[misc]
    watch(fake, board, "a", "b")
    assert "(cluster my-graph: backing-up)" in output.getvalue()
    assert fake.calls == ["snapshot", "cluster", "snapshot", "snapshot", "snapshot"]


def test_a_long_snapshot_is_looked_at_every_ten_seconds(fake: FakeAws, board: Board) -> None:
    fake.put("a", "creating", 0)
    fake.after(36_000, lambda: fake.put("a"))
    watch(fake, board, "a")
    assert 3600 <= fake.calls.count("snapshot") < 4200


def test_one_that_fails_does_not_end_the_watch_of_the_others(fake: FakeAws, board: Board) -> None:
    fake.put("bad", "creating", 10)
    fake.put("good", "creating", 10)
    fake.after(20, lambda: fake.put("bad", "failed", 10))
    fake.after(50, lambda: fake.put("good"))
    with pytest.raises(Failed, match=r"bad is failed .* cluster is untouched.* describe-events"):
        watch(fake, board, "bad", "good")
    assert fake.all_snapshots["good"].status == "available"


def test_one_that_is_deleted_meanwhile_is_told_of(fake: FakeAws, board: Board) -> None:
    fake.put("a", "creating", 10)
    fake.after(20, lambda: fake.all_snapshots.pop("a"))
    with pytest.raises(Failed, match="Snapshot a does not exist any more"):
        watch(fake, board, "a")


def test_one_that_is_not_seen_for_a_moment_is_not_gone(fake: FakeAws, board: Board) -> None:
    one = fake.put("a", "creating", 10)
    fake.after(20, lambda: fake.all_snapshots.pop("a"))
    fake.after(25, lambda: fake.all_snapshots.update(a=one))
    fake.after(60, lambda: fake.put("a"))
    assert watch(fake, board, "a") == ["a"]


def test_one_that_is_not_there_is_an_error_that_names_the_region(
    fake: FakeAws, board: Board
) -> None:
    with pytest.raises(NotFound, match="no snapshot nowhere in eu-west-1"):
        watch(fake, board, "nowhere")


def test_one_that_is_not_there_yet_is_waited_for_if_asked_to(
    fake: FakeAws, board: Board, output: io.StringIO
) -> None:
    fake.after(30, lambda: fake.put("late"))
    assert watch(fake, board, "late", terms=Terms(wait=True)) == ["late"]
    assert "waiting for snapshot late: not there yet" in output.getvalue()


def test_the_time_allowed_ends_it_and_says_how_far_it_was(fake: FakeAws, board: Board) -> None:
    fake.put("a", "creating", 43)
    with pytest.raises(TimedOut, match=r"10 min 00 s are over: snapshot a: creating, 43 %"):
        watch(fake, board, "a", terms=Terms(timeout=600))
    assert fake.time == 1_000_600


def test_throttling_is_waited_out_and_told_once(
    fake: FakeAws, board: Board, output: io.StringIO
) -> None:
    def throttle(name: str) -> None:
        if 10 < fake.time - 1_000_000 < 100 and name == "snapshot":
            raise Unanswered("AWS does not answer.")

    fake.put("a", "creating", 10)
    fake.after(120, lambda: fake.put("a"))
    fake.before = throttle
    assert watch(fake, board, "a") == ["a"]
    assert output.getvalue().count("Asking again") == 1


def test_silence_for_five_minutes_ends_it(fake: FakeAws, board: Board) -> None:
    def be_silent(_: str) -> None:
        raise Unanswered("AWS does not answer.")

    fake.before = be_silent
    with pytest.raises(Unanswered):
        watch(fake, board, "a")
    assert fake.time - 1_000_000 == pytest.approx(UNANSWERED_MAX, abs=15)


def test_credentials_that_expire_end_it_at_once(fake: FakeAws, board: Board) -> None:
    def expire(_: str) -> None:
        if fake.time > 1_000_100:
            raise NoAccess("The credentials have expired.")

    fake.put("a", "creating", 10)
    fake.before = expire
    with pytest.raises(NoAccess, match="expired"):
        watch(fake, board, "a")


def test_without_the_right_to_see_clusters_their_state_is_left_out(
    fake: FakeAws, board: Board, output: io.StringIO
) -> None:
    def deny(name: str) -> None:
        if name == "cluster":
            raise Denied("rds:DescribeDBClusters", "no")

    fake.put("a", "creating", 10)
    fake.after(60, lambda: fake.put("a"))
    fake.before = deny
    assert watch(fake, board, "a") == ["a"]
    assert output.getvalue().count("rds:DescribeDBClusters is missing") == 1
    assert fake.calls.count("cluster") == 1
