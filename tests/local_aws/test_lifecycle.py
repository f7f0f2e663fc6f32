from local_aws import ProgressCurve, SnapshotBehaviour, SnapshotEnd
from local_aws.lifecycle import SnapshotLife


def _percents(progress: ProgressCurve) -> list[int | None]:
    life = SnapshotLife(SnapshotBehaviour(seconds=10, progress=progress), started=100)
    return [life.percent(100 + second) for second in (0, 1, 3, 6, 9.99, 10, 11)]


def test_linear_progress_grows_evenly_and_is_100_only_when_available() -> None:
    assert _percents(ProgressCurve.LINEAR) == [0, 10, 30, 60, 99, 100, 100]


def test_jumping_progress_stays_at_0_until_the_end() -> None:
    assert _percents(ProgressCurve.JUMP) == [0, 0, 0, 0, 0, 100, 100]


def test_stalled_progress_stays_at_40() -> None:
    assert _percents(ProgressCurve.STALLED) == [0, 20, 40, 40, 40, 100, 100]


def test_stepped_progress_moves_in_quarters() -> None:
    assert _percents(ProgressCurve.STEPPED) == [0, 0, 25, 50, 75, 100, 100]


def test_absent_progress_appears_at_the_end() -> None:
    assert _percents(ProgressCurve.ABSENT) == [None, None, None, None, None, 100, 100]


def test_a_failing_snapshot_is_in_progress_first_and_never_reaches_100() -> None:
    life = SnapshotLife(SnapshotBehaviour(seconds=10, outcome=SnapshotEnd.FAILED), started=0)
    assert (life.status(9), life.status(10)) == ("creating", "failed")
    assert life.percent(1000) == 99


def test_a_snapshot_that_never_ends_stays_in_progress() -> None:
    life = SnapshotLife(SnapshotBehaviour(seconds=10, outcome=SnapshotEnd.NEVER), started=0)
    assert (life.status(1e9), life.percent(1e9)) == ("creating", 99)


def test_a_deleted_snapshot_is_deleting_until_it_is_gone() -> None:
    life = SnapshotLife(SnapshotBehaviour(seconds=0, delete_seconds=5), started=0)
    life.deleting_since = 100
    assert life.status(104) == "deleting"
    assert (life.is_gone(104), life.is_gone(105)) == (False, True)
