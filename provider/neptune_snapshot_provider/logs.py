"""One JSON line for each thing that happened, its message first, for a person at a terminal."""

import json
import logging
from typing import Final

_FIELDS: Final = "fields"
_log: Final = logging.getLogger("neptune_snapshot_provider")
_context: dict[str, str] = {}


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: message, level, what it is about, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, object] = {"message": record.getMessage(), "level": record.levelname}
        fields = getattr(record, _FIELDS, {})
        line |= {key: value for key, value in fields.items() if value not in (None, "", [])}
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


def say(level: int, message: str, *, trace: bool = False, **fields: object) -> None:
    """Log one line; ``trace`` adds the exception that is being handled."""
    _log.log(level, message, exc_info=trace, extra={_FIELDS: fields})
