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
    create = parse_request(events.create())
    update = parse_request(events.update("s", events.properties(), events.properties()))
    assert re.fullmatch(f"{POLL_RULE_PREFIX}0a1b2c3d-[0-9a-f]{{8}}-create", rule_name(create))
    assert re.fullmatch(
        f"{POLL_RULE_PREFIX}0a1b2c3d-[0-9a-f]{{8}}-[0-9a-f]{{8}}", rule_name(update)
    )
    assert len(rule_name(create)) <= 64


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
    create, later = (sent(events.create(), second) for second in (10, 30))
    delete = sent(events.delete("an-id-that-cloudformation-invented"), 20)
    assert is_older(target_id(create), delete)
    assert not is_older(target_id(later), delete)


def test_without_the_time_of_sending_every_target_may_be_meant() -> None:
    create, delete = parse_request(events.create()), parse_request(events.delete("s"))
    assert is_older(target_id(create), sent(events.delete("s"), 20))
    assert is_older(target_id(sent(events.create(), 30)), delete)


def test_targets_differ_by_request() -> None:
    create = sent(events.create(), 10)
    assert re.fullmatch(r"\d+-[0-9a-f]{8}", target_id(create))
    assert target_id(create) != target_id(sent({**events.create(), "RequestId": "x"}, 10))


def sent(event: Event, second: int) -> Request:
    url = f"https://answers.example/?X-Amz-Date=20261130T0900{second:02}Z"
    return parse_request({**event, "ResponseURL": url})
