import pytest

from benchmarks import peers
from benchmarks.lag.plan import DURATIONS, SHAPES, Trial, lanes
from benchmarks.lag.run import sample
from local_aws import Call, Caller, ProgressCurve

TRIAL = Trial(peers.OURS, 20, ProgressCurve.JUMP, number=0, count=1)


def test_every_peer_takes_every_kind_of_snapshot_once_for_each_cluster() -> None:
    trials = [trial for lane in lanes(quick=False) for trial in lane.trials]
    kinds = {(trial.peer, trial.seconds, trial.progress) for trial in trials}
    assert len(kinds) == len(peers.PEERS) * len(DURATIONS) * len(SHAPES)
    assert len({trial.cluster for trial in trials}) == len(trials)


def test_durations_are_spread_around_what_they_are_called() -> None:
    spread = [Trial(peers.OURS, 20, ProgressCurve.JUMP, number, 5).duration for number in range(5)]
    assert spread == pytest.approx([18, 19, 20, 21, 22])


def test_lag_counts_from_the_end_of_the_snapshot_to_the_answer() -> None:
    calls = [
        _call(99.0, "rds", "DescribeDBClusterSnapshots", DBClusterSnapshotIdentifier="s-1"),
        _call(
            100.0,
            "rds",
            "CreateDBClusterSnapshot",
            DBClusterIdentifier=TRIAL.cluster,
            DBClusterSnapshotIdentifier="s-1",
        ),
        _call(110.0, "rds", "DescribeDBClusterSnapshots", DBClusterSnapshotIdentifier="s-1"),
        _call(111.0, "rds", "DescribeDBClusterSnapshots", DBClusterSnapshotIdentifier="other"),
        _answer("SUCCESS"),
    ]
    measured = sample(TRIAL, "request", calls)
    assert measured["lag"] == pytest.approx(0.5)
    assert measured["answering"] == pytest.approx(10.5)
    assert measured["calls"] == 2


def test_a_failed_snapshot_ends_the_measurement() -> None:
    created = _call(
        100.0,
        "rds",
        "CreateDBClusterSnapshot",
        DBClusterIdentifier=TRIAL.cluster,
        DBClusterSnapshotIdentifier="s-1",
    )
    with pytest.raises(RuntimeError, match="broken"):
        sample(TRIAL, "request", [created, _answer("FAILED")])


def _answer(status: str) -> Call:
    answer = {"RequestId": "request", "Status": status, "Reason": "broken"}
    return _call(120.5, "cloudformation", "CustomResourceResponse", **answer)


def _call(time: float, service: str, action: str, **parameters: str) -> Call:
    return Call(time, service, action, parameters, Caller.LAMBDA, 200)
