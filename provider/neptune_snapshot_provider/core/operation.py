"""Whether CloudFormation's current operation permits what a request asks for; pure.

Every decision to take, delete, tag, finalize or cancel asks this module, which acts on positive
evidence only: ``DescribeStacks`` is eventually consistent, and rollback may be disabled, so the
absence of ``ROLLBACK`` in a status proves nothing.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from neptune_snapshot_provider.core.models import MISSING, Missing, Stack

SETTLED_AFTER: Final = 75.0
"""Seconds after which a read shows at least the state in which the request was sent.

Reads of ``DescribeStacks`` have been seen to be several seconds old, rarely a minute.
"""
READ_AGAIN_AFTER: Final = 3.0
"""Seconds until the next read of a record that may be out of date."""
CLOCKS_DIFFER: Final = 2.0
"""Seconds by which the clocks of two AWS services may differ, rounding included."""

_FORWARD: Final = (
    "CREATE_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
    "REVIEW_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
)
_DELETING: Final = "DELETE_IN_PROGRESS"
_CLEANING_UP: Final = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
_CREATION_ROLLBACK: Final = "ROLLBACK_IN_PROGRESS"


class Phase(Enum):
    """What a record of ``DescribeStacks`` says, taken at its word."""

    FORWARD = auto()
    REVERTING = auto()
    DELETING = auto()
    CLEANING_UP = auto()
    ENDED = auto()
    """No operation is in progress."""
    SUPERSEDED = auto()
    """A later operation than the request's has begun."""
    UNKNOWN = auto()
    """CloudFormation does not know the stack."""


class Verdict(Enum):
    """The answer to a question about an operation."""

    ALLOWED = auto()
    REVERTING = auto()
    """CloudFormation reverts an update: return the snapshot of the requested properties."""
    REFUSED = auto()
    UNCLEAR = auto()
    """Read the status again."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A request beside what is known of its stack.

    Args:
        stack: The last record read; ``MISSING`` if CloudFormation does not know the stack.
        sent_at: When CloudFormation sent the request, in seconds since the epoch; ``None`` if that
            is not known.
        started_at: When the provider first received the request.
        now: When the record was read, or later.
    """

    stack: Stack | Missing
    sent_at: float | None
    started_at: float
    now: float

    @property
    def status(self) -> str:
        """The statuses, for a message."""
        return self.stack.text if isinstance(self.stack, Stack) else "unknown to CloudFormation"

    @property
    def is_settled(self) -> bool:
        """Whether a record cannot be older than the request any more."""
        since = self.started_at if self.sent_at is None else self.sent_at
        return self.now - since >= SETTLED_AFTER

    @property
    def phase(self) -> Phase:
        """What the record says; ancestors count only while they are in progress."""
        if self.stack is MISSING:
            return Phase.UNKNOWN
        if self._is_superseded(self.stack):
            return Phase.SUPERSEDED
        statuses = [s for s in (self.stack.status, *self.stack.ancestors) if _is_in_progress(s)]
        if any("ROLLBACK" in status for status in statuses):
            return Phase.REVERTING
        if _DELETING in statuses:
            return Phase.DELETING
        if self.stack.status == _CLEANING_UP:
            return Phase.CLEANING_UP
        return Phase.FORWARD if self.stack.status in _FORWARD else Phase.ENDED

    def create(self) -> Verdict:
        """Judge whether a Create may take a snapshot, or go on waiting for one."""
        phase = self.phase
        if phase in (Phase.FORWARD, Phase.UNKNOWN):
            return Verdict.ALLOWED
        if phase in (Phase.SUPERSEDED, Phase.DELETING) or self._is_creation_rolled_back:
            return Verdict.REFUSED
        # What looks like the end of an operation, or like its rollback, may be the previous one's.
        return Verdict.REFUSED if self.is_settled else Verdict.UNCLEAR

    def update(self, used_at: float | None, *, is_proof: bool = True) -> Verdict:
        """Judge whether an Update may take a snapshot because the current one does not match.

        A snapshot that was used during the operation shows that the update is reverted. If the
        current one was last used before the operation, the update goes forward.

        Args:
            used_at: When the resource last took or reused a snapshot; ``None`` if not known.
            is_proof: Whether that is the snapshot that CloudFormation refers to. Another one that
                is older than the operation proves nothing.
        """
        phase = self.phase
        if phase is Phase.UNKNOWN:
            return Verdict.ALLOWED
        if phase in (Phase.SUPERSEDED, Phase.DELETING):
            return Verdict.REFUSED
        if phase is Phase.FORWARD and is_proof and self.began_after(used_at):
            return Verdict.ALLOWED
        # A record that may be out of date may be of any earlier operation, also of its rollback.
        if not self.is_settled:
            return Verdict.UNCLEAR
        if phase is Phase.FORWARD and not self._is_of_this_operation(used_at):
            return Verdict.ALLOWED
        is_reverting = phase in (Phase.FORWARD, Phase.REVERTING)
        return Verdict.REVERTING if is_reverting else Verdict.REFUSED

    def delete(self, created_at: float | None) -> Verdict:
        """Judge whether a Delete may delete the resource's snapshot.

        Args:
            created_at: When the snapshot was taken; ``None`` if that is not known.
        """
        phase = self.phase
        if phase in (Phase.UNKNOWN, Phase.REVERTING, Phase.SUPERSEDED):
            return Verdict.REFUSED
        if isinstance(self.stack, Stack) and self._permits_deletion(self.stack, created_at):
            return Verdict.ALLOWED
        return Verdict.REFUSED if self.is_settled else Verdict.UNCLEAR

    def change_tags(self, *, seen_before_rollback: bool) -> Verdict:
        """Judge whether an Update may change the tags of the current snapshot.

        Args:
            seen_before_rollback: This request was received while the operation went forward, so
                that a rollback that is visible now has reverted it.
        """
        phase = self.phase
        if phase in (Phase.FORWARD, Phase.UNKNOWN):
            return Verdict.ALLOWED
        if phase is Phase.REVERTING and not seen_before_rollback:
            return Verdict.ALLOWED
        if phase in (Phase.SUPERSEDED, Phase.DELETING, Phase.REVERTING):
            return Verdict.REFUSED
        return Verdict.REFUSED if self.is_settled else Verdict.UNCLEAR

    def retention(self) -> Verdict:
        """Judge whether older snapshots may be deleted: only while the operation goes forward."""
        return Verdict.ALLOWED if self.phase is Phase.FORWARD else Verdict.REFUSED

    def publication(self) -> Verdict:
        """Judge whether the parameter may be written."""
        is_current = self.phase in (Phase.FORWARD, Phase.UNKNOWN)
        return Verdict.ALLOWED if is_current else Verdict.REFUSED

    def began_after(self, time: float | None) -> bool:
        """Whether the operation is known to have begun after a moment."""
        began_at = self._began_at
        return began_at is not None and time is not None and time < began_at - CLOCKS_DIFFER

    def _permits_deletion(self, stack: Stack, created_at: float | None) -> bool:
        if any(_is_in_progress(one) and one not in _ENDS for one in stack.ancestors):
            return False
        if stack.status == _DELETING:
            return stack.ancestors_known
        # A snapshot of this very update may be needed by a rollback that is not visible yet.
        return stack.status == _CLEANING_UP and self.began_after(created_at)

    def _is_of_this_operation(self, time: float | None) -> bool:
        began_at = self._began_at
        return began_at is not None and time is not None and time >= began_at - CLOCKS_DIFFER

    @property
    def _began_at(self) -> float | None:
        return self.stack.began_at if isinstance(self.stack, Stack) else None

    def _is_superseded(self, stack: Stack) -> bool:
        if self.sent_at is None or stack.began_at is None:
            return False
        return stack.began_at > self.sent_at + CLOCKS_DIFFER

    @property
    def _is_creation_rolled_back(self) -> bool:
        """A creation has no previous operation whose status could be read."""
        return isinstance(self.stack, Stack) and self.stack.status == _CREATION_ROLLBACK


_ENDS: Final = (_DELETING, _CLEANING_UP)


def _is_in_progress(status: str) -> bool:
    return status.endswith("_IN_PROGRESS")
