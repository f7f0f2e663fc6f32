"""The Lambda's entry: from CloudFormation's event, or a tick of the poll, to the answer.

The only module that knows crhelper. It relies on behaviours that crhelper does not document;
``tests/provider/test_crhelper_contract.py`` holds them fast.
"""

import logging
import os
import socket
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Protocol, cast

from crhelper import FAILED, CfnResource

from neptune_snapshot_provider import continuation, logs
from neptune_snapshot_provider.aws.client import BotoAws
from neptune_snapshot_provider.aws.protocol import Refusal
from neptune_snapshot_provider.aws.rules import AWS_ERRORS, Polls
from neptune_snapshot_provider.clock import SystemClock
from neptune_snapshot_provider.core.models import attributes
from neptune_snapshot_provider.core.ownership import poll_id, poll_suffix, safe_physical_id
from neptune_snapshot_provider.core.request import (
    Event,
    Request,
    RequestType,
    is_custom_resource_event,
    parse_request,
)
from neptune_snapshot_provider.core.schedule import Budget
from neptune_snapshot_provider.core.steps import Answer
from neptune_snapshot_provider.errors import ApiFault, ProviderError, UnexpectedError
from neptune_snapshot_provider.logs import say
from neptune_snapshot_provider.reconciler import HandOver, Reconciler

# crhelper sends the answer on a socket that has no timeout of its own.
socket.setdefaulttimeout(15)

_SAM: Final = "AWS_SAM_LOCAL"
_CLOCK: Final = SystemClock()
_SET_UP_ATTEMPTS: Final = 3
_SET_UP_PAUSE: Final = 3.0
_DELIVERED_AGAIN_AFTER: Final = 45.0
"""Seconds after which a request comes a second time: Lambda repeats a failed one in a minute."""


class Context(Protocol):
    """What is used of Lambda's context."""

    function_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds this invocation has left."""
        ...


def handler(event: object, context: Context) -> None:
    """Answer one request of CloudFormation, now or by a later tick."""
    logs.set_up()
    if not is_custom_resource_event(event):
        say(logging.ERROR, "Not an event of a custom resource: nothing was done, nobody answered")
        return
    Invocation(event, context).run()


class Invocation:
    """One invocation, with a crhelper of its own because crhelper keeps state."""

    def __init__(self, event: Event, context: Context) -> None:
        self._context = context
        self._helper = _make_helper()
        self._request_event, self._resume = continuation.unfold(event)
        self._crhelper_event = dict(event)
        self._leftover = ""
        if event["RequestType"] not in tuple(RequestType):
            # crhelper has no answer to a type it does not know; `parse_request` refuses it.
            self._crhelper_event["RequestType"] = RequestType.CREATE.value
        logs.set_up(
            resource=self._request_event["LogicalResourceId"],
            request=self._request_event["RequestId"],
        )

    def run(self) -> None:
        """Let crhelper call `_respond` and send what comes of it."""
        for register in (self._helper.create, self._helper.update, self._helper.delete):
            register(self._respond)
        if self._resume:
            self._set_poll(self._respond)
        self._helper(self._crhelper_event, self._context)

    def _respond(self, _event: Event, _context: Context) -> str | None:
        """Return the physical id: crhelper then answers, or sets up the poll if there is one.

        On a tick ``None`` leaves the poll as it is.
        """
        helper, event = self._helper, self._request_event
        helper.Data = {}
        helper.LogicalResourceId = event["LogicalResourceId"]
        # Set before anything can fail: it is what crhelper answers with if this is cut short.
        helper.PhysicalResourceId = event.get("PhysicalResourceId") or _never_made(event)
        try:
            request = parse_request(event)
            helper.PhysicalResourceId = safe_physical_id(request)
            outcome = self._reconcile(request)
            if isinstance(outcome, HandOver):
                return self._hand_over(request, outcome)
            return self._succeed(outcome)
        except ProviderError as error:
            return self._fail(error)
        except Exception as error:  # noqa: BLE001 - whatever happens, CloudFormation is answered
            say(logging.ERROR, "A defect of cdk-neptune-snapshot", trace=True)
            advice = "A defect of cdk-neptune-snapshot: what was started is kept; please report it."
            return self._fail(UnexpectedError(f"{type(error).__name__}: {error}.", advice))

    def _reconcile(self, request: Request) -> Answer | HandOver:
        now = _CLOCK.now()
        if self._resume:
            budget = Budget.tick(now, self._resume.started_at, request.timeout)
            started = self._resume.started
        else:
            remaining = self._context.get_remaining_time_in_millis() / 1000
            budget = Budget.first(now, request.timeout, remaining, request.sent_at)
            if now - budget.started_at > _DELIVERED_AGAIN_AFTER:
                self._leftover = poll_id(request) + poll_suffix(request)
            started = False
            if request.type is RequestType.DELETE:
                self._polls.sweep(poll_id(request), unless=lambda: _may_be_late(request))
        return Reconciler(request, _aws(), _CLOCK, budget, started=started).run()

    def _hand_over(self, request: Request, outcome: HandOver) -> str | None:
        if self._resume:
            return None
        folded = continuation.fold(
            self._request_event,
            request,
            started_at=outcome.started_at,
            started=outcome.started,
        )
        # crhelper puts this very dict into the rule's target.
        self._crhelper_event.clear()
        self._crhelper_event.update(folded)
        self._set_poll(self._respond)
        # Wrapped because crhelper has no place between failing to set it up and answering so.
        helper: Any = self._helper
        # Its own clients would wait five minutes for a call that hangs: longer than there is.
        helper._events_client = self._polls.events  # noqa: SLF001
        helper._lambda_client = self._polls  # noqa: SLF001
        # The same request always gets the same rule, so that it is known even if setting it up is
        # cut short, and a second delivery replaces it.
        helper._rand_string = lambda _length: poll_suffix(request)  # noqa: SLF001
        set_up = helper._setup_polling  # noqa: SLF001
        helper._setup_polling = lambda: self._set_up_poll(set_up, request)  # noqa: SLF001
        say(logging.INFO, "This takes longer than one invocation: looking again every minute")
        return safe_physical_id(request)

    def _set_up_poll(self, set_up: Callable[[], None], request: Request) -> None:
        """Set the poll up whole or not at all; crhelper answers with the error this raises."""
        self._helper.Data = {}  # crhelper's own note, which would be in that answer
        for attempts_left in reversed(range(_SET_UP_ATTEMPTS)):
            try:
                return set_up()
            except AWS_ERRORS as error:
                name = poll_id(request) + poll_suffix(request)
                self._polls.remove(name, name)
                if not attempts_left:
                    what = f"waiting for {safe_physical_id(request)} could not be set up; "
                    fault = ApiFault(f"{what}what was started goes on and is kept: {error}")
                    raise RuntimeError(fault.reason) from error
                _CLOCK.sleep(_SET_UP_PAUSE)
        return None

    def _succeed(self, answer: Answer) -> str:
        if answer.extras:
            fields = answer.snapshot.fields if answer.snapshot else {}
            self._helper.Data = {**attributes(fields), **answer.extras}
        say(logging.INFO, f"Done: {answer.situation}", snapshot=answer.identifier)
        return self._finish(answer.identifier)

    def _fail(self, error: ProviderError) -> str:
        self._helper.Status = FAILED
        self._helper.Reason = error.reason
        say(
            logging.ERROR,
            f"{error.code}: {error}",
            snapshot=error.snapshot,
            cluster=error.cluster,
            status=error.status,
        )
        return self._finish(self._helper.PhysicalResourceId)

    def _finish(self, physical_id: str) -> str:
        if self._resume:
            # Before the answer: after it CloudFormation may take away the rights to.
            self._remove_poll()
            self._set_poll(None)
        elif self._leftover:
            # An earlier delivery may have been killed while it set the poll up.
            self._polls.remove(self._leftover, self._leftover)
        return physical_id

    def _set_poll(self, function: Any) -> None:  # noqa: ANN401 - crhelper's type has no None
        helper = self._helper
        for register in (helper.poll_create, helper.poll_update, helper.poll_delete):
            register(cast("Any", function))

    def _remove_poll(self) -> None:
        event = self._crhelper_event
        self._polls.remove(event.get("CrHelperRule", ""), event.get("CrHelperPermission", ""))

    @property
    def _polls(self) -> Polls:
        return _polls(self._context.function_name)


def warm_up() -> None:
    """Make what every request needs."""
    _aws()


def _make_helper() -> CfnResource:
    """Make a `CfnResource` without the three clients it makes at once, which take their time.

    None of them is used: `_hand_over` gives it ours. It makes none where it believes to run under
    SAM, where it would set up no poll either: so it is told the truth afterwards.
    """
    os.environ[_SAM] = "true"
    try:
        # INFO: at DEBUG crhelper logs the presigned URL, with which anybody could answer.
        helper = CfnResource(log_level="INFO", polling_interval=1, sleep_on_delete=0)
    finally:
        del os.environ[_SAM]
    unlisted: Any = helper
    unlisted._sam_local = None  # noqa: SLF001 - see above
    return helper


def _may_be_late(request: Request) -> bool:
    """Whether the resource may be in use again; left alone, its polls end by themselves."""
    try:
        return _aws().stack(request.stack_id).is_beyond(request.sent_at)
    except (Refusal, ProviderError) as problem:
        say(logging.WARNING, f"Rules of cancelled requests are left: {problem}")
        return True


def _never_made(event: Event) -> str:
    """A physical id that cannot be a snapshot's, for a request that names none."""
    return f"never-made:{event['RequestId']}"


@cache
def _aws() -> BotoAws:
    return BotoAws()


@cache
def _polls(function_name: str) -> Polls:
    return Polls(function_name)
