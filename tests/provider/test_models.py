"""Attributes and reasons as they leave the Lambda."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from neptune_snapshot_provider import logs
from neptune_snapshot_provider.contract import SNAPSHOT_FIELDS
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.models import Cluster, Snapshot
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
    assert (snapshot.percent, snapshot.created_at) == (None, None)
    assert set(attributes(snapshot.fields).values()) == {""}


def test_the_creation_time_and_the_source_of_a_copy_are_read() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    copy = Snapshot.of({"SnapshotCreateTime": created, "SourceDBClusterSnapshotArn": "arn:x"})
    assert (copy.created_at, copy.source_arn) == (created.timestamp(), "arn:x")
    assert Snapshot.of({"SourceDBClusterSnapshotArn": None}).source_arn == ""


def test_a_reason_is_never_longer_than_what_crhelper_keeps() -> None:
    error = DeadlineExceeded("snapshot " + "x" * 300, "advice")
    assert len(error.reason) == 256
    assert error.reason.startswith("DeadlineExceeded: snapshot x")


def test_an_error_carries_what_it_is_about() -> None:
    error = ProviderError("m", "a", snapshot="s", cluster="c", status="x")
    assert (str(error), error.snapshot, error.cluster, error.status) == ("m a", "s", "c", "x")


def test_a_line_of_the_log_has_the_message_first_and_the_code_of_its_event(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logs.JsonLines())
    logger = logging.getLogger("neptune_snapshot_provider")
    logger.addHandler(handler)
    try:
        fields: dict[str, Any] = {"snapshot": "s", "percent": None, "status": "", "attempt": 7}
        logs.log(logging.WARNING, logs.LogEvent.RULE_FAILED, "no rule", **fields)
        logger.warning("it %s", "works")
    finally:
        logger.removeHandler(handler)
    line, other = capsys.readouterr().err.splitlines()
    assert json.loads(other)["message"] == "it works"
    assert line.startswith('{"message": "no rule", "level": "WARNING"')
    values = json.loads(line)
    assert (values["event"], values["snapshot"], values["attempt"]) == ("rule.failed", "s", 7)
    assert {"percent", "status"}.isdisjoint(values)


def test_every_event_of_the_log_has_a_code_of_its_own() -> None:
    codes = [event.value for event in logs.LogEvent]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", code) for code in codes)


def test_a_cluster_keeps_its_record_for_the_restore_settings() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    record = {"DBClusterIdentifier": "c", "ClusterCreateTime": created, "NetworkType": "DUAL"}
    cluster = Cluster.of(record)
    assert (cluster.created_at, cluster.fields) == (created.timestamp(), record)
