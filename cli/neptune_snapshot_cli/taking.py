"""``take``: a snapshot without a stack, by the provider's own decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from neptune_snapshot_cli import own_snapshots, taking_errors
from neptune_snapshot_cli.errors import Unanswered
from neptune_snapshot_cli.progress import View
from neptune_snapshot_cli.provider_log import shown_on
from neptune_snapshot_cli.retry import UNANSWERED_MAX
from neptune_snapshot_cli.screen import Board
from neptune_snapshot_provider.aws.protocol import Aws
from neptune_snapshot_provider.clock import Clock
from neptune_snapshot_provider.contract import Attribute, Outcome
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.availability import respond_with
from neptune_snapshot_provider.core.models import Snapshot
from neptune_snapshot_provider.core.properties import Properties
from neptune_snapshot_provider.core.request import Request, RequestType
from neptune_snapshot_provider.core.schedule import Budget
from neptune_snapshot_provider.core.steps import Continue, Found, Observed, Respond, Wait
from neptune_snapshot_provider.finalizer import Finalizer
from neptune_snapshot_provider.logs import LogEvent
from neptune_snapshot_provider.reconciler import Reconciler
from neptune_snapshot_provider.retries import Retries

UNCONFIRMED: Final = "nothing-replaced"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a caller asks for.

    ``caller`` is whose the snapshot is, ``request_id`` names the request, which takes at most one
    snapshot of a cluster. ``timeout`` is in seconds. ``resume`` is the command that continues.
    """

    caller: str
    request_id: str
    properties: Properties
    timeout: float
    resume: str


class Take:
    """Takes one snapshot, or continues to."""

    def __init__(self, aws: Aws, clock: Clock, board: Board, wanted: Wanted) -> None:
        self._aws = aws
        self._clock = clock
        self._board = board
        self._wanted = wanted
        self._request = Request(
            type=RequestType.CREATE,
            stack_id="",
            request_id=wanted.request_id,
            logical_id="",
            properties=wanted.properties,
            timeout=int(wanted.timeout),
            taken_by=wanted.caller,
        )
        self._name = ownership.snapshot_identifier(self._request, wanted.properties)
        self._seen: Snapshot | None = None
        self._unanswered_since: float | None = None

    def run(self) -> Respond:
        """Wait for the cluster, take the snapshot, and wait until it is available.

        Raises:
            CliError: The snapshot cannot be taken, or the time is over.
        """
        with shown_on(self._board), taking_errors.explained(self._wanted.resume):
            response = self._respond()
        self._board.waiting("")
        if response.snapshot:
            self._board.show(View.of(response.snapshot))
        self._note_retention(response)
        return response

    def continuing(self) -> str:
        """What continues when the command is interrupted, and the command that continues it."""
        if self._seen:
            what = f"Snapshot {self._seen.identifier} continues and is retained."
        else:
            what = f"If snapshot {self._name} was started, it continues and is retained."
        return f"Interrupted. {what}\nTo continue: {self._wanted.resume}"

    def _respond(self) -> Respond:
        budget = Budget.of_caller(self._clock.now(), self._wanted.timeout)
        retries = Retries(self._clock, budget)
        properties = self._wanted.properties
        own = own_snapshots.read(self._aws, retries, self._request, properties.cluster)
        taken = own_snapshots.taken_for(own, self._request)
        reused = own_snapshots.reused_for(own, self._request)
        self._check(taken, reused)
        confirmed = own_snapshots.last_confirmed(own)
        request = replace(self._request, physical_id=confirmed.identifier if confirmed else "")
        if reused and not taken:
            situation = f"snapshot {reused.snapshot.identifier} was reused for this request"
            response = respond_with(reused, Outcome.REUSED, situation)
            return Finalizer(request, self._aws, self._clock, budget).complete(response)
        self._seen = taken.snapshot if taken else None
        reconciler = Reconciler(
            request, self._aws, self._clock, budget, started=False, on_wait=self._waits
        )
        outcome = reconciler.run()
        if isinstance(outcome, Continue):
            raise TypeError("a caller's budget has one invocation")
        return outcome

    def _check(self, taken: Found | None, reused: Found | None) -> None:
        found = taken or reused
        if found is None:
            return
        name = self._name if taken else ""
        if difference := own_snapshots.mismatch(found, self._wanted.properties, name):
            raise taking_errors.other_request(
                self._wanted.request_id, found.snapshot.identifier, difference
            )

    def _waits(self, wait: Wait, observed: Observed) -> None:
        snapshot = observed.snapshot
        if isinstance(snapshot, Snapshot) and snapshot.identifier == self._name:
            self._seen = snapshot
        self._note_silence(wait)
        if wait.event is LogEvent.SNAPSHOT_PROGRESS and self._seen:
            self._board.waiting("")
            self._board.show(View.of(self._seen))
        else:
            self._board.waiting(wait.situation)

    def _note_silence(self, wait: Wait) -> None:
        """End after a long time without any response.

        Raises:
            Unanswered: AWS does not answer.
        """
        if not wait.refused:
            self._unanswered_since = None
            return
        now = self._clock.now()
        since = self._unanswered_since = self._unanswered_since or now
        if now - since >= UNANSWERED_MAX:
            raise Unanswered(
                f"{wait.situation}, for {UNANSWERED_MAX / 60:.0f} minutes.",
                taking_errors.to_continue(self._wanted.resume),
            )

    def _note_retention(self, response: Respond) -> None:
        if deleted := response.extras.get(Attribute.DELETED):
            self._board.note(f"Deleted older snapshots: {deleted.replace(',', ', ')}")
        unconfirmed = []
        for one in filter(None, response.extras.get(Attribute.RETAINED, "").split(",")):
            name, _, reason = one.partition("=")
            if reason == UNCONFIRMED:
                unconfirmed.append(name)
            else:
                self._board.note(f"Retained snapshot {name}: {reason}")
        if unconfirmed:
            self._board.note(
                f"Retained {', '.join(unconfirmed)}: no migration is known to have succeeded. "
                f"After one that has: neptune-snapshot confirm {response.identifier}"
            )


def to_fields(response: Respond, wanted: Wanted) -> Mapping[str, str]:
    """All attributes of a snapshot, under the names that a stack's resource gives them."""
    fields = response.snapshot.fields if response.snapshot else {}
    own = {"TakenBy": wanted.caller, "RequestId": wanted.request_id}
    return {**attributes(fields), **response.extras, **own}
