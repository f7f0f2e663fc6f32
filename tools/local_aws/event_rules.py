"""EventBridge rules as AWS handles them, where the emulator does not.

A rule invokes a function only if the function's policy allows the rule to: a template without the
permission would go unnoticed otherwise. Names and inputs have limits, and a rule is deleted after
its targets. Tests can shorten the minute between two invocations.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from local_aws.emulator import module
from local_aws.scene import Scene

_PRINCIPAL = "events.amazonaws.com"
_ACTIONS = ("lambda:InvokeFunction", "lambda:*", "*")
_ARN_FIELDS = 5
_NAME_LIMIT = 64
_INPUT_LIMIT = 8192
_MINUTE = 60.0
_TICK_SECONDS = 1
_log = logging.getLogger(__name__)

_Call: TypeAlias = Mapping[str, Any]
_Answer: TypeAlias = tuple[int, dict[str, str], bytes]


class EventRules:
    """The corrected calls; ``install`` puts them in place."""

    def __init__(self, scene: Callable[[], Scene]) -> None:
        """Know what a test has chosen."""
        self._scene = scene
        self._events = module("eventbridge")
        self._functions = module("lambda_svc")
        self._invoke = self._events._invoke_target  # noqa: SLF001
        self._put_rule = self._events._put_rule  # noqa: SLF001
        self._put_targets = self._events._put_targets  # noqa: SLF001
        self._delete_rule = self._events._delete_rule  # noqa: SLF001
        self._interval = self._events._parse_rate_seconds  # noqa: SLF001

    def install(self) -> None:
        """Replace the emulator's functions."""
        self._events._SCHEDULER_TICK_INTERVAL = _TICK_SECONDS  # noqa: SLF001
        self._events._invoke_target = self.invoke  # noqa: SLF001
        self._events._put_rule = self.put_rule  # noqa: SLF001
        self._events._put_targets = self.put_targets  # noqa: SLF001
        self._events._delete_rule = self.delete_rule  # noqa: SLF001
        self._events._parse_rate_seconds = self.interval  # noqa: SLF001

    def invoke(self, target: _Call, event: object, rule: _Call, view: object = None) -> None:
        """Invoke a target, if it is no function or allows the rule to."""
        arn = target["Arn"]
        if ":lambda:" in arn:
            function, _, _ = self._functions._get_func_record_for_ref(arn)  # noqa: SLF001
            statements = function["policy"]["Statement"] if function else []
            if not may_invoke(statements, rule["Arn"]):
                _log.warning("%s may not invoke %s: a failed invocation", rule["Arn"], arn)
                return
        self._invoke(target, event, rule, view)

    def interval(self, expression: str) -> float | None:
        """Seconds between two invocations of a rule with a rate."""
        seconds: int | None = self._interval(expression)
        return None if seconds is None else seconds / _MINUTE * self._scene().minute_seconds

    def put_rule(self, call: _Call) -> _Answer:
        """Create or change a rule."""
        problem = _too_long("name", call.get("Name", ""), _NAME_LIMIT)
        return self._answer(problem, self._put_rule, call)

    def put_targets(self, call: _Call) -> _Answer:
        """Add targets to a rule."""
        problem = ""
        for number, target in enumerate(call.get("Targets", []), 1):
            member = f"targets.{number}.member."
            problem = problem or _too_long(f"{member}id", target["Id"], _NAME_LIMIT)
            problem = problem or _too_long(f"{member}input", target.get("Input", ""), _INPUT_LIMIT)
        return self._answer(problem, self._put_targets, call)

    def delete_rule(self, call: _Call) -> _Answer:
        """Delete a rule without targets."""
        key = self._events._rule_key(call.get("Name"), call.get("EventBusName", "default"))  # noqa: SLF001
        used = bool(self._events._targets.get(key))  # noqa: SLF001
        problem = "Rule can't be deleted since it has targets." if used else ""
        return self._answer(problem, self._delete_rule, call)

    def _answer(self, problem: str, act: Callable[[_Call], _Answer], call: _Call) -> _Answer:
        if not problem:
            return act(call)
        refusal: _Answer = self._events.error_response_json("ValidationException", problem, 400)
        return refusal


def may_invoke(statements: Iterable[Mapping[str, Any]], rule_arn: str) -> bool:
    """Whether the statements of a function's policy allow a rule to invoke it."""
    return any(_allows(statement, rule_arn) for statement in statements)


def _allows(statement: Mapping[str, Any], rule_arn: str) -> bool:
    if statement["Effect"] != "Allow" or statement["Action"] not in _ACTIONS:
        return False
    if statement["Principal"] not in ("*", {"Service": _PRINCIPAL}):
        return False
    conditions = statement.get("Condition", {})
    source = conditions.get("ArnLike", {}).get("AWS:SourceArn")
    account = conditions.get("StringEquals", {}).get("AWS:SourceAccount")
    matches = source is None or _arn_like(rule_arn, source)
    return matches and account in (None, rule_arn.split(":")[4])


def _arn_like(arn: str, pattern: str) -> bool:
    """Compare as ``ArnLike`` does: no wildcard reaches beyond its field."""
    fields, wanted = arn.split(":", _ARN_FIELDS), pattern.split(":", _ARN_FIELDS)
    return len(fields) == len(wanted) and all(map(fnmatchcase, fields, wanted))


def _too_long(field: str, value: str, limit: int) -> str:
    if len(value) <= limit:
        return ""
    return (
        f"1 validation error detected: Value at '{field}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {limit}"
    )
