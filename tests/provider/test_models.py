"""Attributes and reasons as they leave the Lambda."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from neptune_snapshot_provider import logs
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.models import Cluster, Snapshot, Stack
from neptune_snapshot_provider.errors import DeadlineExceeded, ProviderError

RECORD = {
    "AvailabilityZones": ["eu-west-1a", "eu-west-1b"],
    "DBClusterSnapshotIdentifier": "s",
    "SnapshotCreateTime": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
    "AllocatedStorage": 12,
    "StorageEncrypted": True,
    "IAMDatabaseAuthenticationEnabled": False,
    "PercentProgress": 100,
    "Unheard": "of",
}


def test_all_21_attributes_are_short_strings() -> None:
    values = attributes(RECORD)
    assert tuple(values) == SNAPSHOT_FIELDS
    assert len(values) == 21
    assert values["AvailabilityZones"] == "eu-west-1a,eu-west-1b"
    assert values["SnapshotCreateTime"] == "2026-01-02T01:04:05Z"
    assert values["AllocatedStorage"] == "12"
    assert values["StorageEncrypted"] == "true"
    assert values["IAMDatabaseAuthenticationEnabled"] == "false"
    assert values["KmsKeyId"] == ""
    assert all(isinstance(value, str) for value in values.values())


def test_a_record_with_nothing_in_it_is_read() -> None:
    snapshot = Snapshot.of({})
    assert snapshot.percent is None
    assert snapshot.created_at is None
    assert set(attributes(snapshot.fields).values()) == {""}


def test_the_creation_time_is_in_seconds_since_the_epoch() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    assert Snapshot.of({"SnapshotCreateTime": created}).created_at == created.timestamp()


def test_a_reason_is_never_longer_than_what_crhelper_keeps() -> None:
    error = DeadlineExceeded("snapshot " + "x" * 300, "advice")
    assert len(error.reason) == 256
    assert error.reason.startswith("DeadlineExceeded: snapshot x")


def test_an_error_carries_what_it_is_about() -> None:
    error = ProviderError("m", "a", snapshot="s", cluster="c", status="x")
    assert (str(error), error.snapshot, error.cluster, error.status) == ("m a", "s", "c", "x")


def test_a_log_line_is_json_with_the_message_first(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logs.JsonLines())
    record = logging.LogRecord("x", logging.INFO, "", 0, "it %s", ("works",), None)
    record.fields = {"percent": 7, "status": "", "snapshot": None}
    handler.emit(record)
    line = capsys.readouterr().err
    assert line.startswith('{"message": "it works", "level": "INFO"')
    assert json.loads(line)["percent"] == 7
    assert "status" not in line


def test_a_line_of_the_log_has_the_code_of_its_event(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logs.JsonLines())
    logger = logging.getLogger("neptune_snapshot_provider")
    logger.addHandler(handler)
    try:
        logs.log(logging.WARNING, logs.LogEvent.RULE_FAILED, "no rule", snapshot="s", percent=None)
    finally:
        logger.removeHandler(handler)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "rule.failed"
    assert (line["message"], line["level"], line["snapshot"]) == ("no rule", "WARNING", "s")
    assert "percent" not in line


def test_every_event_of_the_log_has_a_code_of_its_own() -> None:
    codes = [event.value for event in logs.LogEvent]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", code) for code in codes)


def test_a_copy_is_recognized() -> None:
    assert Snapshot.of({"SourceDBClusterSnapshotArn": None}).source_arn == ""
    assert Snapshot.of({"SourceDBClusterSnapshotArn": "arn:x"}).source_arn == "arn:x"


def test_a_cluster_keeps_its_record_for_the_restore_settings() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    record = {"DBClusterIdentifier": "c", "ClusterCreateTime": created, "NetworkType": "DUAL"}
    cluster = Cluster.of(record)
    assert (cluster.created_at, cluster.fields) == (created.timestamp(), record)


def test_a_stack_names_all_statuses_in_a_message() -> None:
    assert Stack(status="A", ancestors=("B", "C")).text == "A/B/C"
