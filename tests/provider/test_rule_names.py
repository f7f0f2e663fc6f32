"""The names of the rules: a function of the request, so that nothing has to be listed."""

import re

from neptune_snapshot_provider.contract import POLL_RULE_PREFIX
from neptune_snapshot_provider.core.request import Event, Request, parse_request
from neptune_snapshot_provider.core.rule_names import (
    create_rule_name,
    is_older,
    rule_name,
    target_id,
)
from support import events


def test_a_rule_is_named_after_stack_resource_and_request() -> None:
    create = rule_name(parse_request(events.create()))
    update = rule_name(parse_request(events.update("s", events.properties(), events.properties())))
    assert re.fullmatch(f"{POLL_RULE_PREFIX}0a1b2c3d-[0-9a-f]{{8}}-create", create)
    assert re.fullmatch(f"{POLL_RULE_PREFIX}0a1b2c3d-[0-9a-f]{{8}}-[0-9a-f]{{8}}", update)
    assert len(create) <= 64


def test_a_delete_knows_the_rule_of_the_create_that_it_cancels() -> None:
    create = parse_request(events.create())
    delete = parse_request(events.delete("an-id-that-cloudformation-invented"))
    assert create_rule_name(delete) == rule_name(create)
    assert rule_name(delete) != rule_name(create)


def test_rules_differ_by_request_resource_and_stack() -> None:
    event = events.update("s", events.properties(), events.properties())
    changes = ({"RequestId": "x"}, {"LogicalResourceId": "x"}, {"StackId": f"{events.STACK_ID}/x"})
    names = {rule_name(parse_request({**event, **change})) for change in ({}, *changes)}
    assert len(names) == 4


def test_a_delete_knows_which_targets_are_of_creates_before_it() -> None:
    """Without the time of sending every target may be meant."""
    before, after = (target_id(sent(events.create(), second)) for second in (10, 30))
    delete = events.delete("an-id-that-cloudformation-invented")
    assert is_older(before, sent(delete, 20))
    assert not is_older(after, sent(delete, 20))
    assert is_older(after, parse_request(delete))
    assert is_older(target_id(parse_request(events.create())), sent(delete, 20))


def test_targets_differ_by_request() -> None:
    create = sent(events.create(), 10)
    assert re.fullmatch(r"\d+-[0-9a-f]{8}", target_id(create))
    assert target_id(create) != target_id(sent({**events.create(), "RequestId": "x"}, 10))


def sent(event: Event, second: int) -> Request:
    url = f"https://answers.example/?X-Amz-Date=20261130T0900{second:02}Z"
    return parse_request({**event, "ResponseURL": url})
