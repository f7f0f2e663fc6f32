"""EventBridge rules in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fake_neptune import ApiError


@dataclass
class EventRules:
    """The operations of the ``events`` client that the provider uses.

    ``faults`` are raised by the next calls of an operation, or returned if they are responses.
    ``reports_missing`` says that removing a target that is not there is a failed entry.
    """

    arn_prefix: str = "arn:aws-cn:events:cn-north-1:123456789012:rule/"
    rules: dict[str, str] = field(default_factory=dict[str, str])
    descriptions: dict[str, str] = field(default_factory=dict[str, str])
    targets: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=dict[str, dict[str, dict[str, Any]]]
    )
    calls: list[str] = field(default_factory=list[str])
    reports_missing: bool = False
    faults: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])

    def put_rule(self, **rule: str) -> dict[str, Any]:
        def put() -> dict[str, Any]:
            assert rule["State"] == "ENABLED"
            self.rules[rule["Name"]] = rule["ScheduleExpression"]
            self.descriptions[rule["Name"]] = rule["Description"]
            return {"RuleArn": self.arn_prefix + rule["Name"]}

        return self._done("put_rule", put)

    def put_targets(self, Rule: str, Targets: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the API's
        def put() -> dict[str, Any]:
            self._known(Rule)
            self.targets.setdefault(Rule, {}).update({one["Id"]: one for one in Targets})
            return {"FailedEntryCount": 0, "FailedEntries": []}

        return self._done("put_targets", put)

    def remove_targets(self, Rule: str, Ids: list[str]) -> dict[str, Any]:  # noqa: N803 - the API's
        def remove() -> dict[str, Any]:
            self._known(Rule)
            targets = self.targets.get(Rule, {})
            failed = [
                {"TargetId": one, "ErrorCode": "ResourceNotFoundException"}
                for one in Ids
                if self.reports_missing and one not in targets
            ]
            self.targets[Rule] = {key: one for key, one in targets.items() if key not in Ids}
            return {"FailedEntryCount": len(failed), "FailedEntries": failed}

        return self._done("remove_targets", remove)

    def delete_rule(self, Name: str) -> dict[str, Any]:  # noqa: N803 - the API's
        def delete() -> dict[str, Any]:
            if self.targets.get(Name):
                raise ApiError("ValidationException", "Rule can't be deleted since it has targets")
            for of_rules in (self.rules, self.descriptions, self.targets):
                of_rules.pop(Name, None)
            return {}

        return self._done("delete_rule", delete)

    def describe_rule(self, Name: str) -> dict[str, Any]:  # noqa: N803 - the API's
        def describe() -> dict[str, Any]:
            self._known(Name)
            return {"Name": Name, "Description": self.descriptions.get(Name, "")}

        return self._done("describe_rule", describe)

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
