"""One JSON line for each event: a stable code for programs, a message for a person."""

import json
import logging
from enum import StrEnum
from typing import Final

_FIELDS: Final = "fields"
_log: Final = logging.getLogger("neptune_snapshot_provider")
_context: dict[str, str] = {}


class LogEvent(StrEnum):
    """What a log line reports. A code never changes its meaning; the message beside it may."""

    SNAPSHOT_STARTED = "snapshot.started"
    SNAPSHOT_REUSED = "snapshot.reused"
    SNAPSHOT_PROGRESS = "snapshot.progress"
    SNAPSHOT_RETAINED = "snapshot.retained"
    SNAPSHOT_DELETING = "snapshot.deleting"
    REQUEST_SUCCEEDED = "request.succeeded"
    REQUEST_FAILED = "request.failed"
    REQUEST_CANCELLED = "request.cancelled"
    REQUEST_WAITING = "request.waiting"
    REQUEST_CONTINUED = "request.continued"
    TAGS_CHANGED = "tags.changed"
    RETENTION_DELETED = "retention.deleted"
    RETENTION_RETAINED = "retention.retained"
    PARAMETER_WRITTEN = "parameter.written"
    PARAMETER_RETAINED = "parameter.retained"
    FINALIZER_SKIPPED = "finalizer.skipped"
    QUOTA_WAITING = "quota.waiting"
    PERMISSION_WAITING = "permission.waiting"
    CALL_REFUSED = "call.refused"
    STACK_UNKNOWN = "stack.unknown"
    OPERATION_UNCLEAR = "operation.unclear"
    OPERATION_REVERTING = "operation.reverting"
    RULE_REMOVED = "rule.removed"
    RULE_FAILED = "rule.failed"
    RESPONSE_SENT = "response.sent"
    RESPONSE_RETRIED = "response.retried"
    INVOCATION_LATE = "invocation.late"
    EVENT_INVALID = "event.invalid"
    PROVIDER_ERROR = "provider.error"


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: message, event, level, fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, object] = {"message": record.getMessage(), "level": record.levelname}
        fields = getattr(record, _FIELDS, {})
        line |= {key: value for key, value in fields.items() if value not in (None, "", [], ())}
        line |= _context
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(**context: str) -> None:
    """Write every logger's records this way and add ``context`` to each line."""
    _context.clear()
    _context.update(context)
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(JsonLines())
    root.setLevel(logging.INFO)


def log(
    level: int, event: LogEvent, message: str, *, trace: bool = False, **fields: object
) -> None:
    """Log one line; ``trace`` adds the exception that is being handled."""
    _log.log(level, message, exc_info=trace, extra={_FIELDS: {"event": event.value, **fields}})
