"""What a tick gets fits into an EventBridge target and is the same request."""

import json
import random
import string
from typing import Any

import pytest

from neptune_snapshot_provider.continuation import TARGET_INPUT_MAX, Resume, fold, unfold
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.errors import PollTooLarge
from support import events

LONG_URL = "https://example.test/answer?" + "x" * 1500


def folded(event: dict[str, Any], *, started: bool = False) -> dict[str, Any]:
    event["ResponseURL"] = LONG_URL
    result = fold(event, parse_request(event), started_at=1234.5, started=started)
    assert len(json.dumps(result)) <= TARGET_INPUT_MAX - 500
    return json.loads(json.dumps(result))  # type: ignore[no-any-return]


def many_tags(make_text: Any) -> list[dict[str, str]]:  # noqa: ANN401 - a function of a length
    return events.tag_list(**{f"{n}-{make_text(120)}": make_text(256) for n in range(43)})


def test_the_same_request_comes_out() -> None:
    event = events.update("old-id", events.properties(Trigger="2"), events.properties(Trigger="1"))
    event["ResourceProperties"]["Tags"] = events.tag_list(a="b")
    unfolded, resume = unfold(folded(event))
    assert parse_request(unfolded) == parse_request(event)
    assert resume == Resume(started_at=1234.5, started=False)


def test_an_event_of_cloudformation_has_nothing_to_resume() -> None:
    event = events.create()
    assert unfold(event) == (event, None)


def test_the_logical_id_is_a_short_constant_while_polling() -> None:
    event = {**events.create(), "LogicalResourceId": "L" * 255}
    result = folded(event)
    assert len(result["LogicalResourceId"]) + 8 <= 64
    assert unfold(result)[0]["LogicalResourceId"] == "L" * 255


def test_fifty_long_tags_fit_compressed_while_they_are_needed() -> None:
    event = events.create(Tags=many_tags(lambda n: "tag" * (n // 3)))
    unfolded, _ = unfold(folded(event))
    assert parse_request(unfolded) == parse_request(event)


def test_tags_are_dropped_once_the_snapshot_carries_them() -> None:
    event = events.create(Tags=many_tags(noise))
    unfolded, resume = unfold(folded(event, started=True))
    assert "Tags" not in unfolded["ResourceProperties"]
    assert resume is not None
    assert resume.started


def test_what_cannot_be_made_to_fit_is_refused() -> None:
    event = events.create(Tags=many_tags(noise))
    with pytest.raises(PollTooLarge, match="fewer or shorter tags"):
        folded(event)


def noise(length: int) -> str:
    chance = random.SystemRandom()
    return "".join(chance.choices(string.ascii_letters + string.digits, k=length))
