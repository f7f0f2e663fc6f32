"""IAM's decisions, by a real evaluator of policies that needs no AWS."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

ACCOUNT = "111122223333"
REGION = "us-east-1"
PRINCIPAL_ROLE = "ProviderRole"
PRINCIPAL = f"arn:aws:sts::{ACCOUNT}:assumed-role/{PRINCIPAL_ROLE}/Provider"

Policy: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What IAM is asked: may this action be done to this resource, in this context?

    Attributes:
        action: Service and action.
        resource: An ARN, or ``*``.
        context: Condition keys and their values.
        is_known: Whether the evaluator's data has the condition keys; a key that it lacks, such as
            a claim of an identity provider, is taken as it is.
    """

    action: str
    resource: str
    context: dict[str, str | list[str]] = field(default_factory=dict[str, str | list[str]])
    is_known: bool = True


@dataclass(frozen=True)
class Question:
    """A request, and the policies that decide it."""

    policies: tuple[Policy, ...]
    request: Request


def allowed(questions: Iterable[Question]) -> list[bool]:
    """Decide each request.

    Raises:
        ValueError: A question makes no sense to IAM: an unknown action, a resource the action
            does not have, or a condition key that neither of them knows.
    """
    requests = [
        {
            "policy": question.policies,
            "action": question.request.action,
            "resource": question.request.resource,
            "context": question.request.context,
            "isKnown": question.request.is_known,
        }
        for question in questions
    ]
    asked = {"principal": PRINCIPAL, "account": ACCOUNT, "requests": requests}
    evaluator = _evaluator()
    assert evaluator.stdin
    assert evaluator.stdout
    evaluator.stdin.write(json.dumps(asked) + "\n")
    evaluator.stdin.flush()
    answers = json.loads(evaluator.stdout.readline())
    for request, answer in zip(requests, answers, strict=True):
        if answer["error"] or answer["ignored"]:
            raise ValueError(f"{request}: {answer}")
    return [answer["decision"] == "Allowed" for answer in answers]


def refused(policies: tuple[Policy, ...], requests: Iterable[Request]) -> list[Request]:
    """List the requests that policies do not allow."""
    asked = list(requests)
    answers = allowed(Question(policies, request) for request in asked)
    return [request for request, answer in zip(asked, answers, strict=True) if not answer]


def arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    """Write an ARN of this account and region, or of another."""
    return f"arn:aws:{service}:{region}:{account}:{resource}"


@cache
def _evaluator() -> "subprocess.Popen[str]":
    """Start it once: it reads its data for half a second. It ends with its input."""
    command = ["node", str(Path(__file__).with_name("evaluate.mjs"))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
