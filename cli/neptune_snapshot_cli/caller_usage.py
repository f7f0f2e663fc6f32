"""Whose each snapshot is, and what callers without a stack need of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from neptune_snapshot_cli.aws import Aws
from neptune_snapshot_cli.errors import Denied
from neptune_snapshot_cli.stack_usage import LAST_GOOD, is_shared
from neptune_snapshot_provider.contract import CallerTag, OwnerTag
from neptune_snapshot_provider.core import caller, ownership
from neptune_snapshot_provider.core.retention import Candidate


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A resource of a stack, or a caller with the cluster that the snapshots are of."""

    stack: str = ""
    resource: str = ""
    caller: str = ""
    cluster: str = ""

    @classmethod
    def of(cls, candidate: Candidate) -> Self | None:
        """Read the owner tags; ``None`` if there are none, or only half of them."""
        tags = candidate.tags
        stack, resource = tags.get(OwnerTag.STACK, ""), tags.get(OwnerTag.RESOURCE, "")
        if stack and resource:
            return cls(stack=stack, resource=resource)
        if name := tags.get(CallerTag.TAKEN_BY, ""):
            return cls(caller=name, cluster=candidate.snapshot.cluster)
        return None

    def took(self, candidate: Candidate) -> bool:
        """Whether the owner took a snapshot itself."""
        snapshot, tags = candidate.snapshot, candidate.tags
        if self.caller:
            return caller.is_taken_by(self.caller, snapshot, tags)
        return ownership.is_own(snapshot, tags, self.stack, self.resource)


def attempts(candidates: Sequence[Candidate], owner: Owner) -> list[Candidate]:
    """The snapshots since the last migration that is known to have succeeded, the oldest first.

    Only the oldest was taken before the next migration ran for the first time.
    """
    own = [one for one in candidates if Owner.of(one) == owner and owner.took(one)]
    own.sort(key=lambda one: one.snapshot.created_at or 0.0)
    confirmed = [number for number, one in enumerate(own, 1) if caller.is_confirmed(one.tags)]
    later = own[max(confirmed, default=0) :]
    return [one for one in later if ownership.is_usable(one.snapshot)]


class CallerUsage:
    """What callers need; each parameter is read once."""

    def __init__(self, aws: Aws, candidates: Sequence[Candidate], problems: list[str]) -> None:
        """Begin with nothing read.

        Args:
            aws: Where to read.
            candidates: All snapshots.
            problems: Where to add what could not be read.
        """
        self._aws = aws
        self._candidates = candidates
        self._problems = problems
        self._named: dict[str, str | None] = {}

    def replaced_at(self, owner: Owner) -> float | None:
        """When the newest snapshot was taken whose migration is known to have succeeded."""
        return max(
            (
                one.snapshot.created_at or 0.0
                for one in self._of(owner)
                if caller.is_confirmed(one.tags)
            ),
            default=None,
        )

    def reason_to_keep(self, candidate: Candidate) -> tuple[bool, str]:
        """Why a snapshot that retention would delete is kept, and whether that is certain."""
        owner = Owner.of(candidate)
        names = {one.tags.get(CallerTag.PARAMETER, "") for one in self._of(owner)} - {""}
        values = [self._value(name) for name in sorted(names)]
        if candidate.snapshot.arn in values:
            return True, LAST_GOOD
        if None in values:
            return False, "parameter not readable"
        return is_shared(self._aws, candidate.snapshot.identifier, self._problems)

    def _of(self, owner: Owner | None) -> list[Candidate]:
        return [
            one for one in self._candidates if owner and Owner.of(one) == owner and owner.took(one)
        ]

    def _value(self, parameter: str) -> str | None:
        """What a parameter names; ``None`` if it may not be read."""
        if parameter not in self._named:
            try:
                self._named[parameter] = self._aws.parameter(parameter)
            except Denied as problem:
                self._problems.append(f"Which snapshot a parameter names is not known. {problem}")
                self._named[parameter] = None
        return self._named[parameter]
