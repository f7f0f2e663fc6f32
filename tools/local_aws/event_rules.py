"""EventBridge rules as AWS handles them, where the emulator does not.

A rule invokes a function only if the function's policy allows the rule to: a template without the
permission would go unnoticed otherwise. Names and inputs have limits, and a rule is deleted after
its targets. Tests can shorten the minute between two invocations.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from local_aws.emulator import ApiAnswer, module, replace
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
_Act: TypeAlias = Callable[[_Call], ApiAnswer]


class EventRules:
    """The corrected calls; ``install`` puts them in place."""

    def __init__(self, scene: Callable[[], Scene]) -> None:
        """Know what a test has chosen."""
        self._scene = scene
        self._events = module("eventbridge")
        self._functions = module("lambda_svc")

    def install(self) -> None:
        """Replace the emulator's functions."""
        self._events._SCHEDULER_TICK_INTERVAL = _TICK_SECONDS  # noqa: SLF001
        replace(
            self._events,
            _invoke_target=self._invoke,
            _put_rule=self._put_rule,
            _put_targets=self._put_targets,
            _delete_rule=self._delete_rule,
            _parse_rate_seconds=self._interval,
        )

    def _invoke(
        self,
        invoke: Callable[..., None],
        target: _Call,
        event: object,
        rule: _Call,
        view: object = None,
    ) -> None:
        """Invoke a target, if it is no function or allows the rule to."""
        arn = target["Arn"]
        if ":lambda:" in arn:
            function, _, _ = self._functions._get_func_record_for_ref(arn)  # noqa: SLF001
            statements = function["policy"]["Statement"] if function else []
            if not may_invoke(statements, rule["Arn"]):
                _log.warning("%s may not invoke %s: a failed invocation", rule["Arn"], arn)
                return
        invoke(target, event, rule, view)

    def _interval(self, parse: Callable[[str], int | None], expression: str) -> float | None:
        """Seconds between two invocations of a rule with a rate."""
        seconds = parse(expression)
        return None if seconds is None else seconds / _MINUTE * self._scene().minute_seconds

    def _put_rule(self, act: _Act, call: _Call) -> ApiAnswer:
        problem = _too_long("name", call.get("Name", ""), _NAME_LIMIT)
        return self._answer(problem, act, call)

    def _put_targets(self, act: _Act, call: _Call) -> ApiAnswer:
        problem = ""
        for number, target in enumerate(call.get("Targets", []), 1):
            member = f"targets.{number}.member."
            problem = problem or _too_long(f"{member}id", target["Id"], _NAME_LIMIT)
            problem = problem or _too_long(f"{member}input", target.get("Input", ""), _INPUT_LIMIT)
        return self._answer(problem, act, call)

    def _delete_rule(self, act: _Act, call: _Call) -> ApiAnswer:
        key = self._events._rule_key(call.get("Name"), call.get("EventBusName", "default"))  # noqa: SLF001
        used = bool(self._events._targets.get(key))  # noqa: SLF001
        problem = "Rule can't be deleted since it has targets." if used else ""
        return self._answer(problem, act, call)

    def _answer(self, problem: str, act: _Act, call: _Call) -> ApiAnswer:
        if not problem:
            return act(call)
        refusal: ApiAnswer = self._events.error_response_json("ValidationException", problem, 400)
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
