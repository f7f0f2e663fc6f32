"""The only module that knows crhelper: its subclass with the provider's own polls and responses.

It relies on behaviors that crhelper does not document; ``tests/provider/test_crhelper_adapter.py``
pins them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from crhelper import FAILED, CfnResource

from neptune_snapshot_provider import responses
from neptune_snapshot_provider.core.request import Event


class Context(Protocol):
    """What is used of Lambda's context."""

    function_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds that this invocation has left."""
        ...


@dataclass(frozen=True, kw_only=True)
class Response:
    """What to tell CloudFormation; with a ``reason`` the request has failed.

    ``shortened`` are the attributes that may be shortened, see `responses.fit`.
    """

    physical_id: str
    data: Mapping[str, str] = field(default_factory=dict[str, str])
    reason: str = ""
    shortened: Mapping[str, str] = field(default_factory=dict[str, str])


class Task(Protocol):
    """What one invocation does."""

    @property
    def failure_id(self) -> str:
        """The physical ID to respond with if crhelper itself ends the invocation."""
        ...

    @property
    def logical_id(self) -> str:
        """The logical ID to respond with."""
        ...

    @property
    def ends_at(self) -> float:
        """When the invocation ends, in seconds since the epoch."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether the time of the request is over, so that no later poll can respond."""
        ...

    def work(self) -> Response | None:
        """Work on the request; ``None`` says that a rule continues it."""
        ...

    def set_up_rule(self) -> None:
        """Have a rule continue the request; an error is the reason of a FAILED response."""
        ...

    def remove_rule(self) -> None:
        """Remove the rule that has continued the request."""
        ...


class ResponseNotAccepted(Exception):
    """CloudFormation did not accept the response; Lambda delivers the event again."""


class CrhelperAdapter(CfnResource):
    """A `CfnResource` for one invocation, as crhelper keeps state.

    crhelper makes three clients that nobody uses, unless it believes to run under AWS SAM, where it
    would set up no poll: `_sam_local` says so only while it is initialized.
    """

    _is_initialized = False

    def __init__(self, task: Task) -> None:
        # INFO: at DEBUG crhelper logs the presigned URL, with which anybody could respond.
        super().__init__(log_level="INFO", polling_interval=1, sleep_on_delete=0)
        self._is_initialized = True
        self._task = task
        self._received: Event = {}
        self._is_continued = False
        self._is_finished_by_poll = False
        self._is_accepted = True
        self._shortened: Mapping[str, str] = {}

    def respond(self, event: Event, context: Context) -> None:
        """Carry out the request, and respond unless a rule continues it.

        Raises:
            ResponseNotAccepted: CloudFormation did not accept the response.
        """
        self._received = event
        self(event, context)
        if self._is_finished_by_poll and (self._is_accepted or self._task.is_over):
            self._task.remove_rule()
        if not self._is_accepted:
            raise ResponseNotAccepted

    @property
    def _sam_local(self) -> bool:
        return not self._is_initialized

    @_sam_local.setter
    def _sam_local(self, value: object) -> None:
        """Ignore what crhelper reads from the environment."""

    def _get_func(self) -> Callable[[Event, Context], str | None]:
        return self._carry_out

    def _carry_out(self, event: Event, _context: Context) -> str | None:
        # Set before anything can fail: it is what crhelper responds with if this is cut short.
        self.PhysicalResourceId = self._task.failure_id
        self.LogicalResourceId = self._task.logical_id
        response = self._task.work()
        self.Data = {}
        if response is None:
            self._is_continued = True
            # Without a physical ID crhelper leaves the rule of a poll as it is.
            return None if "CrHelperPoll" in event else self.PhysicalResourceId
        self.Data = dict(response.data)
        self._shortened = response.shortened
        if response.reason:
            self.Status = FAILED
            self.Reason = response.reason
        return response.physical_id

    def _poll_enabled(self) -> bool:
        return self._is_continued or "CrHelperPoll" in self._received

    def _setup_polling(self) -> None:
        self.Data = {}
        self._task.set_up_rule()

    def _remove_polling(self) -> None:
        """Have the rule removed after the response: if this poll is killed, the next one responds.

        The rule of a Delete is removed before: afterwards CloudFormation deletes the permission.
        """
        if self._received["RequestType"] == "Delete":
            self._task.remove_rule()
        else:
            self._is_finished_by_poll = True

    def _send(self, status: str | None = None, reason: str = "", **_: object) -> None:
        body: dict[str, Any] = {
            "Status": status or self.Status,
            "Reason": reason if status else self.Reason,
            "PhysicalResourceId": self.PhysicalResourceId,
            "StackId": self.StackId,
            "RequestId": self.RequestId,
            "LogicalResourceId": self.LogicalResourceId,
            "NoEcho": self.NoEcho,
            "Data": self.Data,
        }
        fitted = responses.fit(body, self._shortened)
        ends_at = self._task.ends_at
        self._is_accepted = responses.send(self._received["ResponseURL"], fitted, until=ends_at)
