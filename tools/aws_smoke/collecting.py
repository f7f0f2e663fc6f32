"""Brings in what AWS wrote down while scenarios ran: events of stacks and logs of functions."""

import json
from typing import Any

from aws_smoke.account import Account
from aws_smoke.evidence import LogLine, StackEvent
from aws_smoke.naming import Run
from deployment.migration_function import MARK


def stack_events(account: Account, lane: str, stack_id: str) -> list[StackEvent]:
    """All events of a stack, oldest first; also of one that is gone."""
    operation = "describe_stack_events"
    found = list(account.listed("cloudformation", operation, "StackEvents", StackName=stack_id))
    events = [
        StackEvent(
            lane=lane,
            time=event["Timestamp"].timestamp(),
            logical_id=event["LogicalResourceId"],
            type=event.get("ResourceType", ""),
            status=event.get("ResourceStatus", ""),
            reason=event.get("ResourceStatusReason", ""),
        )
        for event in reversed(found)
    ]
    return sorted(events, key=lambda event: event.time)


def log_lines(account: Account, run: Run, lanes: tuple[str, ...]) -> list[LogLine]:
    """What the functions of a run's stacks wrote as JSON."""
    lines = []
    for group in log_groups(account, run.prefix):
        name = group["logGroupName"]
        lane = next((one for one in lanes if name.startswith(f"{run.named(one)}-")), "")
        events = account.listed("logs", "filter_log_events", "events", logGroupName=name)
        lines += [line for event in events if (line := _line(lane, event))]
    return lines


def log_groups(account: Account, prefix: str) -> list[dict[str, Any]]:
    """The log groups whose names start so."""
    groups = account.listed("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
    return list(groups)


def _line(lane: str, event: dict[str, Any]) -> LogLine | None:
    try:
        fields = json.loads(event["message"])
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    is_probe = isinstance(fields.get(MARK), dict)
    found = fields[MARK] if is_probe else fields
    return LogLine(lane, event["timestamp"] / 1000, found, is_provider=not is_probe)
