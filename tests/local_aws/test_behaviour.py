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


@pytest.mark.parametrize(
    ("outcome", "age", "status"),
    [
        (SnapshotEnd.FAILED, 9, "creating"),
        (SnapshotEnd.FAILED, 1000, "failed"),
        (SnapshotEnd.NEVER, 1e9, "creating"),
    ],
)
def test_a_snapshot_that_does_not_end_well_never_reaches_100(
    outcome: SnapshotEnd, age: float, status: str
) -> None:
    behaviour = SnapshotBehaviour(seconds=10, outcome=outcome)
    assert behaviour.status_at(age) == status
    assert behaviour.percent_at(age) == min(int(age * 10), 99)


def test_a_deleted_snapshot_is_deleting_until_it_is_gone() -> None:
    times = [104.0]
    doomed = Snapshot(
        name="doomed", cluster="graph", now=lambda: times[0], created_at=0, gone_at=105
    )
    assert (doomed.status, doomed.is_gone) == ("deleting", False)
    times[0] = 105.0
    assert doomed.is_gone
