"""Codes of the provider's log lines that checks look for."""

from enum import StrEnum


class LogEvent(StrEnum):
    """What a log line reports."""

    SNAPSHOT_STARTED = "snapshot.started"
    REQUEST_SUCCEEDED = "request.succeeded"
    REQUEST_FAILED = "request.failed"
    REQUEST_CONTINUED = "request.continued"
    PERMISSION_WAITING = "permission.waiting"
    OPERATION_UNCLEAR = "operation.unclear"
    RULE_FAILED = "rule.failed"
    PROVIDER_ERROR = "provider.error"
