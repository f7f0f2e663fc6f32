"""Whoever takes over the function gets little: each of these is refused by IAM itself."""

from collections.abc import Mapping

import pytest

from security import attacks, iam, stacks
from security.iam import Question, Request

Decisions = Mapping[tuple[str, str], bool]

NAMES_KNOWN = [name for name in stacks.ALL if name != "token"]
SAME_NAMES = [name for name in NAMES_KNOWN if name not in ("prefixed", "named")]


@pytest.fixture(scope="module")
def allowed() -> Decisions:
    """All attacks on all stacks, decided at once."""
    tried = {**attacks.EVERYWHERE, **attacks.NAMES, **attacks.POSSIBLE}
    asked: dict[tuple[str, str], Request] = {
        (stack, attack): request for stack in stacks.ALL for attack, request in tried.items()
    }
    questions = [
        Question(stacks.deployed(stack).policies, request) for (stack, _), request in asked.items()
    ]
    return dict(zip(asked, iam.allowed(questions), strict=True))


@pytest.mark.parametrize("attack", attacks.EVERYWHERE)
def test_nobody_can(allowed: Decisions, attack: str) -> None:
    assert [stack for stack in stacks.ALL if allowed[stack, attack]] == []


@pytest.mark.parametrize("attack", attacks.NAMES)
def test_nobody_can_where_names_are_known(allowed: Decisions, attack: str) -> None:
    assert [stack for stack in NAMES_KNOWN if allowed[stack, attack]] == []


@pytest.mark.parametrize("attack", attacks.POSSIBLE)
def test_it_cannot_be_helped_that_somebody_could(allowed: Decisions, attack: str) -> None:
    """If one of these is denied one day, docs/security.md promises too little."""
    assert [stack for stack in SAME_NAMES if not allowed[stack, attack]] == []


def test_there_are_names_only_this_stack_uses(allowed: Decisions) -> None:
    """An own prefix keeps what others name after the cluster from being made own."""
    attack = "make a snapshot own that nobody owns, under the names given"
    assert not allowed["prefixed", attack]
    assert allowed["token", attack]


@pytest.mark.parametrize("attack", attacks.NAMES)
def test_names_that_are_not_known_cannot_be_kept_apart(allowed: Decisions, attack: str) -> None:
    assert allowed["token", attack]
