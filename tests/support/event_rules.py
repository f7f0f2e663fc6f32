"""EventBridge rules in memory, with one target each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fake_neptune import ApiError


@dataclass
class EventRules:
    """The operations of the ``events`` client that the provider uses.

    ``faults`` are raised by the next calls of an operation, or returned if they are responses.
    """

    arn_prefix: str = "arn:aws-cn:events:cn-north-1:123456789012:rule/"
    rules: dict[str, str] = field(default_factory=dict[str, str])
    targets: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    calls: list[str] = field(default_factory=list[str])
    faults: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])

    def put_rule(self, **rule: str) -> dict[str, Any]:
        def put() -> dict[str, Any]:
            assert rule["State"] == "ENABLED"
            self.rules[rule["Name"]] = rule["ScheduleExpression"]
            return {"RuleArn": self.arn_prefix + rule["Name"]}

        return self._done("put_rule", put)

    def put_targets(self, Rule: str, Targets: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the API's
        def put() -> dict[str, Any]:
            self._known(Rule)
            (self.targets[Rule],) = Targets
            return {"FailedEntryCount": 0, "FailedEntries": []}

        return self._done("put_targets", put)

    def remove_targets(self, Rule: str, Ids: list[str]) -> dict[str, Any]:  # noqa: N803 - the API's
        def remove() -> dict[str, Any]:
            self._known(Rule)
            assert Ids == [self.targets.pop(Rule, {"Id": "1"})["Id"]]
            return {"FailedEntryCount": 0, "FailedEntries": []}

        return self._done("remove_targets", remove)

    def delete_rule(self, Name: str) -> dict[str, Any]:  # noqa: N803 - the API's
        def delete() -> dict[str, Any]:
            if Name in self.targets:
                raise ApiError("ValidationException", "Rule can't be deleted since it has targets")
            self.rules.pop(Name, None)
            return {}

        return self._done("delete_rule", delete)

    def _known(self, rule: str) -> None:
        if rule not in self.rules:
            raise ApiError("ResourceNotFoundException", f"Rule {rule} does not exist.")

    def _done(self, operation: str, effect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(operation)
        waiting = self.faults.get(operation, [])
        fault = waiting.pop(0) if waiting else None
        if isinstance(fault, Exception):
            raise fault
        return effect() if fault is None else dict(fault)
