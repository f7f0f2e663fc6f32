"""EventBridge invokes a function only if the function's policy allows the rule to.

The emulator invokes every target; a template without the permission would go unnoticed.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from local_aws.emulator import module

_PRINCIPAL = "events.amazonaws.com"
_ACTIONS = ("lambda:InvokeFunction", "lambda:*", "*")
_ARN_FIELDS = 5
_log = logging.getLogger(__name__)


def install() -> None:
    """Teach the emulator's EventBridge."""
    events, functions = module("eventbridge"), module("lambda_svc")
    invoke: Callable[..., None] = events._invoke_target  # noqa: SLF001

    def invoke_if_allowed(
        target: Mapping[str, Any], event: object, rule: Mapping[str, Any], view: object = None
    ) -> None:
        function, _, _ = functions._get_func_record_for_ref(target["Arn"])  # noqa: SLF001
        statements = function["policy"]["Statement"] if function else []
        if ":lambda:" in target["Arn"] and not may_invoke(statements, rule["Arn"]):
            _log.warning("%s may not invoke %s: a failed invocation", rule["Arn"], target["Arn"])
            return
        invoke(target, event, rule, view)

    events._invoke_target = invoke_if_allowed  # noqa: SLF001


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
    pairs = zip(arn.split(":", _ARN_FIELDS), pattern.split(":", _ARN_FIELDS), strict=False)
    return all(fnmatchcase(field, wanted) for field, wanted in pairs)
