"""IAM's decisions, by a real evaluator of policies that needs no AWS."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
    asked = list(questions)
    return [
        _decision(question, answer) for question, answer in zip(asked, _ask(asked), strict=True)
    ]


def arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    """Write an ARN of this account and region, or of another."""
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def _ask(questions: Sequence[Question]) -> list[dict[str, Any]]:
    asked = {
        "principal": PRINCIPAL,
        "account": ACCOUNT,
        "requests": [
            {
                "policy": question.policies,
                "action": question.request.action,
                "resource": question.request.resource,
                "context": question.request.context,
                "isKnown": question.request.is_known,
            }
            for question in questions
        ],
    }
    ended = subprocess.run(
        ["node", str(Path(__file__).with_name("evaluate.mjs"))],  # noqa: S607 - found in PATH
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    answers: list[dict[str, Any]] = json.loads(ended.stdout)
    return answers


def _decision(question: Question, answer: dict[str, Any]) -> bool:
    if answer["error"] or answer["ignored"]:
        raise ValueError(f"{question.request}: {answer}")
    return bool(answer["decision"] == "Allowed")
