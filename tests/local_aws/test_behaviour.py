import pytest

from fake_neptune import ProgressCurve, Snapshot, SnapshotBehaviour, SnapshotEnd


@pytest.mark.parametrize(
    ("progress", "percents"),
    [
        (ProgressCurve.LINEAR, [0, 10, 30, 60, 99, 100, 100]),
        (ProgressCurve.JUMP, [0, 0, 0, 0, 0, 100, 100]),
        (ProgressCurve.STALLED, [0, 20, 40, 40, 40, 100, 100]),
        (ProgressCurve.STEPPED, [0, 0, 25, 50, 75, 100, 100]),
        (ProgressCurve.ABSENT, [None, None, None, None, None, 100, 100]),
    ],
)
def test_progress_moves_in_its_way_and_is_100_only_when_available(
    progress: ProgressCurve, percents: list[int | None]
) -> None:
    behaviour = SnapshotBehaviour(seconds=10, progress=progress)
    assert [behaviour.percent_at(age) for age in (0, 1, 3, 6, 9.99, 10, 11)] == percents


def test_a_failing_snapshot_is_in_progress_first_and_never_reaches_100() -> None:
    behaviour = SnapshotBehaviour(seconds=10, outcome=SnapshotEnd.FAILED)
    assert (behaviour.status_at(9), behaviour.status_at(10)) == ("creating", "failed")
    assert behaviour.percent_at(1000) == 99


def test_a_snapshot_that_never_ends_stays_in_progress() -> None:
    behaviour = SnapshotBehaviour(seconds=10, outcome=SnapshotEnd.NEVER)
    assert (behaviour.status_at(1e9), behaviour.percent_at(1e9)) == ("creating", 99)


def test_a_deleted_snapshot_is_deleting_until_it_is_gone() -> None:
    times = [104.0]
    doomed = Snapshot(
        name="doomed", cluster="graph", now=lambda: times[0], created_at=0, gone_at=105
    )
    assert (doomed.status, doomed.is_gone) == ("deleting", False)
    times[0] = 105.0
    assert doomed.is_gone
