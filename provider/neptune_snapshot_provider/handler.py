"""One invocation: from CloudFormation's event, or a rule's, to the response."""

import json
import logging
from functools import cache
from typing import Final

from neptune_snapshot_provider import continuation, logs
from neptune_snapshot_provider.aws.client import BotoAws
from neptune_snapshot_provider.aws.rules import RuleError, Rules
from neptune_snapshot_provider.clock import SystemClock
from neptune_snapshot_provider.continuation import Continuation
from neptune_snapshot_provider.contract import Attribute
from neptune_snapshot_provider.core import ownership, rule_names
from neptune_snapshot_provider.core.attributes import attributes
from neptune_snapshot_provider.core.request import (
    Event,
    Request,
    RequestType,
    is_custom_resource_event,
    parse_request,
)
from neptune_snapshot_provider.core.schedule import LATE_AFTER, Budget
from neptune_snapshot_provider.core.steps import Continue, Respond
from neptune_snapshot_provider.crhelper_adapter import Context, CrhelperAdapter, Response
from neptune_snapshot_provider.errors import (
    ApiFault,
    InvalidRequest,
    ProviderError,
    RequestCancelled,
    UnexpectedError,
)
from neptune_snapshot_provider.logs import LogEvent, log
from neptune_snapshot_provider.reconciler import Reconciler

_CLOCK: Final = SystemClock()
_SENDING_ENDS: Final = 2.0
"""Seconds before the end of an invocation at which sending a response is given up."""


def handler(event: object, context: Context) -> None:
    """Respond to one request of CloudFormation, now or by a later invocation."""
    logs.set_up()
    if not is_custom_resource_event(event):
        message = "Not an event of a custom resource: nothing was done and no response was sent"
        log(logging.ERROR, LogEvent.EVENT_INVALID, message)
        return
    invocation = Invocation(event, context)
    CrhelperAdapter(invocation).respond(event, context)


def warm_up() -> None:
    """Make the clients that every request needs."""
    _aws()


class Invocation:
    """One invocation's task."""

    def __init__(self, event: Event, context: Context) -> None:
        self._context = context
        self._event, self._continuation = continuation.unfold(event)
        self._next: Continuation | None = None
        self._request: Request | None = None
        self._invalid = InvalidRequest("")
        self._deadline = 0.0
        logs.set_up(resource=self.logical_id, request=self._event["RequestId"])
        try:
            self._request = parse_request(self._event)
        except InvalidRequest as error:
            self._invalid = error

    @property
    def failure_id(self) -> str:
        """The physical ID to respond with if the request fails."""
        known = ownership.failure_id(self._request) if self._request else ""
        # One that cannot be a snapshot's, for a request that names none.
        return known or self._event.get("PhysicalResourceId") or never_made(self._event)

    @property
    def logical_id(self) -> str:
        """The logical ID to respond with."""
        return str(self._event["LogicalResourceId"])

    @property
    def is_over(self) -> bool:
        """Whether the time of the request is over, so that no later poll can respond."""
        return _CLOCK.now() >= self._deadline

    @property
    def ends_at(self) -> float:
        """When sending a response has to end, in seconds since the epoch."""
        remaining = self._context.get_remaining_time_in_millis() / 1000
        return _CLOCK.now() + remaining - _SENDING_ENDS

    def work(self) -> Response | None:
        """Work on the request; ``None`` says that a rule continues it."""
        if self._request is None:
            return self._failed(self._invalid)
        try:
            outcome = self._reconcile(self._request)
        except ProviderError as error:
            return self._failed(error)
        except Exception as error:  # noqa: BLE001 - whatever happens, CloudFormation gets a response
            message = "Unexpected error in cdk-neptune-snapshot"
            log(logging.ERROR, LogEvent.PROVIDER_ERROR, message, trace=True)
            advice = "Snapshots that were started are retained. Report this error, then redeploy."
            return self._failed(UnexpectedError(f"{type(error).__name__}: {error}.", advice))
        return _succeeded(outcome) if isinstance(outcome, Respond) else None

    def set_up_rule(self) -> None:
        """Have a rule continue the request every minute.

        Raises:
            RuntimeError: It cannot be set up; the text is the reason of the response.
        """
        request, following = self._request, self._next
        if request is None or following is None:
            raise RuntimeError("there is no request to continue")
        try:
            payload = json.dumps(continuation.fold(self._event, request, following))
            name, target = rule_names.rule_name(request), rule_names.target_id(request)
            _rules().put(name, target, self._context.function_name, payload)
        except RuleError as error:
            what = f"waiting for {self.failure_id} could not be set up"
            fault = ApiFault(f"{what}: {error}.", "The snapshot continues and is retained.")
            raise RuntimeError(fault.reason) from error
        except ProviderError as error:
            raise RuntimeError(error.reason) from error
        message = "The request takes longer than one invocation: polling once a minute"
        log(logging.INFO, LogEvent.REQUEST_CONTINUED, message)

    def remove_rule(self) -> None:
        """Remove the rule that has continued the request."""
        # Version 0.1.0 named its rules in another way.
        if named := str(self._event.get("CrHelperRule", "")).rpartition("/")[2]:
            _rules().remove(named, "1")
        elif request := self._request:
            _rules().remove(rule_names.rule_name(request), rule_names.target_id(request))

    def _reconcile(self, request: Request) -> Respond | Continue:
        budget = self._budget(request)
        self._deadline = budget.deadline
        started = self._continuation.started if self._continuation else False
        try:
            outcome = Reconciler(request, _aws(), _CLOCK, budget, started=started).run()
        except ProviderError:
            self._remove_rules_left_behind(request, budget)
            raise
        if isinstance(outcome, Continue):
            self._next = Continuation(
                started_at=budget.started_at, started=outcome.started, delay=budget.delay
            )
        else:
            self._remove_rules_left_behind(request, budget)
        return outcome

    def _remove_rules_left_behind(self, request: Request, budget: Budget) -> None:
        """Remove rules that nobody needs once this request has its response."""
        removed: list[str] = []
        if request.type is RequestType.DELETE:
            rule = rule_names.create_rule_name(request)
            removed += _rules().remove_latest(rule, lambda it: rule_names.is_older(it, request))
        if self._continuation is None and budget.delay > LATE_AFTER:
            # An earlier delivery may have been killed after it had set up its rule.
            rule = rule_names.rule_name(request)
            removed += _rules().remove(rule, rule_names.target_id(request))
        for target in removed:
            message = f"Removed the rule of a cancelled request, target {target}"
            log(logging.INFO, LogEvent.RULE_REMOVED, message)

    def _budget(self, request: Request) -> Budget:
        now = _CLOCK.now()
        if known := self._continuation:
            return Budget.tick(now, known.started_at, request.timeout, known.delay)
        remaining = self._context.get_remaining_time_in_millis() / 1000
        budget = Budget.first(now, request.timeout, remaining, request.sent_at)
        if budget.delay > LATE_AFTER:
            message = (
                f"This invocation began {budget.delay:.0f} s after CloudFormation sent the "
                "request: an earlier one failed, or Lambda's concurrency limit delayed it"
            )
            log(logging.WARNING, LogEvent.INVOCATION_LATE, message)
        return budget

    def _failed(self, error: ProviderError) -> Response:
        is_cancelled = isinstance(error, RequestCancelled)
        log(
            logging.ERROR,
            LogEvent.REQUEST_CANCELLED if is_cancelled else LogEvent.REQUEST_FAILED,
            f"{error.code}: {error}",
            code=error.code,
            snapshot=error.snapshot,
            cluster=error.cluster,
            status=error.status,
            operation=error.operation,
        )
        return Response(physical_id=self.failure_id, reason=error.reason)


def never_made(event: Event) -> str:
    """A physical ID that cannot be a snapshot's, for a request that names none."""
    return f"never-made:{event['RequestId']}"


def _succeeded(response: Respond) -> Response:
    log(
        logging.INFO,
        response.event,
        f"Done: {response.situation}",
        snapshot=response.identifier,
        outcome=response.outcome,
    )
    if not response.extras:
        return Response(physical_id=response.identifier)
    fields = response.snapshot.fields if response.snapshot else {}
    hint = f"neptune-snapshot restore-plan {response.identifier}"
    return Response(
        physical_id=response.identifier,
        data={**attributes(fields), **response.extras},
        shortened={Attribute.RETAINED: "", Attribute.DELETED: "", Attribute.RESTORE_COMMAND: hint},
    )


@cache
def _aws() -> BotoAws:
    return BotoAws()


@cache
def _rules() -> Rules:
    return Rules()
