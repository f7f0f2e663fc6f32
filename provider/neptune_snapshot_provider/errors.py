"""What can go wrong, said so that a person knows what happened and what to do.

Every error carries the identifiers and the status it is about. Its ``reason`` is what
CloudFormation shows as the status reason of the resource.
"""

from typing import Final

REASON_MAX: Final = 256
"""Characters of a reason: of a longer one crhelper keeps only the last 240."""


class ProviderError(Exception):
    """Base of all errors that end a request.

    Args:
        message: what happened, naming the snapshot or cluster and its status.
        advice: what to do now.
        snapshot: identifier of the snapshot, or empty.
        cluster: identifier of the cluster, or empty.
        status: the status that was seen, or empty.
        operation: the API operation that was refused, or empty.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each field
        self,
        message: str,
        advice: str = "",
        *,
        snapshot: str = "",
        cluster: str = "",
        status: str = "",
        operation: str = "",
    ) -> None:
        super().__init__(f"{message} {advice}".rstrip())
        self.message = message
        self.advice = advice
        self.snapshot = snapshot
        self.cluster = cluster
        self.status = status
        self.operation = operation

    @property
    def code(self) -> str:
        """The error's name; that of the API's fault where there is one."""
        return type(self).__name__

    @property
    def reason(self) -> str:
        """At most 256 characters: code and identifiers first, advice as far as it fits."""
        text = f"{self.code}: {self}"
        return text if len(text) <= REASON_MAX else f"{text[: REASON_MAX - 1]}…"


class InvalidRequest(ProviderError):
    """A property is missing or breaks a rule."""


class DBClusterNotFoundFault(ProviderError):
    """There is no such cluster in this account and region."""


class UnsupportedEngine(ProviderError):
    """The cluster is not a Neptune cluster."""


class ClusterUnusable(ProviderError):
    """The cluster is in a state that it does not leave by itself."""


class DBClusterSnapshotAlreadyExistsFault(ProviderError):
    """The name is taken by a snapshot that this request did not make."""


class DBClusterSnapshotNotFoundFault(ProviderError):
    """The snapshot is gone, though nobody asked this resource to delete it."""


class SnapshotFailed(ProviderError):
    """The snapshot is in a state that it does not leave by itself."""


class SnapshotNotDeletable(ProviderError):
    """Neptune refuses to delete the snapshot in its state."""


class SnapshotQuotaExceeded(ProviderError):
    """The account has no room for another manual cluster snapshot in this region."""


class RequestCancelled(ProviderError):
    """CloudFormation no longer waits for this request: a rollback, deletion or later operation."""


class DeadlineExceeded(ProviderError):
    """The time the user allowed is over."""


class PollTooLarge(ProviderError):
    """What a later invocation needs does not fit into an EventBridge target."""


class ApiFault(ProviderError):
    """The API refused a call with an error that this library does not handle."""


class AccessDenied(ProviderError):
    """A permission is missing, and not because it has not propagated yet."""


class UnexpectedError(ProviderError):
    """An error in this library."""
