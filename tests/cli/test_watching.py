"""Watching snapshots by their names."""

import pytest

from neptune_snapshot_cli.errors import Denied, Failed, NoAccess, NotFound, TimedOut, Unanswered
from neptune_snapshot_cli.retry import UNANSWERED_MAX, Terms
from neptune_snapshot_cli.watching import SnapshotWatch
from support.fake_aws import NOW, FakeAws


def watch(fake: FakeAws, *names: str, terms: Terms | None = None) -> list[str]:
    found = SnapshotWatch(fake, fake.board, fake.clock, terms or Terms()).run(names)
    return [one.identifier for one in found]


def test_it_ends_when_the_last_is_available(fake: FakeAws) -> None:
    fake.put("a", "creating", 0)
    fake.put("b", "creating", 50)
    fake.after(60, lambda: fake.put("b"))
    fake.after(300, lambda: fake.put("a"))
    assert watch(fake, "a", "b") == ["a", "b"]
    assert fake.said.index("✓ snapshot b") < fake.said.index("✓ snapshot a")


def test_the_state_of_the_cluster_is_shown_and_asked_for_once_a_look(fake: FakeAws) -> None:
    fake.put_cluster(status="backing-up")
    for name in ("a", "b"):
        fake.put(name, "creating", 0)
    fake.after(1, lambda: fake.put("a"), lambda: fake.put("b"))
    watch(fake, "a", "b")
    assert "(cluster my-graph: backing-up)" in fake.said
    assert fake.calls == ["snapshot", "cluster", "snapshot", "snapshot", "snapshot"]


def test_a_long_snapshot_is_looked_at_every_ten_seconds(fake: FakeAws) -> None:
    fake.put("a", "creating", 0)
    fake.after(36_000, lambda: fake.put("a"))
    watch(fake, "a")
    assert 3600 <= fake.calls.count("snapshot") < 4200


def test_one_that_fails_does_not_end_the_watch_of_the_others(fake: FakeAws) -> None:
    fake.put("bad", "creating", 10)
    fake.put("good", "creating", 10)
    fake.after(20, lambda: fake.put("bad", "failed", 10))
    fake.after(50, lambda: fake.put("good"))
    with pytest.raises(Failed, match=r"bad is failed .* cluster is untouched.* describe-events"):
        watch(fake, "bad", "good")
    assert fake.all_snapshots["good"].status == "available"


def test_one_that_is_deleted_meanwhile_is_told_of(fake: FakeAws) -> None:
    fake.put("a", "creating", 10)
    fake.after(20, lambda: fake.all_snapshots.pop("a"))
    with pytest.raises(Failed, match="Snapshot a does not exist any more"):
        watch(fake, "a")


def test_one_that_is_not_seen_for_a_moment_is_not_gone(fake: FakeAws) -> None:
    one = fake.put("a", "creating", 10)
    fake.after(20, lambda: fake.all_snapshots.pop("a"))
    fake.after(25, lambda: fake.all_snapshots.update(a=one))
    fake.after(60, lambda: fake.put("a"))
    assert watch(fake, "a") == ["a"]


def test_one_that_is_not_there_is_an_error_or_waited_for(fake: FakeAws) -> None:
    with pytest.raises(NotFound, match="no snapshot late in eu-west-1"):
        watch(fake, "late")
    fake.after(30, lambda: fake.put("late"))
    assert watch(fake, "late", terms=Terms(wait=True)) == ["late"]
    assert "waiting for snapshot late: not there yet" in fake.said


def test_the_time_allowed_ends_it_and_says_how_far_it_was(fake: FakeAws) -> None:
    fake.put("a", "creating", 43)
    with pytest.raises(TimedOut, match=r"10 min 00 s are over: snapshot a: creating, 43 %"):
        watch(fake, "a", terms=Terms(timeout=600))
    assert fake.time == NOW + 600


def test_throttling_is_waited_out_and_told_once(fake: FakeAws) -> None:
    fake.put("a", "creating", 10)
    fake.after(120, lambda: fake.put("a"))
    fake.refuse(Unanswered("AWS does not answer."), "snapshot", since=10, until=100)
    assert watch(fake, "a") == ["a"]
    assert fake.said.count("Asking again") == 1


def test_silence_for_five_minutes_ends_it(fake: FakeAws) -> None:
    fake.refuse(Unanswered("AWS does not answer."))
    with pytest.raises(Unanswered):
        watch(fake, "a")
    assert fake.time - NOW == pytest.approx(UNANSWERED_MAX, abs=15)


def test_credentials_that_expire_end_it_at_once(fake: FakeAws) -> None:
    fake.put("a", "creating", 10)
    fake.refuse(NoAccess("The credentials have expired."), since=100)
    with pytest.raises(NoAccess, match="expired"):
        watch(fake, "a")


def test_without_the_permission_to_see_clusters_their_state_is_left_out(fake: FakeAws) -> None:
    fake.put("a", "creating", 10)
    fake.after(60, lambda: fake.put("a"))
    fake.refuse(Denied("rds:DescribeDBClusters", "no"), "cluster")
    assert watch(fake, "a") == ["a"]
    assert fake.said.count("rds:DescribeDBClusters is missing") == 1
    assert fake.calls.count("cluster") == 1
