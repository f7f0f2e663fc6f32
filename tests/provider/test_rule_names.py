"""The names of the rules: a function of the request, so that nothing has to be listed."""

import re

from neptune_snapshot_provider.contract import POLL_RULE_PREFIX
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.core.rule_names import create_rule_name, rule_name
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
