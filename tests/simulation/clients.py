"""What ``boto3.client`` returns in the simulation: real parameters, faults, and time that passes.

A backend is any object with one method for each operation, named as boto3 names it and taking the
operation's parameters as they are. A new operation needs a new method there, and nothing here.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, Protocol

import botocore.session
from botocore import xform_name
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from simulation.faults import Kind

_ATTEMPTS: Final = 5
"""What the function's environment says (AWS_MAX_ATTEMPTS)."""
_TIMEOUT: Final = 60.0
"""botocore's default for connecting and for reading."""


class Calls(Protocol):
    """Carries a call out, or lets it fail."""

    def call(
        self,
        operation: str,
        effect: Callable[[], dict[str, Any]],
        lost: Callable[[Kind], float],
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        """``lost`` tells the seconds after which botocore gives up on a silent endpoint."""
        ...


class Client:
    """One boto3 client."""

    def __init__(self, service: str, backend: object, calls: Calls, config: Any) -> None:  # noqa: ANN401 - botocore's
        self._service = service
        self._backend = backend
        self._calls = calls
        self._config = config

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        """Any operation that the service has and the backend knows."""

        def call(**parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - any operation's
            operation = _check(self._service, name, parameters)
            method = getattr(self._backend, name)
            return self._calls.call(
                operation, lambda: method(**parameters), self._seconds_lost, parameters
            )

        return call

    def get_paginator(self, name: str) -> "Paginator":
        """Pages as botocore's."""
        return Paginator(getattr(self, name))

    def _seconds_lost(self, kind: Kind) -> float:
        which = "connect_timeout" if kind is Kind.TIMEOUT else "read_timeout"
        timeout = float(getattr(self._config, which, _TIMEOUT))
        retries = getattr(self._config, "retries", None) or {}
        return timeout * int(retries.get("total_max_attempts", _ATTEMPTS))


class Paginator:
    """Follows ``Marker`` from page to page."""

    def __init__(self, call: Callable[..., dict[str, Any]]) -> None:
        self._call = call

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any operation's
        """All pages; each is a call."""
        marker: dict[str, str] = {}
        while True:
            page = self._call(**parameters, **marker)
            yield page
            if not page.get("Marker"):
                return
            marker = {"Marker": page["Marker"]}


@cache
def _model(service: str) -> tuple[ServiceModel, dict[str, str]]:
    model = botocore.session.get_session().get_service_model(service)
    return model, {xform_name(name): name for name in model.operation_names}


def _check(service: str, name: str, parameters: dict[str, Any]) -> str:
    """Check the parameters against the service's own model; the operation's real name."""
    model, names = _model(service)
    operation = names[name]
    shape = model.operation_model(operation).input_shape
    report = ParamValidator().validate(parameters, shape) if shape else None
    if report and report.has_errors():
        raise AssertionError(report.generate_report())
    return operation
