"""Events are checked once; a bad one names the property, the value received and the rule."""

import inspect
from typing import Any

import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot
from neptune_snapshot_provider.contract import ARGUMENTS, TIMEOUT_MAX
from neptune_snapshot_provider.core.properties import Properties, parse_properties
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
    tags = {"a": "b", "owner": "team@example.com"}
    others = {"Trigger": "v1", "Tags": events.tag_list(**tags), "TimeoutSeconds": "60"}
    request = parse_request(events.create("r", cluster="My-Graph", **others))
    assert request.type is RequestType.CREATE
    assert request.properties is not None
    assert request.properties.cluster == "my-graph"
    assert request.properties.tags == tags
    assert request.timeout == 60


def test_what_is_left_out_has_its_default() -> None:
    properties = parse_properties({"DBClusterIdentifier": "my-graph"})
    assert properties == Properties(cluster="my-graph")
    assert properties.timeout == TIMEOUT_MAX


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


@pytest.mark.parametrize("raw", [None, "text", []])
def test_properties_that_are_no_map(raw: object) -> None:
    with pytest.raises(InvalidRequest, match="ResourceProperties must be a map"):
        parse_properties(raw)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"ResourceProperties": {}}, "DBClusterIdentifier must not be empty"),
        ({"RequestType": "Replace"}, "RequestType must be .*received 'Replace'"),
        ({"RequestType": "Update"}, "PhysicalResourceId"),
    ],
)
def test_an_event_that_lacks_something_is_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidRequest, match=text):
        parse_request({**events.create(), **change})


def test_an_update_that_changes_no_property_is_a_repetition() -> None:
    """Old properties that never were valid count as different."""
    same = events.properties(Trigger="1")
    assert parse_request(events.update("x", same, same)).is_repeated
    assert not parse_request(events.update("x", same, events.properties())).is_repeated
    assert parse_request(events.update("x", same, {"DBClusterIdentifier": "9"})).old is None


def test_a_delete_needs_no_properties_and_keeps_its_timeout_and_its_name() -> None:
    request = parse_request({**events.delete("x"), "ResourceProperties": None})
    assert request.properties is None
    assert (request.timeout, request.explicit_name) == (TIMEOUT_MAX, "")
    named = events.delete("x", TimeoutSeconds="60", DBClusterSnapshotIdentifier="By-Name")
    request = parse_request(named)
    assert (request.timeout, request.explicit_name) == (60, "by-name")


def test_the_time_at_which_a_request_was_sent_is_in_its_url() -> None:
    assert parse_request(events.create()).sent_at is None
    assert parse_request(events.sent(events.create(), 1_000_000)).sent_at == 1_000_000
    garbled = {**events.create(), "ResponseURL": f"{events.URL}&X-Amz-Date=soon"}
    assert parse_request(garbled).sent_at is None


def test_every_property_that_a_user_sets_names_its_argument_in_python() -> None:
    """So that a user who has never seen the template finds what to change."""
    parameters = inspect.signature(DatabaseClusterSnapshot.__init__).parameters
    arguments = set(ARGUMENTS.values())
    assert arguments == set(parameters) - {"self", "scope", "id", "removal_policy"}
    for key in ("DBClusterIdentifier", "TimeoutSeconds", "KeepLast", "WhenClusterMissing"):
        with pytest.raises(InvalidRequest, match=f"Set {ARGUMENTS[key]} in Python"):
            parse_properties({**events.properties(), key: "-"})
