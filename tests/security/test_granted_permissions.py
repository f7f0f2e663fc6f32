"""The role may do all that any scenario does, and nothing that none does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from neptune_snapshot_provider.contract import OwnerTag
from security import authorisations, iam, stacks
from security.iam import Policy, Question, Request
from security.recording import Call

Calls = Mapping[str, list[Call]]


@dataclass(frozen=True)
class Grant:
    """One action on one pattern of resources, with the conditions of its statement."""

    action: str
    policy: Policy


def needed(calls: Calls, stack: str) -> list[Request]:
    """List what the calls of a stack ask of IAM, each once."""
    return authorisations.of_all(calls[stack], *authorisations.of_the_runtime(stack))


@pytest.mark.parametrize("stack", stacks.ALL)
def test_every_call_of_every_scenario_is_allowed(calls: Calls, stack: str) -> None:
    assert iam.refused(stacks.deployed(stack).policies, needed(calls, stack)) == []


@pytest.mark.parametrize("key", ["aws:RequestTag", "aws:ResourceTag", "aws:TagKeys"])
def test_both_readings_of_the_tags_are_tried(calls: Calls, key: str) -> None:
    """A creation that needs a key of unproven supply is refused in one reading, never in all."""
    requests = needed(calls, "literal")
    tagging = [each for each in requests if each.action == "rds:AddTagsToResource"]
    named = f"{key}/{OwnerTag.STACK}" if key.endswith("Tag") else key
    deny = {
        "Effect": "Deny",
        "Action": "rds:AddTagsToResource",
        "Resource": "*",
        "Condition": {"Null": {named: "true"}},
    }
    policies = (*stacks.deployed("literal").policies, {"Statement": [deny]})
    assert 0 < len(iam.refused(policies, tagging)) < len(tagging)


def test_no_creation_depends_on_a_tag() -> None:
    for name in stacks.ALL:
        for policy in stacks.deployed(name).policies:
            for statement in policy["Statement"]:
                if "rds:CreateDBClusterSnapshot" in _list(statement["Action"]):
                    assert (statement["Effect"], "Condition" in statement) == ("Allow", False)


def test_the_scenarios_make_every_call_that_the_provider_can_make(calls: Calls) -> None:
    made = {call.operation for each in calls.values() for call in each}
    assert made == set(authorisations.KNOWN)


def test_nothing_is_granted_that_no_scenario_uses(calls: Calls) -> None:
    requests = {repr(each): each for stack in calls for each in needed(calls, stack)}.values()
    granted = {str(grant): grant for name in stacks.ALL for grant in grants(name)}
    asked = [
        (name, Question((grant.policy,), request))
        for name, grant in granted.items()
        for request in requests
        if request.action == grant.action
    ]
    answers = iam.allowed(question for _, question in asked)
    used = {name for (name, _), allowed in zip(asked, answers, strict=True) if allowed}
    assert granted.keys() - used == set()


def grants(stack: str) -> Iterator[Grant]:
    """Take a stack's policies apart."""
    for policy in stacks.deployed(stack).policies:
        for statement in policy["Statement"]:
            if statement["Effect"] == "Deny":
                continue
            for action in _list(statement["Action"]):
                for resource in _list(statement["Resource"]):
                    alone = {**statement, "Action": action, "Resource": resource}
                    yield Grant(action, {**policy, "Statement": [alone]})


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
