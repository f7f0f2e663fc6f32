"""Events are checked once; a bad one names the property, the value received and the rule."""

import inspect
from typing import Any

import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from neptune_snapshot_provider.contract import ARGUMENTS, TIMEOUT_MAX
from neptune_snapshot_provider.core.properties import parse_properties
from neptune_snapshot_provider.core.request import (
    RequestType,
    is_custom_resource_event,
    parse_request,
)
from neptune_snapshot_provider.errors import InvalidRequest
from support import events


@pytest.mark.parametrize(
    "event",
    [
        None,
        "Create",
        [],
        {},
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
        {**events.create(), "ResponseURL": ""},
        {**events.create(), "ResponseURL": 7},
        {k: v for k, v in events.create().items() if k != "StackId"},
        {k: v for k, v in events.create().items() if k != "RequestType"},
    ],
)
def test_what_is_no_custom_resource_event(event: object) -> None:
    assert not is_custom_resource_event(event)


def test_a_create_is_read() -> None:
    request = parse_request(
        events.create(
            "r", cluster="My-Graph", Trigger="v1", Tags=events.tag_list(a="b"), TimeoutSeconds="60"
        )
    )
    assert request.type is RequestType.CREATE
    assert request.properties is not None
    assert request.properties.cluster == "my-graph"
    assert request.properties.tags == {"a": "b"}
    assert request.timeout == 60


def test_what_is_left_out_has_its_default() -> None:
    properties = parse_properties({"DBClusterIdentifier": "my-graph"})
    assert properties.timeout == TIMEOUT_MAX
    assert properties.tags == {}
    assert properties.snapshot_identifier == properties.prefix == properties.trigger == ""


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"DBClusterIdentifier": ""}, ("DBClusterIdentifier", "''", "not be empty")),
        ({"DBClusterIdentifier": "x" * 64}, ("DBClusterIdentifier", "xxx", "at most 63", "64")),
        ({"DBClusterIdentifier": "9lives"}, ("DBClusterIdentifier", "9lives", "start with a let")),
        ({"DBClusterIdentifier": "a_b"}, ("DBClusterIdentifier", "a_b", "letters, digits and hyp")),
        ({"DBClusterIdentifier": "a--b"}, ("DBClusterIdentifier", "a--b", "two hyphens")),
        ({"DBClusterIdentifier": "a-"}, ("DBClusterIdentifier", "a-", "not end with")),
        ({"DBClusterIdentifier": ["a"]}, ("DBClusterIdentifier", "['a']", "must be a string")),
        ({"DBClusterSnapshotIdentifier": "a--b"}, ("DBClusterSnapshotIdentifier", "a--b")),
        ({"SnapshotIdentifierPrefix": "a-"}, ("SnapshotIdentifierPrefix", "a-")),
        ({"SnapshotIdentifierPrefix": ""}, ("SnapshotIdentifierPrefix", "empty")),
        ({"Trigger": {"a": "b"}}, ("Trigger", "{'a': 'b'}", "must be a string")),
        ({"TimeoutSeconds": "soon"}, ("TimeoutSeconds", "soon", "whole number", "3300")),
        ({"TimeoutSeconds": "0"}, ("TimeoutSeconds", "0", "1 to 3300")),
        ({"TimeoutSeconds": "3301"}, ("TimeoutSeconds", "3301", "1 to 3300")),
        ({"OnTimeout": "x"}, ("OnTimeout", "must be FAIL or CONTINUE", "'x'")),
        ({"Tags": "a=b"}, ("Tags", "a=b", "list")),
        ({"Tags": ["a"]}, ("Tags", "a", "Key and Value")),
        ({"Tags": [{"Key": 1, "Value": "b"}]}, ("Tags", "strings")),
        ({"Tags": events.tag_list(**{"aws:x": "b"})}, ("Tags", "aws:x", "aws:")),
        ({"Tags": events.tag_list(**{"neptune-snapshot:stack": "b"})}, ("Tags", "this library")),
        ({"Tags": [{"Key": "k" * 129, "Value": ""}]}, ("Tags", "128", "129")),
        ({"Tags": events.tag_list(a="b#c")}, ("Tags", "'#'")),
        ({"Tags": events.tag_list(**{f"k{n}": "v" for n in range(44)})}, ("Tags", "44", "43")),
    ],
)
def test_a_bad_property_is_named_with_value_and_rule(
    change: dict[str, Any], parts: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_properties({**events.properties(), **change})
    for part in parts:
        assert part in caught.value.reason
    assert len(caught.value.reason) <= 256


def test_an_email_address_is_a_tag_value() -> None:
    tags = events.tag_list(owner="team@example.com")
    assert parse_properties(events.properties(Tags=tags)).tags == {"owner": "team@example.com"}


def test_a_missing_cluster_is_named() -> None:
    with pytest.raises(InvalidRequest, match="DBClusterIdentifier must not be empty"):
        parse_properties({})


@pytest.mark.parametrize("raw", [None, "text", []])
def test_properties_that_are_no_map(raw: object) -> None:
    with pytest.raises(InvalidRequest, match="ResourceProperties must be a map"):
        parse_properties(raw)


def test_an_unknown_request_type_is_named() -> None:
    with pytest.raises(InvalidRequest, match=r"RequestType must be .*received 'Replace'"):
        parse_request({**events.create(), "RequestType": "Replace"})


def test_an_update_without_a_physical_id_is_refused() -> None:
    event = events.update("x", events.properties(), events.properties())
    del event["PhysicalResourceId"]
    with pytest.raises(InvalidRequest, match="PhysicalResourceId"):
        parse_request(event)


def test_old_properties_that_never_were_valid_count_as_different() -> None:
    event = events.update("x", events.properties(), {"DBClusterIdentifier": "9"})
    assert parse_request(event).old is None


def test_a_delete_needs_no_properties() -> None:
    event = {**events.delete("x"), "ResourceProperties": None}
    request = parse_request(event)
    assert request.properties is None
    assert request.timeout == TIMEOUT_MAX


def test_a_delete_keeps_its_timeout() -> None:
    assert parse_request(events.delete("x", TimeoutSeconds="60")).timeout == 60


def test_the_time_at_which_a_request_was_sent_is_in_its_url() -> None:
    assert parse_request(events.create()).sent_at is None
    assert parse_request(events.sent(events.create(), 1_000_000)).sent_at == 1_000_000
    garbled = {**events.create(), "ResponseURL": f"{events.URL}&X-Amz-Date=soon"}
    assert parse_request(garbled).sent_at is None


def test_an_update_that_changes_no_property_is_a_repetition() -> None:
    same = events.properties(Trigger="1")
    assert parse_request(events.update("x", same, same)).is_repeated
    assert not parse_request(events.update("x", same, events.properties())).is_repeated


def test_the_explicit_name_is_known_for_a_delete_too() -> None:
    event = events.delete("by-name", DBClusterSnapshotIdentifier="By-Name")
    assert parse_request(event).explicit_name == "by-name"
    assert parse_request(events.delete("x")).explicit_name == ""


def test_every_property_that_a_user_sets_names_its_argument_in_python() -> None:
    """So that a user who has never seen the template finds what to change."""
    parameters = inspect.signature(DatabaseClusterSnapshot.__init__).parameters
    arguments = set(ARGUMENTS.values())
    assert arguments == set(parameters) - {"self", "scope", "id", "removal_policy"}
    for key in ("DBClusterIdentifier", "TimeoutSeconds", "KeepLast", "WhenClusterMissing"):
        with pytest.raises(InvalidRequest, match=f"Set {ARGUMENTS[key]} in Python"):
            parse_properties({**events.properties(), key: "-"})
