"""What a poll receives fits into an EventBridge target and is the same request."""

import json
import random
import string
from dataclasses import fields
from typing import Any

import pytest

from neptune_snapshot_provider.continuation import TARGET_INPUT_MAX, Continuation, fold, unfold
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.errors import PollTooLarge
from support import events

LONG_URL = "https://example.test/response?X-Amz-Date=20261130T090000Z&" + "x" * 1500


def folded(event: dict[str, Any], *, started: bool = False) -> dict[str, Any]:
    event["ResponseURL"] = LONG_URL
    known = Continuation(started_at=1234.5, started=started, delay=41.5)
    result = fold(event, parse_request(event), known)
    assert len(json.dumps(result)) <= TARGET_INPUT_MAX - 500
    return json.loads(json.dumps(result))  # type: ignore[no-any-return]


def many_tags(make_text: Any) -> list[dict[str, str]]:  # noqa: ANN401 - a function of a length
    return events.tag_list(**{f"{n}-{make_text(120)}": make_text(256) for n in range(43)})


def test_the_same_request_comes_out() -> None:
    event = events.update("old-id", events.properties(Trigger="2"), events.properties(Trigger="1"))
    event["ResourceProperties"]["Tags"] = events.tag_list(a="b")
    unfolded, known = unfold(folded(event))
    assert parse_request(unfolded) == parse_request(event)
    assert known == Continuation(started_at=1234.5, started=False, delay=41.5)
    assert unfold(event) == (event, None)


def test_every_property_that_a_decision_reads_is_delivered() -> None:
    event = events.create(
        DBClusterSnapshotIdentifier="by-name",
        SnapshotIdentifierPrefix="p",
        Trigger="t",
        OnTimeout="CONTINUE",
        SnapshotLogicalResourceId="First",
        ReplacedSnapshotIdentifier="replaced",
        KeepLast="3",
        LastGoodParameter="/good",
        ReuseYoungerThanSeconds="60",
        WhenClusterMissing="SKIP",
        Tags=events.tag_list(a="b"),
    )
    unfolded, _ = unfold(folded(event))
    request = parse_request(unfolded)
    assert request == parse_request(event)
    properties, default = request.properties, Properties()
    names = [one.name for one in fields(Properties)]
    assert [one for one in names if getattr(properties, one) == getattr(default, one)] == [
        "timeout"
    ]


def test_a_poll_of_version_0_1_0_is_continued() -> None:
    event = events.create()
    old = {
        **event,
        "LogicalResourceId": "neptune-snapshot-0a1b2c3d-0a1b2c3d-",
        "CrHelperPoll": True,
        "CrHelperRule": "arn:aws:events:eu-west-1:123456789012:rule/neptune-snapshot-old",
        "CrHelperPermission": "neptune-snapshot-old",
        "NeptuneSnapshotResume": {
            "LogicalResourceId": event["LogicalResourceId"],
            "StartedAt": 1234.5,
            "Started": True,
        },
    }
    unfolded, known = unfold(old)
    assert parse_request(unfolded) == parse_request(event)
    assert known == Continuation(started_at=1234.5, started=True, delay=0.0)


def test_fifty_long_tags_fit_compressed_while_they_are_needed() -> None:
    event = events.create(Tags=many_tags(lambda n: "tag" * (n // 3)))
    poll = folded(event)
    assert poll["CrHelperPoll"] is True
    unfolded, _ = unfold(poll)
    assert parse_request(unfolded) == parse_request(event)


def test_tags_are_dropped_once_the_snapshot_carries_them() -> None:
    event = events.create(Tags=many_tags(noise))
    unfolded, known = unfold(folded(event, started=True))
    assert "Tags" not in unfolded["ResourceProperties"]
    assert known is not None
    assert known.started


def test_what_cannot_be_made_to_fit_is_refused() -> None:
    event = events.create(Tags=many_tags(noise))
    with pytest.raises(PollTooLarge, match="fewer or shorter tags"):
        folded(event)


def noise(length: int) -> str:
    chance = random.SystemRandom()
    return "".join(chance.choices(string.ascii_letters + string.digits, k=length))
