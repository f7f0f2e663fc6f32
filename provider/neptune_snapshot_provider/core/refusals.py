"""The kinds in which AWS refuses a call; a refused call is an observation like any other."""


class Refusal(Exception):
    """The API refused a call; ``code`` is the error's code on the wire."""

    def __init__(self, code: str, message: str, operation: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code
        self.message = message
        self.operation = operation


class SnapshotExists(Refusal):
    """The name is taken, perhaps by an earlier delivery of the same request."""


class SnapshotGone(Refusal):
    """The snapshot existed a moment ago."""


class ClusterBusy(Refusal):
    """The cluster's state forbids a snapshot now."""


class ClusterUnknown(Refusal):
    """There is no such cluster."""


class SnapshotBusy(Refusal):
    """The snapshot's state forbids its deletion now."""


class QuotaReached(Refusal):
    """The quota of manual cluster snapshots is used up."""


class Denied(Refusal):
    """A permission is missing, or has not propagated yet."""


class Unavailable(Refusal):
    """Throttled, a fault of the service, or no connection: retry."""


class Unexpected(Refusal):
    """Any other error."""
