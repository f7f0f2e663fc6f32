"""EventBridge's rules with their targets, and the permission to invoke the function."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from fake_neptune import client_error
from simulation.engine import Engine
from simulation.functions import FUNCTION_ARN, Function

TICK_SECONDS: Final = 60.0
_RULE_ARN: Final = "arn:aws:events:eu-west-1:123456789012:rule/"
_NAME_MAX: Final = 64
_INPUT_MAX: Final = 8192
_TARGETS_MAX: Final = 5


@dataclass(frozen=True)
class Requester:
    """The request that a call is made for, and its stack."""

    request_id: str
    stack_id: str

    @property
    def rule_prefix(self) -> str:
        """The beginning of the rules' names for which the stack's template has a permission."""
        return f"neptune-snapshot-{self.stack_id.rpartition('/')[2][:8]}-"


@dataclass
class Rule:
    """A rule that fires every minute.

    ``targets`` are the inputs by the targets' IDs. ``stale`` are the inputs of targets that were
    removed, each of which still fires once until the time beside it.
    """

    name: str
    requester: Requester
    made_at: float
    description: str = ""
    targets: dict[str, str] = field(default_factory=dict[str, str])
    stale: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    @property
    def request_id(self) -> str:
        """The request whose poll it carries."""
        return self.requester.request_id


@dataclass
class EventBridge:
    """Rules, which the template allows to invoke the function by their prefix.

    ``hidden`` is for how many seconds a new rule is not found. ``lingers`` is for how many seconds
    a removed target may still fire, which it does once.
    """

    engine: Engine
    function: Function
    requester: Callable[[], Requester]
    rules: dict[str, Rule] = field(default_factory=dict[str, Rule])
    made: int = 0
    hidden: float = 0.0
    lingers: float = 0.0
    _stale: list[Rule] = field(default_factory=list[Rule])

    @property
    def is_firing(self) -> bool:
        """Whether any rule is going to invoke the function."""
        self._stale = [one for one in self._stale if self._lingering(one)]
        return bool(self._stale) or any(one.targets for one in self.rules.values())

    def _lingering(self, rule: Rule) -> list[str]:
        return [one for one, until in rule.stale if self.engine.now < until]

    def _fire(self, rule: Rule) -> None:
        is_current = self.rules.get(rule.name) is rule
        for target_input in self._lingering(rule):
            self._invoke(rule, target_input)
        rule.stale.clear()
        if is_current:
            for target_input in rule.targets.values():
                self._invoke(rule, target_input)
            self.engine.after(TICK_SECONDS, lambda: self._fire(rule))

    def _invoke(self, rule: Rule, target_input: str) -> None:
        if rule.name.startswith(rule.requester.rule_prefix):
            event = json.loads(target_input)
            self.engine.after(self.function.delays.tick, lambda: self.function.invoke(event))

    def _find(self, name: str, operation: str) -> Rule:
        rule = self.rules.get(name)
        if rule is None or self.engine.now < rule.made_at + self.hidden:
            code = "ResourceNotFoundException"
            raise client_error(code, f"Rule {name} does not exist", operation, 400)
        return rule

    # The operations of the `events` client, by name.

    def put_rule(self, **wanted: str) -> dict[str, Any]:
        """Create a rule, or leave the rule of that name as it is."""
        name = wanted["Name"]
        if len(name) > _NAME_MAX:
            raise client_error("ValidationException", name, "PutRule")
        if wanted["ScheduleExpression"] != "rate(1 minute)":
            raise client_error("ValidationException", wanted["ScheduleExpression"], "PutRule")
        if name not in self.rules:
            rule = self.rules[name] = Rule(name, self.requester(), self.engine.now)
            self.made += 1
            self.engine.after(TICK_SECONDS, lambda: self._fire(rule))
        self.rules[name].description = wanted["Description"]
        return {"RuleArn": _RULE_ARN + name}

    def describe_rule(self, *, Name: str) -> dict[str, Any]:  # noqa: N803 - API
        """Return what a rule is, without its targets."""
        return {"Name": Name, "Description": self._find(Name, "DescribeRule").description}

    def put_targets(self, *, Rule: str, Targets: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - API
        """Add what a rule delivers, and to whom, or replace what has the same ID."""
        (target,) = Targets
        rule = self._find(Rule, "PutTargets")
        if len(target["Input"]) > _INPUT_MAX or target["Arn"] != FUNCTION_ARN:
            raise client_error("ValidationException", "target", "PutTargets")
        if len({*rule.targets, target["Id"]}) > _TARGETS_MAX:
            raise client_error("LimitExceededException", "targets", "PutTargets")
        rule.targets[target["Id"]] = target["Input"]
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def remove_targets(self, *, Rule: str, Ids: list[str]) -> dict[str, Any]:  # noqa: N803 - API
        """Remove a target, which may still fire once."""
        rule = self._find(Rule, "RemoveTargets")
        (target_id,) = Ids
        removed = rule.targets.pop(target_id, None)
        if removed is None:
            failed = {"TargetId": target_id, "ErrorCode": "ResourceNotFoundException"}
            return {"FailedEntryCount": 1, "FailedEntries": [failed]}
        if self.lingers:
            rule.stale.append((removed, self.engine.now + self.lingers))
            self._stale.append(rule)
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def delete_rule(self, *, Name: str) -> dict[str, Any]:  # noqa: N803 - API
        """Delete a rule without targets; a rule that does not exist is no error."""
        rule = self.rules.get(Name)
        if rule and rule.targets:
            raise client_error("ValidationException", "Rule has targets", "DeleteRule")
        self.rules.pop(Name, None)
        return {}
